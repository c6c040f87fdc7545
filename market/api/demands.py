"""/api/v1/demands"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from market.api.idempotency import once
from market.api.routes import CursorText, Id, IdempotencyKey, IfMatch, Limit, OfTurn, create, read, replace, step
from market.api.schemas import Action, Step, actions_of, tagged, version_of
from market.domain.accounts import Actor
from market.domain.demands import Demand, DemandCard, DemandContent, DemandState
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.services import demands, my_demands
from market.services.matchmaking import Matchmaker
from market.store.query import Db

Words = Annotated[
    str, QueryParameter(name="q", max_length=2000, description="Open demands that answer this text, best first")
]


class DemandOut(Demand, frozen=True, kw_only=True):
    """A demand and what the caller may do with it."""

    actions: tuple[Action, ...] = ()


def shown(actor: Actor, demand: Demand) -> DemandOut:
    """The representation for this caller."""
    values = {name: getattr(demand, name) for name in demand.__struct_fields__}
    return DemandOut(**values, actions=actions_of(demands.actions(actor, demand)))


class DemandController(Controller):
    """What enterprises ask for."""

    path = "/demands"
    tags = ["Demands"]  # noqa: RUF012

    @read(permission=Permission.DEMAND_READ)
    async def list_demands(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        now: NamedDependency[datetime],
        q: Words = "",
        mine: FromQuery[bool] = False,
        states: Annotated[
            list[DemandState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        theme: FromQuery[str | None] = None,
        region: FromQuery[str | None] = None,
        turn: OfTurn = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[DemandCard]:
        """Demands you may see, latest change first; with `q` the best open ones, on one page.

        With `turn=yours` those of your organisation that wait for it, the most urgent first.
        """
        if q.strip():
            ids = await matchmaker.search_demands(q)
            return Page(items=tuple(await demands.search(db, actor, ids, theme=theme, region=region, limit=limit)))
        rest: dict[str, Any] = {"theme": theme, "region": region, "cursor": cursor, "limit": limit}
        rest["states"] = [*states] if states else None
        if turn:
            return await my_demands.cards(db, actor, now=now, **rest)
        return await demands.page(db, actor, mine=mine, **rest)

    @create(permission=Permission.DEMAND_WRITE)
    async def create_demand(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[DemandContent],
        key: IdempotencyKey = None,
    ) -> Response[DemandOut]:
        """A draft. Without `lines` they are read from the text; with them, yours are taken as they are."""

        async def produce() -> DemandOut:
            return shown(actor, await demands.create(db, actor, data, now=now))

        return await once(db, actor, key, "/api/v1/demands", data, produce)

    @read("/{demand_id:int}", permission=Permission.DEMAND_READ)
    async def get_demand(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], demand_id: FromPath[Id]
    ) -> Response[DemandOut]:
        """One demand."""
        demand = await demands.get(db, actor, demand_id)
        return tagged(shown(actor, demand), demand.version)

    @replace("/{demand_id:int}", permission=Permission.DEMAND_WRITE)
    async def edit_demand(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
        data: JSONBody[DemandContent],
        if_match: IfMatch,
    ) -> Response[DemandOut]:
        """Replace the contents; an open demand keeps its earlier version."""
        demand = await demands.edit(db, actor, demand_id, version_of(if_match), data, now=now)
        return tagged(shown(actor, demand), demand.version)

    @step("/{demand_id:int}/actions", permission=Permission.DEMAND_READ)
    async def act_on_demand(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        demand_id: FromPath[Id],
        data: JSONBody[Step],
    ) -> Response[DemandOut]:
        """Take one of the listed `actions`."""
        demand = await demands.act(db, actor, demand_id, data.action, now=now, version=data.version, reason=data.reason)
        return tagged(shown(actor, demand), demand.version)
