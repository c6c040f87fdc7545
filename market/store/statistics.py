"""SQL of the figures anyone may see. A sealed demand whose theme or region would tell a covered word has neither."""

from __future__ import annotations

from datetime import date

import msgspec

from market.store.query import Query


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of one theme in one region."""

    theme: str
    region: str
    products: int
    demands: int
    unmet: int
    agreements: int


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """What began in one month, Chinese time."""

    month: date
    products: int
    demands: int
    agreements: int


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Days from a demand's opening, medians; None while there is nothing to measure. ``n`` counts what was measured."""

    to_match: float | None
    matches: int
    to_agreement: float | None
    agreements: int


# Unmet: an open demand nothing has been proposed for, and one closed unmet. Agreements count under their product.
CELLS = Query(
    Cell,
    """SELECT theme, region, sum(products)::bigint AS products, sum(demands)::bigint AS demands,
        sum(unmet)::bigint AS unmet, sum(agreements)::bigint AS agreements
    FROM (
        SELECT theme, region, count(*) AS products, 0 AS demands, 0 AS unmet, 0 AS agreements
        FROM product WHERE state = 'listed' GROUP BY theme, region
        UNION ALL
        SELECT CASE WHEN b.plain THEN d.theme ELSE '' END, CASE WHEN b.plain THEN d.region ELSE '' END, 0,
            (d.state = 'open')::int,
            (d.state = 'closed_unmet' OR NOT EXISTS (SELECT FROM match m WHERE m.demand_id = d.id
                AND m.state IN ('proposed', 'mutual', 'converted')))::int, 0
        FROM demand d JOIN organisation o ON o.id = d.organisation_id, LATERAL (
            SELECT NOT d.sealed OR NOT EXISTS (SELECT FROM unnest(d.masked || o.name) w
                WHERE position(lower(w) IN lower(d.theme || chr(10) || d.region)) > 0) AS plain) b
        WHERE d.state IN ('open', 'closed_unmet')
        UNION ALL
        SELECT p.theme, p.region, 0, 0, 0, 1
        FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id JOIN product p ON p.id = n.product_id
        WHERE a.effective_at IS NOT NULL) told
    GROUP BY theme, region""",
)
# The months up to the one that holds $1.
MONTHS = Query(
    Month,
    """WITH month AS (
        SELECT (date_trunc('month', $1::timestamptz AT TIME ZONE 'Asia/Shanghai')
            - n * interval '1 month')::date AS month FROM generate_series(11, 0, -1) n)
    SELECT m.month,
        (SELECT count(*) FROM product WHERE listed_at >= m.month::timestamp AT TIME ZONE 'Asia/Shanghai'
            AND listed_at < (m.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai') AS products,
        (SELECT count(*) FROM demand WHERE opened_at >= m.month::timestamp AT TIME ZONE 'Asia/Shanghai'
            AND opened_at < (m.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai') AS demands,
        (SELECT count(*) FROM agreement WHERE effective_at >= m.month::timestamp AT TIME ZONE 'Asia/Shanghai'
            AND effective_at < (m.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai') AS agreements
    FROM month m ORDER BY m.month""",
)
PACE = Query(
    Pace,
    """SELECT m.days AS to_match, m.n AS matches, a.days AS to_agreement, a.n AS agreements FROM
        (SELECT count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS days FROM (
            SELECT extract(epoch FROM greatest(min(m.proposed_at) - d.opened_at, interval '0'))::float8 / 86400 AS days
            FROM match m JOIN demand d ON d.id = m.demand_id
            WHERE m.proposed_at IS NOT NULL AND d.opened_at IS NOT NULL GROUP BY d.id) first) m,
        (SELECT count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS days FROM (
            SELECT extract(epoch FROM greatest(a.effective_at - d.opened_at, interval '0'))::float8 / 86400 AS days
            FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id JOIN demand d ON d.id = n.demand_id
            WHERE a.effective_at IS NOT NULL AND d.opened_at IS NOT NULL) done) a""",
)
