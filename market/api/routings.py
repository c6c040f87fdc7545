"""/api/v1/routings"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from market.api.idempotency import once
from market.api.routes import CursorText, Id, IdempotencyKey, Limit, create, read, step
from market.api.schemas import Action, actions_of, tagged
from market.domain.accounts import Actor
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.routings import Routing, RoutingIn, RoutingStep
from market.services import routings
from market.store.query import Db


class RoutingOut(Routing, frozen=True, kw_only=True):
    """A routing and what the caller may do with it. While a demand is sealed the organisation asked does not see who
    asks, and marked words are covered."""

    actions: tuple[Action, ...] = ()


def shown(actor: Actor, routing: Routing) -> RoutingOut:
    """The representation for this caller."""
    values = {name: getattr(routing, name) for name in routing.__struct_fields__}
    return RoutingOut(**values, actions=actions_of(routings.actions(actor, routing)))


class RoutingController(Controller):
    """Unmet demands put to organisations that are likely to hold the data."""

    path = "/routings"
    tags = ["Gaps"]  # noqa: RUF012

    @read(permission=Permission.MATCH_READ)
    async def list_routings(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        demand: Annotated[Id | None, QueryParameter(description="Only those of this demand")] = None,
        to_answer: Annotated[bool, QueryParameter(description="Only those your organisation has to answer")] = False,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[Routing]:
        """Routings you may see, latest change first."""
        return await routings.page(db, actor, demand_id=demand, to_answer=to_answer, cursor=cursor, limit=limit)

    @create(permission=Permission.DEMAND_TRIAGE)
    async def route_demand(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[RoutingIn],
        key: IdempotencyKey = None,
    ) -> Response[RoutingOut]:
        """Put an open demand as a broker to an organisation that probably holds the data."""

        async def produce() -> RoutingOut:
            return shown(actor, await routings.route(db, actor, data, now=now))

        return await once(db, actor, key, "/api/v1/routings", data, produce)

    @read("/{routing_id:int}", permission=Permission.MATCH_READ)
    async def get_routing(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], routing_id: FromPath[Id]
    ) -> Response[RoutingOut]:
        """One routing."""
        routing = await routings.get(db, actor, routing_id)
        return tagged(shown(actor, routing), routing.version)

    @step("/{routing_id:int}/actions", permission=Permission.MATCH_READ)
    async def act_on_routing(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        routing_id: FromPath[Id],
        data: JSONBody[RoutingStep],
    ) -> Response[RoutingOut]:
        """Take one of the listed `actions`: `offer` takes a `product_id`, `refuse` an `article`."""
        routing = await routings.act(db, actor, routing_id, data, now=now)
        return tagged(shown(actor, routing), routing.version)
