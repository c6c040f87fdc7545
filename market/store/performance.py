"""SQL for how products do. Views are counted by day; nothing is kept about who looked."""

from __future__ import annotations

from market.domain.performance import Performance
from market.store.query import Command, Query

COUNT_VIEW = Command(
    """INSERT INTO product_view (product_id, day, views) VALUES ($1, $2, 1)
    ON CONFLICT (product_id, day) DO UPDATE SET views = product_view.views + 1"""
)
# The products of organisation $1 that are not delisted, the newest first, since $2 (its day: $3).
OF_ORGANISATION = Query(
    Performance,
    """SELECT p.id AS product_id, p.title, p.state, p.created_at,
        (SELECT coalesce(sum(v.views), 0) FROM product_view v WHERE v.product_id = p.id AND v.day >= $3) AS seen,
        m.matched, m.interested, m.declined,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('code', c.code, 'count', c.n) ORDER BY c.n DESC, c.code), '[]')
            FROM (SELECT demander_code AS code, count(*) AS n FROM match WHERE product_id = p.id
                AND proposed_at >= $2 AND demander_answer = 'declined' AND demander_code IS NOT NULL
                GROUP BY demander_code) c) AS reasons,
        (SELECT count(*) FROM question q WHERE q.product_id = p.id AND q.created_at >= $2) AS asked,
        n.negotiated, n.agreed
    FROM (SELECT id, title, state, created_at FROM product WHERE organisation_id = $1 AND state <> 'delisted'
            AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::bigint))
            ORDER BY created_at DESC, id DESC LIMIT $6) p
        CROSS JOIN LATERAL (SELECT count(*) AS matched,
                count(*) FILTER (WHERE demander_answer = 'interested') AS interested,
                count(*) FILTER (WHERE demander_answer = 'declined') AS declined
            FROM match WHERE product_id = p.id AND proposed_at >= $2) m
        CROSS JOIN LATERAL (SELECT count(*) AS negotiated,
                count(a.id) FILTER (WHERE a.state <> 'void') AS agreed
            FROM negotiation n LEFT JOIN agreement a ON a.negotiation_id = n.id
            WHERE n.product_id = p.id AND n.created_at >= $2) n
    ORDER BY p.created_at DESC, p.id DESC""",
)
FORGET_VIEWS = Command("DELETE FROM product_view WHERE day < current_date - 400")
