"""SQL for an organisation's own demands with what has come of them."""

from __future__ import annotations

import msgspec

from market.domain.demands import DemandState
from market.domain.my_demands import OwnDemand
from market.store.query import Query


class StateCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many demands are in a state."""

    state: DemandState
    count: int


# $1 organisation, $2 states or all, $3 today, $4 $5 cursor (updated, id), $6 limit, $7 one demand or all.
# Counted for the rows of a page.
LIST = Query(
    OwnDemand,
    """SELECT d.id, d.state, d.title, d.sealed, d.budget, d.needed_by, d.due_at, d.updated_at,
        m.found, m.to_answer, m.mutual, m.match_due,
        (SELECT count(*) FROM question q WHERE q.demand_id = d.id AND q.state = 'open') AS questions,
        n.id AS negotiation_id, n.state AS negotiation_state, coalesce(n.held, false) AS negotiation_held,
        n.due_at AS negotiation_due
    FROM (SELECT * FROM demand i WHERE i.organisation_id = $1 AND ($2::text[] IS NULL OR i.state = ANY ($2))
            AND ($4::timestamptz IS NULL OR (i.updated_at, i.id) < ($4, $5::bigint))
            AND ($7::bigint IS NULL OR i.id = $7)
        ORDER BY i.updated_at DESC, i.id DESC LIMIT $6) AS d
    CROSS JOIN LATERAL (SELECT count(*) AS found, count(*) FILTER (WHERE w.waits) AS to_answer,
            count(*) FILTER (WHERE w.state = 'mutual') AS mutual,
            min(w.due_at) FILTER (WHERE w.waits OR w.state <> 'proposed') AS match_due
        FROM (SELECT i.state, i.due_at, i.state = 'proposed' AND (i.demander_answer = 'none'
                OR i.demander_answer = 'snoozed' AND i.demander_snoozed_until <= $3::date) AS waits
            FROM match i WHERE i.demand_id = d.id AND i.proposed_at IS NOT NULL
                AND i.state IN ('proposed', 'mutual')) AS w) AS m
    LEFT JOIN LATERAL (SELECT i.id, i.state, i.due_at, i.hold_reason IS NOT NULL AS held
        FROM negotiation i WHERE i.demand_id = d.id AND i.state NOT IN ('finalized', 'terminated')
        ORDER BY i.updated_at DESC, i.id DESC LIMIT 1) AS n ON true
    ORDER BY d.updated_at DESC, d.id DESC""",
)
COUNTS = Query(
    StateCount,
    "SELECT state, count(*) AS count FROM demand WHERE organisation_id = $1 GROUP BY state ORDER BY state",
)
