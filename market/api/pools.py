"""/api/v1/pools"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from market.api.routes import CursorText, Id, Limit, read, step
from market.api.schemas import Action, Step, actions_of, tagged
from market.domain.accounts import Actor
from market.domain.negotiations import Terms
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.pools import Confirming, Joining, Leaving, Pool, PoolCard, PoolState, Seat, seats
from market.services import pools
from market.store.query import Db


class PoolOut(Pool, frozen=True, kw_only=True):
    """A pool, its members as the caller may see them, and what the caller may do: `confirm`, `join` and `leave` by POST
    to the address of that name, the others by POST to `actions`. Before the quorum members are numbers."""

    members: tuple[Seat, ...] = ()
    actions: tuple[Action, ...] = ()


async def shown(db: Db, actor: Actor, pool: Pool) -> Response[PoolOut]:
    """The representation for this caller."""
    found = await pools.members(db, pool)
    values = {name: getattr(pool, name) for name in pool.__struct_fields__}
    places = seats(pool, found, actor.organisation_id, staff=actor.is_staff)
    if not any(place.own and place.lead for place in places) and not actor.is_staff:
        values["lead_demand_id"] = next((place.demand_id for place in places if place.lead), None)
    out = PoolOut(**values, members=places, actions=actions_of(pools.actions(actor, pool, found)))
    return tagged(out, pool.version)


class PoolCardOut(msgspec.Struct, frozen=True, kw_only=True):
    """A pool in a list."""

    id: int
    state: PoolState
    members: int
    joined: int
    quorum: int | None
    due_at: datetime | None
    version: int
    updated_at: datetime


def _card(card: PoolCard) -> PoolCardOut:
    return PoolCardOut(**{name: getattr(card, name) for name in PoolCardOut.__struct_fields__})


class PoolController(Controller):
    """Near-identical demands of different organisations, bought together."""

    path = "/pools"
    tags = ["Pools"]  # noqa: RUF012

    @read(permission=Permission.DEMAND_READ)
    async def list_pools(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        states: Annotated[
            list[PoolState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[PoolCardOut]:
        """Pools your demands are in, for staff all of them, latest change first."""
        found = await pools.page(db, actor, states=[*states] if states else None, cursor=cursor, limit=limit)
        return Page(items=tuple(map(_card, found.items)), next=found.next)

    @read("/{pool_id:int}", permission=Permission.DEMAND_READ)
    async def get_pool(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], pool_id: FromPath[Id]
    ) -> Response[PoolOut]:
        """One pool."""
        return await shown(db, actor, await pools.get(db, actor, pool_id))

    @read("/{pool_id:int}/terms", permission=Permission.DEMAND_READ)
    async def get_terms(self, db: NamedDependency[Db], actor: NamedDependency[Actor], pool_id: FromPath[Id]) -> Terms:
        """The terms taken for all at the price of your own share: negotiate with them. 404 before they stand."""
        return await pools.own_terms(db, actor, pool_id)

    @step("/{pool_id:int}/confirm", permission=Permission.DEMAND_TRIAGE)
    async def confirm_pool(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        pool_id: FromPath[Id],
        data: JSONBody[Confirming],
    ) -> Response[PoolOut]:
        """Confirm it as a broker and set how many must join; the owners of its demands are invited."""
        return await shown(db, actor, await pools.confirm(db, actor, pool_id, data, now=now))

    @step("/{pool_id:int}/join", permission=Permission.DEMAND_WRITE)
    async def join_pool(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        pool_id: FromPath[Id],
        data: JSONBody[Joining],
    ) -> Response[PoolOut]:
        """Commit your demand; `weight` is your part of the price relative to the others'."""
        return await shown(db, actor, await pools.join(db, actor, pool_id, data, now=now))

    @step("/{pool_id:int}/leave", permission=Permission.DEMAND_WRITE)
    async def leave_pool(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        pool_id: FromPath[Id],
        data: JSONBody[Leaving],
    ) -> Response[PoolOut]:
        """Leave before the quorum, or turn the invitation down."""
        return await shown(db, actor, await pools.leave(db, actor, pool_id, data, now=now))

    @step("/{pool_id:int}/actions", permission=Permission.DEMAND_READ)
    async def act_on_pool(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        pool_id: FromPath[Id],
        data: JSONBody[Step],
    ) -> Response[PoolOut]:
        """`lead`: negotiate for all. `settle`: take the supplier's last offer for all. `dissolve`: as a broker."""
        pool = await pools.act(db, actor, pool_id, data.action, version=data.version, now=now, reason=data.reason)
        return await shown(db, actor, pool)
