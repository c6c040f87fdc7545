"""SQL of the demonstration market's loader."""

from __future__ import annotations

from market.domain.accounts import Actor
from market.store.query import Query

ANY_ORGANISATION = Query(bool, "SELECT EXISTS (SELECT FROM organisation)")
ACTOR = Query(
    Actor,
    """SELECT p.id AS person_id, p.name, o.id AS organisation_id, o.name AS organisation_name,
        o.kind AS organisation_kind, o.state AS organisation_state, m.role, p.language
    FROM membership m JOIN person p ON p.id = m.person_id JOIN organisation o ON o.id = m.organisation_id
    WHERE o.id = $1 AND p.id = $2""",
)
PAIR = Query(int, "SELECT id FROM match WHERE demand_id = $1 AND product_id = $2 ORDER BY id DESC LIMIT 1")
