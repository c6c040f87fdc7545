"""SQL for the inbox: one UNION over everything that has a clock, one branch for each kind and party.

Two statements, one for the sides and one for staff: half the branches each is half the planning.
"""

from __future__ import annotations

from market.domain.inbox import InboxItem
from market.store.query import Query

# "place" is id * 8 + a number for the kind, "subject" the place of what it is about, for a match found for one's
# demand that demand. The kind 'hold' is a negotiation that a broker holds.

# $1 organisation, $2 $3 $4 the turns (kind, party, state), $5 whether the move is the reader's, $6 today,
# $7 $8 cursor (due, place), $9 limit, $10 whether what is about one subject is one row: its first, with how many more
OF_SIDES = Query(
    InboxItem,
    """WITH turn AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) AS t(kind, party, state)),
    waiting AS (
        SELECT t.kind, o.id, t.party, o.name AS title, '' AS product_title, '' AS other, o.state, o.due_at,
            false AS held, false AS sealed, '{}'::text[] AS masked, o.id * 8 AS place, o.id * 8 AS subject
        FROM turn t JOIN organisation o ON o.state = t.state
        WHERE t.kind = 'organisation' AND t.party = 'member' AND o.id = $1
    UNION ALL
        SELECT t.kind, p.id, t.party, p.title, '', '', p.state, p.due_at, false, false, '{}', p.id * 8 + 1, p.id * 8 + 1
        FROM turn t JOIN product p ON p.state = t.state
        WHERE t.kind = 'product' AND t.party = 'supplier' AND p.organisation_id = $1
    UNION ALL
        SELECT t.kind, d.id, t.party, d.title, '', '', d.state, d.due_at, false, false, '{}', d.id * 8 + 2, d.id * 8 + 2
        FROM turn t JOIN demand d ON d.state = t.state
        WHERE t.kind = 'demand' AND t.party = 'demander' AND d.organisation_id = $1
    UNION ALL
        SELECT t.kind, m.id, t.party, d.title, p.title, o.name, m.state, m.due_at, false, false, '{}', m.id * 8 + 3,
            d.id * 8 + 2
        FROM turn t JOIN demand d ON d.organisation_id = $1 JOIN match m ON m.demand_id = d.id AND m.state = t.state
            JOIN product p ON p.id = m.product_id JOIN organisation o ON o.id = p.organisation_id
        WHERE t.kind = 'match' AND t.party = 'demander' AND CASE
            WHEN m.state <> 'proposed' OR m.demander_answer = 'none' THEN $5::boolean
            WHEN m.demander_answer = 'snoozed' THEN $5::boolean AND m.demander_snoozed_until <= $6::date
            ELSE NOT $5::boolean END
    UNION ALL
        SELECT t.kind, m.id, t.party, d.title, p.title, o.name, m.state, m.due_at, false,
            d.sealed AND m.state NOT IN ('mutual', 'converted'), d.masked, m.id * 8 + 3, m.id * 8 + 3
        FROM turn t JOIN product p ON p.organisation_id = $1 JOIN match m ON m.product_id = p.id AND m.state = t.state
            JOIN demand d ON d.id = m.demand_id JOIN organisation o ON o.id = d.organisation_id
        WHERE t.kind = 'match' AND t.party = 'supplier' AND CASE
            WHEN m.state <> 'proposed' OR m.supplier_answer = 'none' THEN $5::boolean
            WHEN m.supplier_answer = 'snoozed' THEN $5::boolean AND m.supplier_snoozed_until <= $6::date
            ELSE NOT $5::boolean END
    UNION ALL
        SELECT t.kind, q.id, t.party, d.title, p.title, o.name, q.state, q.due_at, false, false, '{}', q.id * 8 + 5,
            q.id * 8 + 5
        FROM turn t JOIN demand d ON d.organisation_id = $1 JOIN question q ON q.demand_id = d.id AND q.state = t.state
            JOIN product p ON p.id = q.product_id JOIN organisation o ON o.id = p.organisation_id
        WHERE t.kind = 'question' AND t.party = 'demander'
    UNION ALL
        SELECT t.kind, q.id, t.party, d.title, p.title, o.name, q.state, q.due_at, false,
            d.sealed AND NOT EXISTS (SELECT FROM match m JOIN product i ON i.id = m.product_id
                WHERE m.demand_id = d.id AND i.organisation_id = $1 AND m.state IN ('mutual', 'converted')),
            d.masked, q.id * 8 + 5, q.id * 8 + 5
        FROM turn t JOIN product p ON p.organisation_id = $1
            JOIN question q ON q.product_id = p.id AND q.state = t.state
            JOIN demand d ON d.id = q.demand_id JOIN organisation o ON o.id = d.organisation_id
        WHERE t.kind = 'question' AND t.party = 'supplier'
    UNION ALL
        SELECT t.kind, r.id, t.party, d.title, '', o.name, r.state, r.due_at, false,
            d.sealed AND NOT EXISTS (SELECT FROM match m JOIN product i ON i.id = m.product_id
                WHERE m.demand_id = d.id AND i.organisation_id = $1 AND m.state IN ('mutual', 'converted')),
            d.masked, r.id * 8 + 7, r.id * 8 + 7
        FROM turn t JOIN routing r ON r.state = t.state AND r.organisation_id = $1
            JOIN demand d ON d.id = r.demand_id JOIN organisation o ON o.id = d.organisation_id
        WHERE t.kind = 'routing' AND t.party = 'supplier'
    UNION ALL
        SELECT 'negotiation', n.id, t.party, d.title, p.title, o.name, n.state, n.due_at,
            n.hold_reason IS NOT NULL, false, '{}', n.id * 8 + 4, n.id * 8 + 4
        FROM turn t JOIN negotiation n ON n.state = t.state JOIN demand d ON d.id = n.demand_id
            JOIN product p ON p.id = n.product_id JOIN organisation o ON o.id = n.provider_id
        WHERE t.kind = CASE WHEN n.hold_reason IS NULL THEN 'negotiation' ELSE 'hold' END
            AND t.party = 'consumer' AND n.consumer_id = $1
    UNION ALL
        SELECT 'negotiation', n.id, t.party, d.title, p.title, o.name, n.state, n.due_at,
            n.hold_reason IS NOT NULL, false, '{}', n.id * 8 + 4, n.id * 8 + 4
        FROM turn t JOIN negotiation n ON n.state = t.state JOIN demand d ON d.id = n.demand_id
            JOIN product p ON p.id = n.product_id JOIN organisation o ON o.id = n.consumer_id
        WHERE t.kind = CASE WHEN n.hold_reason IS NULL THEN 'negotiation' ELSE 'hold' END
            AND t.party = 'provider' AND n.provider_id = $1
    UNION ALL -- told as one's own demand; who has said no, or waits for others, has nothing to do
        SELECT t.kind, l.id, t.party, d.title, '', '', l.state, l.due_at, false, false, '{}', l.id * 8 + 6,
            l.id * 8 + 6
        FROM turn t JOIN pool l ON l.state = t.state JOIN pool_member m ON m.pool_id = l.id
            JOIN demand d ON d.id = m.demand_id AND d.organisation_id = $1
        WHERE t.kind = 'pool' AND t.party = 'demander' AND l.quorum IS NOT NULL AND m.standing IN ('invited', 'joined')
            AND $5::boolean = CASE l.state WHEN 'forming' THEN m.standing = 'invited' WHEN 'quorum' THEN true
                ELSE m.standing = 'joined' AND (l.offer_id IS NOT NULL OR l.lead_demand_id = d.id) END)
    SELECT kind, id, party, title, product_title, other, state, due_at, held, sealed, masked, place, subject, more
    FROM (SELECT *, row_number() OVER (one ORDER BY due_at, place) AS n, count(*) OVER one - 1 AS more
        FROM waiting WHERE due_at IS NOT NULL
        WINDOW one AS (PARTITION BY CASE WHEN $10::boolean THEN subject ELSE place END)) told
    WHERE n = 1 AND ($7::timestamptz IS NULL OR (due_at, place) > ($7, $8::bigint))
    ORDER BY due_at, place LIMIT $9""",
)

# $1 $2 $3 the turns (kind, party, state), $4 $5 cursor (due, place), $6 limit. Each branch reads no more than a page.
OF_STAFF = Query(
    InboxItem,
    """WITH turn AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS t(kind, party, state)),
    waiting AS (
        SELECT t.kind, o.id, t.party, o.name AS title, '' AS product_title, '' AS other, o.state, o.due_at,
            false AS held, false AS sealed, '{}'::text[] AS masked, o.id * 8 AS place
        FROM turn t JOIN organisation o ON o.state = t.state
        WHERE t.kind = 'organisation' AND t.party = 'registrar'
    UNION ALL
        SELECT t.kind, p.id, t.party, p.title, '', o.name, p.state, p.due_at, false, false, '{}', p.id * 8 + 1
        FROM turn t CROSS JOIN LATERAL (SELECT i.id, i.title, i.organisation_id, i.state, i.due_at FROM product i
                WHERE i.state = t.state AND i.due_at >= coalesce($4::timestamptz, '-infinity')
                    AND ($4::timestamptz IS NULL OR (i.due_at, i.id * 8 + 1) > ($4, $5::bigint))
                ORDER BY i.due_at, i.id LIMIT $6) AS p JOIN organisation o ON o.id = p.organisation_id
        WHERE t.kind = 'product' AND t.party = 'registrar'
    UNION ALL
        SELECT t.kind, d.id, t.party, d.title, '', o.name, d.state, d.due_at, false, false, '{}', d.id * 8 + 2
        FROM turn t CROSS JOIN LATERAL (SELECT i.id, i.title, i.organisation_id, i.state, i.due_at FROM demand i
                WHERE i.state = t.state AND i.due_at >= coalesce($4::timestamptz, '-infinity')
                    AND ($4::timestamptz IS NULL OR (i.due_at, i.id * 8 + 2) > ($4, $5::bigint))
                ORDER BY i.due_at, i.id LIMIT $6) AS d JOIN organisation o ON o.id = d.organisation_id
        WHERE t.kind = 'demand' AND t.party = 'broker'
    UNION ALL
        SELECT t.kind, m.id, t.party, d.title, p.title, o.name, m.state, m.due_at, false, false, '{}', m.id * 8 + 3
        FROM turn t CROSS JOIN LATERAL (SELECT i.id, i.demand_id, i.product_id, i.state, i.due_at FROM match i
                WHERE i.state = t.state AND i.due_at >= coalesce($4::timestamptz, '-infinity')
                    AND ($4::timestamptz IS NULL OR (i.due_at, i.id * 8 + 3) > ($4, $5::bigint))
                ORDER BY i.due_at, i.id LIMIT $6) AS m
            JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id
            JOIN organisation o ON o.id = d.organisation_id
        WHERE t.kind = 'match' AND t.party = 'broker'
    UNION ALL
        SELECT t.kind, l.id, t.party, (SELECT d.title FROM pool_member m JOIN demand d ON d.id = m.demand_id
            WHERE m.pool_id = l.id ORDER BY d.id LIMIT 1), '', '', l.state, l.due_at, false, false, '{}', l.id * 8 + 6
        FROM turn t JOIN pool l ON l.state = t.state
        WHERE t.kind = 'pool' AND t.party = 'broker'
    UNION ALL
        SELECT 'negotiation', n.id, t.party, d.title, p.title, o.name, n.state, n.due_at, true, false, '{}',
            n.id * 8 + 4
        FROM turn t JOIN negotiation n ON n.state = t.state JOIN demand d ON d.id = n.demand_id
            JOIN product p ON p.id = n.product_id JOIN organisation o ON o.id = n.consumer_id
        WHERE t.kind = 'hold' AND t.party = 'broker' AND n.hold_reason IS NOT NULL)
    SELECT kind, id, party, title, product_title, other, state, due_at, held, sealed, masked, place, place AS subject,
        0 AS more
    FROM waiting WHERE due_at IS NOT NULL AND ($4::timestamptz IS NULL OR (due_at, place) > ($4, $5::bigint))
    ORDER BY due_at, place LIMIT $6""",
)
