"""SQL for the desk: one UNION over what waits for staff, and who sees to what."""

from __future__ import annotations

import msgspec

from market.domain.desk import Colleague, Waiting
from market.store.query import Query

MOST = 500
"""Of each kind the earliest due this many are looked at."""


class DeskItem(msgspec.Struct, frozen=True, kw_only=True):
    """What staff noted about an object."""

    id: int
    person_id: int | None


# $1 $2 $3 the turns (kind, party, state), $4 words in the titles or null, $5 whose: 'mine', 'nobody' or '', $6 reader,
# $7 today, $8 whether what is put off is asked for instead, $9 how many of each kind, $10 what is left of the fit
# when no topic and no field asked for is met. "place" as in the inbox.
WAITING = Query(
    Waiting,
    """WITH turn AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS t(kind, party, state)),
    waiting AS (
        SELECT t.kind, o.id, t.party, o.name AS title, '' AS product_title, '' AS other, o.state, o.due_at, o.version,
            NULL::numeric AS value, NULL::float8 AS chance, NULL::float8 AS fit, 0 AS met,
            0 AS unmet, 0 AS unknown, false AS held, o.id * 8 AS place
        FROM turn t CROSS JOIN LATERAL (SELECT id, name, state, due_at, version FROM organisation
            WHERE state = t.state AND ($4::text IS NULL OR name ILIKE $4) ORDER BY due_at, id LIMIT $9) o
        WHERE t.kind = 'organisation' AND t.party = 'registrar'
    UNION ALL
        SELECT t.kind, p.id, t.party, p.title, '', o.name, p.state, p.due_at, p.version, p.price, NULL, NULL, 0, 0, 0,
            false, p.id * 8 + 1
        FROM turn t CROSS JOIN LATERAL (SELECT i.* FROM product i
                LEFT JOIN desk_item k ON k.kind = 'product' AND k.object_id = i.id
            WHERE i.state = t.state AND ($4::text IS NULL OR i.title ILIKE $4)
                AND ($5 <> 'mine' OR k.person_id = $6) AND ($5 <> 'nobody' OR k.person_id IS NULL)
            ORDER BY i.due_at, i.id LIMIT $9) p JOIN organisation o ON o.id = p.organisation_id
        WHERE t.kind = 'product' AND t.party = 'registrar'
    UNION ALL
        SELECT t.kind, d.id, t.party, d.title, '', o.name, d.state, d.due_at, d.version, d.budget, NULL, NULL, 0, 0, 0,
            false, d.id * 8 + 2
        FROM turn t CROSS JOIN LATERAL (SELECT i.* FROM demand i
                LEFT JOIN desk_item k ON k.kind = 'demand' AND k.object_id = i.id
            WHERE i.state = t.state AND ($4::text IS NULL OR i.title ILIKE $4)
                AND ($5 <> 'mine' OR k.person_id = $6) AND ($5 <> 'nobody' OR k.person_id IS NULL)
            ORDER BY i.due_at, i.id LIMIT $9) d JOIN organisation o ON o.id = d.organisation_id
        WHERE t.kind = 'demand' AND t.party = 'broker'
    UNION ALL
        SELECT t.kind, m.id, t.party, m.demand_title, m.product_title, o.name, m.state, m.due_at, m.version,
            m.value, CASE WHEN f.calibrated THEN m.chance END,
            r.met::float8 / nullif(r.lines, 0) * CASE WHEN r.asked AND NOT r.found THEN $10::float8 ELSE 1 END,
            r.met, r.unmet, r.lines - r.met - r.unmet, false, m.id * 8 + 3
        FROM turn t CROSS JOIN LATERAL (SELECT i.id, i.state, i.due_at, i.version, i.chance, i.ranker_model_id,
                i.reasons, d.title AS demand_title, p.title AS product_title, coalesce(d.budget, p.price) AS value,
                d.organisation_id
            FROM match i JOIN demand d ON d.id = i.demand_id JOIN product p ON p.id = i.product_id
                LEFT JOIN desk_item k ON k.kind = 'match' AND k.object_id = i.id
            WHERE i.state = t.state AND ($4::text IS NULL OR d.title ILIKE $4 OR p.title ILIKE $4)
                AND ($5 <> 'mine' OR k.person_id = $6) AND ($5 <> 'nobody' OR k.person_id IS NULL)
            ORDER BY i.due_at, i.id LIMIT $9) m
            CROSS JOIN LATERAL (SELECT count(*)::int AS lines, (count(*) FILTER (WHERE l->>'verdict' = 'met'))::int
                AS met, (count(*) FILTER (WHERE l->>'verdict' = 'unmet'))::int AS unmet,
                bool_or(l->>'kind' IN ('topic', 'fields')) AS asked,
                bool_or(l->>'kind' IN ('topic', 'fields') AND l->>'verdict' = 'met') AS found
                FROM jsonb_array_elements(m.reasons) l) r
            JOIN organisation o ON o.id = m.organisation_id
            LEFT JOIN ranker_in_force f ON f.model_id = m.ranker_model_id
        WHERE t.kind = 'match' AND t.party = 'broker'
    UNION ALL
        SELECT t.kind, l.id, t.party, b.title, '', '', l.state, l.due_at, l.version, b.value, NULL, NULL, 0, 0, 0,
            false, l.id * 8 + 6
        FROM turn t JOIN pool l ON l.state = t.state
            CROSS JOIN LATERAL (SELECT (array_agg(d.title ORDER BY d.id))[1] AS title, sum(d.budget) AS value
                FROM pool_member m JOIN demand d ON d.id = m.demand_id WHERE m.pool_id = l.id) b
        WHERE t.kind = 'pool' AND t.party = 'broker' AND ($4::text IS NULL OR b.title ILIKE $4)
    UNION ALL
        SELECT 'negotiation', n.id, t.party, d.title, p.title, o.name, n.state, n.due_at, n.version,
            (SELECT (f.terms::json->>'price')::numeric FROM offer f WHERE f.negotiation_id = n.id
                ORDER BY f.number DESC LIMIT 1), NULL, NULL, 0, 0, 0, true, n.id * 8 + 4
        FROM turn t JOIN negotiation n ON n.state = t.state JOIN demand d ON d.id = n.demand_id
            JOIN product p ON p.id = n.product_id JOIN organisation o ON o.id = n.consumer_id
        WHERE t.kind = 'hold' AND t.party = 'broker' AND n.hold_reason IS NOT NULL
            AND ($4::text IS NULL OR d.title ILIKE $4 OR p.title ILIKE $4))
    SELECT w.kind, w.id, w.party, w.title, w.product_title, w.other, w.state, w.due_at, w.version, w.value, w.chance,
        w.fit, w.met, w.unmet, w.unknown, w.held, false AS sealed, '{}'::text[] AS masked, w.place,
        w.place AS subject, 0 AS more,
        k.person_id AS assignee_id, s.name AS assignee_name,
        CASE WHEN k.put_off_until > $7::date AND k.put_off_due = w.due_at THEN k.put_off_until END AS put_off_until
    FROM waiting w LEFT JOIN desk_item k ON k.kind = w.kind AND k.object_id = w.id
        LEFT JOIN person s ON s.id = k.person_id
    WHERE w.due_at IS NOT NULL AND ($5 <> 'mine' OR k.person_id = $6) AND ($5 <> 'nobody' OR k.person_id IS NULL)
        AND $8::boolean = (k.put_off_until IS NOT NULL AND k.put_off_until > $7 AND k.put_off_due = w.due_at)""",
)
ASSIGN = Query(
    DeskItem,
    """INSERT INTO desk_item AS k (kind, object_id, person_id) VALUES ($1, $2, $3)
    ON CONFLICT (kind, object_id) DO UPDATE SET person_id = EXCLUDED.person_id
    WHERE k.person_id IS DISTINCT FROM EXCLUDED.person_id RETURNING id, person_id""",
)
PUT_OFF = Query(
    DeskItem,
    """INSERT INTO desk_item AS k (kind, object_id, put_off_until, put_off_due) VALUES ($1, $2, $3, $4)
    ON CONFLICT (kind, object_id) DO UPDATE SET put_off_until = EXCLUDED.put_off_until,
        put_off_due = EXCLUDED.put_off_due
    WHERE (k.put_off_until, k.put_off_due) IS DISTINCT FROM (EXCLUDED.put_off_until, EXCLUDED.put_off_due)
    RETURNING id, person_id""",
)
COLLEAGUES = Query(
    Colleague,
    """SELECT p.id AS person_id, p.name, m.role FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = $1 AND NOT p.disabled AND m.role = ANY ($2) ORDER BY p.name, p.id LIMIT 200""",
)
