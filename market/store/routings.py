"""SQL for routings. Visibility: staff see all, the organisation asked and the demander their own."""

from __future__ import annotations

from market.domain.routings import Routing
from market.store.query import Command, Db, Query

GET = Query(
    Routing,
    """SELECT r.*, (SELECT m.id FROM match m WHERE m.demand_id = r.demand_id AND m.product_id = r.product_id
            AND ($3 OR m.state IN ('proposed', 'mutual', 'converted')) ORDER BY m.id DESC LIMIT 1) AS match_id
    FROM whole_routing r
    WHERE r.id = $1 AND ($3 OR $2 IN (r.organisation_id, r.demander_id))""",
)
LOCK = Query(
    int,
    """SELECT r.id FROM routing r JOIN demand d ON d.id = r.demand_id
    WHERE r.id = $1 AND ($3 OR $2 IN (r.organisation_id, d.organisation_id)) FOR UPDATE OF r""",
)
# $1 organisation, $2 staff, $3 demand, $4 only what it has to answer, $5 $6 cursor (updated, id), $7 limit
LIST = Query(
    Routing,
    """SELECT r.*, (SELECT m.id FROM match m WHERE m.demand_id = r.demand_id AND m.product_id = r.product_id
            AND ($2 OR m.state IN ('proposed', 'mutual', 'converted')) ORDER BY m.id DESC LIMIT 1) AS match_id
    FROM whole_routing r
    WHERE ($2 OR $1 IN (r.organisation_id, r.demander_id)) AND ($3::bigint IS NULL OR r.demand_id = $3)
        AND (NOT $4::bool OR r.organisation_id = $1 AND r.state IN ('open', 'held'))
        AND ($5::timestamptz IS NULL OR (r.updated_at, r.id) < ($5, $6::bigint))
    ORDER BY r.updated_at DESC, r.id DESC LIMIT $7""",
)
INSERT = Query(
    int,
    """INSERT INTO routing (demand_id, organisation_id, note, state, state_action, state_actor_id, state_party, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id""",
)
ANSWER = Command("UPDATE routing SET article = $2, product_id = $3 WHERE id = $1")
# Routings that wait although their demand has gone.
MOOT = Query(
    int,
    """SELECT r.id FROM routing r JOIN demand d ON d.id = r.demand_id
    WHERE d.id = $1 AND r.state IN ('open', 'held') AND d.state NOT IN ('open', 'in_negotiation', 'partly_fulfilled')
    ORDER BY r.id""",
)


async def lock(db: Db, routing_id: int, organisation_id: int | None, staff: bool) -> Routing:
    """The routing, its row locked until the transaction ends. Raises NotFound when it is not visible."""
    await LOCK.one(db, routing_id, organisation_id, staff)
    return await GET.one(db, routing_id, organisation_id, staff)
