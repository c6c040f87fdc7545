"""An organisation's own demands: where each stands, who must act by when, and the one step that moves it on."""

from __future__ import annotations

from datetime import datetime

from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.my_demands import GROUPS, OwnDemand
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.store import my_demands
from market.store.query import Db


async def page(
    db: Db, actor: Actor, *, now: datetime, group: str = "", cursor: str | None = None, limit: int = PAGE
) -> Page[OwnDemand]:
    """The demands of a group of states (all without one), latest change first."""
    rows = await my_demands.LIST.all(
        db,
        actor.organisation_id,
        sorted(GROUPS[group]) if group in GROUPS else None,
        now.astimezone(calendar.ZONE).date(),
        *place(cursor),
        limit + 1,
        None,
    )
    return page_of(rows, limit, lambda own: Cursor(own.updated_at, own.id))


async def one(db: Db, actor: Actor, demand_id: int, *, now: datetime) -> OwnDemand:
    """One of them. Raises NotFound when it is another organisation's."""
    today = now.astimezone(calendar.ZONE).date()
    return await my_demands.LIST.one(db, actor.organisation_id, None, today, None, None, 1, demand_id)


async def counts(db: Db, actor: Actor) -> dict[str, int]:
    """How many demands each group holds."""
    found = {row.state: row.count for row in await my_demands.COUNTS.all(db, actor.organisation_id)}
    return {group: sum(found.get(state, 0) for state in states) for group, states in GROUPS.items()}
