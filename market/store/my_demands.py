"""SQL for an organisation's own demands with what has come of them."""

from __future__ import annotations

import msgspec

from market.domain.demands import DemandState
from market.domain.my_demands import OwnDemand
from market.domain.turns import Due
from market.store.query import Query


class StateCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many demands are in a state."""

    state: DemandState
    count: int


# $1 organisation, $2 states in which a demand itself waits, $3 those in which it does once its talks are over, $4 those
# in which it waits for nothing, $5 states of a negotiation that wait for the demander, $6 today, $7 one demand or all.
# What a demand waits for is what ``domain.my_demands`` gives as its next step: its negotiations, then its matches.
# Gathered, not joined: a plan made for the usual organisation serves one with thousands of demands.
WAITING = Query(
    Due,
    """SELECT s.id, CASE WHEN bool_or(s.itself) THEN min(s.due_at) FILTER (WHERE s.itself)
            WHEN bool_or(s.talk) THEN min(s.due_at) FILTER (WHERE s.talk)
            ELSE min(s.due_at) FILTER (WHERE s.found) END AS due_at
    FROM (SELECT d.id, d.due_at, true AS live, d.state = ANY ($2::text[]) AS itself, NULL::boolean AS talk,
                false AS found, d.state = ANY ($3::text[]) AS settles
            FROM demand d
            WHERE d.organisation_id = $1 AND d.state <> ALL ($4::text[]) AND ($7::bigint IS NULL OR d.id = $7)
        UNION ALL
            SELECT n.demand_id, n.due_at, false, false, n.hold_reason IS NULL AND n.state = ANY ($5::text[]), false,
                false
            FROM negotiation n
            WHERE n.consumer_id = $1 AND n.state NOT IN ('finalized', 'terminated')
                AND ($7::bigint IS NULL OR n.demand_id = $7)
        UNION ALL
            SELECT m.demand_id, m.due_at, false, false, NULL, true, false
            FROM match m JOIN demand d ON d.id = m.demand_id
            WHERE d.organisation_id = $1 AND ($7::bigint IS NULL OR d.id = $7) AND m.proposed_at IS NOT NULL
                AND (m.state = 'mutual' OR m.state = 'proposed' AND (m.demander_answer = 'none'
                    OR m.demander_answer = 'snoozed' AND m.demander_snoozed_until <= $6::date))) AS s
    GROUP BY s.id
    HAVING bool_or(s.live)
        AND (bool_or(s.itself) OR coalesce(bool_or(s.talk), bool_or(s.found) OR bool_or(s.settles)))""",
)
# $1 organisation, $2 states or all, $3 today, $4 $5 (updated, id) after which the rest begins, $6 limit, $7 one demand
# or all, $8 what waits and is to come, in order, $9 all that waits, $10 whether only that, $11 states of a negotiation
# that wait for the demander. Counted for the rows of a page.
LIST = Query(
    OwnDemand,
    """SELECT d.id, d.place IS NOT NULL AS yours, d.state, d.title, d.sealed, d.budget, d.needed_by, d.due_at,
        d.updated_at, m.found, m.to_answer, m.mutual, m.match_due,
        (SELECT count(*) FROM question q WHERE q.demand_id = d.id AND q.state = 'open') AS questions,
        n.id AS negotiation_id, coalesce(n.held, false) AS negotiation_held, n.due_at AS negotiation_due
    FROM ((SELECT i.*, w.place FROM unnest($8::bigint[]) WITH ORDINALITY AS w(id, place) JOIN demand i ON i.id = w.id
            WHERE i.organisation_id = $1 AND ($2::text[] IS NULL OR i.state = ANY ($2))
                AND ($7::bigint IS NULL OR i.id = $7)
            ORDER BY w.place LIMIT $6)
        UNION ALL
            (SELECT i.*, NULL FROM demand i
            WHERE i.organisation_id = $1 AND ($2::text[] IS NULL OR i.state = ANY ($2))
                AND ($7::bigint IS NULL OR i.id = $7)
                AND NOT $10::boolean AND i.id <> ALL ($9::bigint[])
                AND ($4::timestamptz IS NULL OR (i.updated_at, i.id) < ($4, $5::bigint))
            ORDER BY i.updated_at DESC, i.id DESC LIMIT $6)
        ORDER BY place NULLS LAST, updated_at DESC, id DESC LIMIT $6) AS d
    CROSS JOIN LATERAL (SELECT count(*) AS found, count(*) FILTER (WHERE w.waits) AS to_answer,
            count(*) FILTER (WHERE w.state = 'mutual') AS mutual,
            min(w.due_at) FILTER (WHERE w.waits OR w.state <> 'proposed') AS match_due
        FROM (SELECT i.state, i.due_at, i.state = 'proposed' AND (i.demander_answer = 'none'
                OR i.demander_answer = 'snoozed' AND i.demander_snoozed_until <= $3::date) AS waits
            FROM match i WHERE i.demand_id = d.id AND i.proposed_at IS NOT NULL
                AND i.state IN ('proposed', 'mutual')) AS w) AS m
    LEFT JOIN LATERAL (SELECT i.id, i.due_at, i.held FROM (
            SELECT *, hold_reason IS NOT NULL AS held, hold_reason IS NULL AND state = ANY ($11::text[]) AS waits
            FROM negotiation WHERE demand_id = d.id AND state NOT IN ('finalized', 'terminated')) AS i
        ORDER BY i.waits DESC, CASE WHEN i.waits THEN i.due_at END, i.updated_at DESC, i.id DESC LIMIT 1) AS n ON true
    ORDER BY d.place NULLS LAST, d.updated_at DESC, d.id DESC""",
)
COUNTS = Query(
    StateCount,
    "SELECT state, count(*) AS count FROM demand WHERE organisation_id = $1 GROUP BY state ORDER BY state",
)
