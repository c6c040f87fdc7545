"""An organisation's own demands: where each stands, who must act by when, and the one step that moves it on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.demands import DemandCard, DemandState
from market.domain.errors import NotFound
from market.domain.lifecycles import NEGOTIATION
from market.domain.machine import Party
from market.domain.my_demands import GROUPS, OWN_STATES, OwnDemand
from market.domain.paging import PAGE, Page, page_of
from market.domain.turns import Due, TurnFirst
from market.store import demands, my_demands
from market.store.query import Db

YOURS = "yours"
"""The group of what waits for one's own side, whatever its state."""
_TALKS = list(NEGOTIATION.waits_for(Party.CONSUMER))


async def page(
    db: Db,
    actor: Actor,
    waiting: list[Due],
    *,
    now: datetime,
    group: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[OwnDemand]:
    """The demands of a group (all without one): what waits first, the most urgent first, then by last change."""
    states = sorted(GROUPS[group]) if group in GROUPS else None
    order = TurnFirst(waiting, cursor)
    rows = await _list(db, actor, order, now, states=states, limit=limit + 1, only=group == YOURS)
    return page_of(rows, limit, order.cursor)


async def one(db: Db, actor: Actor, demand_id: int, *, now: datetime) -> OwnDemand:
    """One of them. Raises NotFound when it is another organisation's."""
    waiting = await waits(db, actor, now=now, demand_id=demand_id)
    rows = await _list(db, actor, TurnFirst(waiting, None), now, limit=1, demand_id=demand_id)
    if not rows:
        raise NotFound
    return rows[0]


async def _list(
    db: Db,
    actor: Actor,
    order: TurnFirst,
    now: datetime,
    *,
    states: Collection[str] | None = None,
    limit: int,
    demand_id: int | None = None,
    only: bool = False,
) -> list[OwnDemand]:
    return await my_demands.LIST.all(
        db,
        actor.organisation_id,
        states,
        now.astimezone(calendar.ZONE).date(),
        *order.after,
        limit,
        demand_id,
        order.ahead,
        order.waiting,
        only,
        _TALKS,
    )


async def waits(db: Db, actor: Actor, *, now: datetime, demand_id: int | None = None) -> list[Due]:
    """Every demand of the organisation that waits for its own side (or whether this one does)."""
    return await my_demands.WAITING.all(
        db,
        actor.organisation_id,
        sorted(OWN_STATES),
        sorted(GROUPS["negotiation"]),
        sorted(GROUPS["done"] | GROUPS["broker"] - OWN_STATES | {DemandState.SUSPENDED}),
        _TALKS,
        now.astimezone(calendar.ZONE).date(),
        demand_id,
    )


async def cards(
    db: Db,
    actor: Actor,
    *,
    now: datetime,
    states: list[str] | None = None,
    theme: str | None = None,
    region: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[DemandCard]:
    """Those that wait for one's own side as cards, the most urgent first."""
    order = TurnFirst(await waits(db, actor, now=now), cursor)
    rows = await demands.CARDS.all(
        db, order.ahead, actor.organisation_id, actor.is_staff, states, theme or None, region or None, limit + 1
    )
    return page_of(rows, limit, order.cursor)


async def counts(db: Db, actor: Actor) -> dict[str, int]:
    """How many demands each group of states holds."""
    found = {row.state: row.count for row in await my_demands.COUNTS.all(db, actor.organisation_id)}
    return {group: sum(found.get(state, 0) for state in states) for group, states in GROUPS.items()}
