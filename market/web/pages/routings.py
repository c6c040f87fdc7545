"""Pages of routings: the broker asks the likely holder, the organisation answers, and the letter for outsiders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import ANONYMOUS, Actor, OrganisationState
from market.domain.permissions import Permission
from market.domain.products import ProductState
from market.domain.routings import RoutingIn, RoutingState, RoutingStep
from market.domain.words import N_
from market.services import demands, organisations, products, routings
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission
MOST = 100
"""Own products to choose from."""


@get("/routings", permission=P.MATCH_READ)
async def routings_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], cursor: FromQuery[str] = ""
) -> Template:
    """Demands that somebody was asked for, latest change first."""
    found = await routings.page(db, actor, cursor=cursor)
    return page("pages/routings.html", found=found.items, next=found.next)


@get("/demands/{demand_id:int}/route", permission=P.DEMAND_TRIAGE)
async def route_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    demand_id: FromPath[int],
    q: FromQuery[str] = "",
    organisation: FromQuery[str] = "",
) -> Template:
    """Choose whom to ask, among all verified organisations."""
    return await _route_page(db, actor, demand_id, {"q": q, "organisation_id": organisation})


async def _route_page(db: Db, actor: Actor, demand_id: int, typed: forms.Typed, **again: Any) -> Template:
    found = await organisations.page(db, actor, states=[OrganisationState.VERIFIED], q=typed.get("q") or None)
    options = {str(card.id): card.name for card in found.items if card.kind in routings.HOLDERS}
    chosen = str(typed.get("organisation_id", ""))
    if chosen.isdigit() and chosen not in options:
        options[chosen] = (await organisations.get(db, actor, int(chosen))).name
    demand = await demands.get(db, actor, demand_id)
    return page("pages/route.html", demand=demand, options=options, typed=typed, **again)


@post("/demands/{demand_id:int}/route", permission=P.DEMAND_TRIAGE)
async def route_demand(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    demand_id: FromPath[int],
) -> Redirect:
    """Ask the organisation."""
    typed = forms.typed(await request.form())
    again = await _route_page(db, actor, demand_id, typed)
    with forms.retry_on(again):
        wish = forms.read(RoutingIn, typed | {"demand_id": demand_id})
        routing = await routings.route(db, actor, wish, now=now)
    return go(request, f"/routings/{routing.id}", N_("Asked. The answer comes to your notifications."))


@get("/routings/{routing_id:int}", permission=P.MATCH_READ)
async def routing_page(db: NamedDependency[Db], actor: NamedDependency[Actor], routing_id: FromPath[int]) -> Template:
    """One routing, and for the organisation asked the ways to answer."""
    return await _routing_page(db, actor, routing_id)


async def _routing_page(db: Db, actor: Actor, routing_id: int, **again: Any) -> Template:
    routing = await routings.get(db, actor, routing_id)
    steps = {edge.action: edge for edge in routings.actions(actor, routing)}
    own = None
    if "offer" in steps:
        own = await products.page(db, actor, mine=True, states=[ProductState.LISTED], limit=MOST)
    live = routing.state in (RoutingState.OPEN, RoutingState.HELD)
    return page(
        "pages/routing.html",
        routing=routing,
        steps=steps,
        own={str(card.id): card.title for card in own.items} if own else {},
        demand=await demands.get(db, actor, routing.demand_id) if live else None,
        events=await routings.history(db, routing),
        **{"typed": {}, **again},
    )


@post("/routings/{routing_id:int}/actions/{action:str}", permission=P.MATCH_READ)
async def act_on_routing(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    routing_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Answer, or withdraw; "we have it" leads on to the product's form."""
    typed = forms.typed(await request.form()) | {"action": action}
    again = await _routing_page(db, actor, routing_id, typed=typed)
    with forms.retry_on(again):
        routing = await routings.act(db, actor, routing_id, forms.read(RoutingStep, typed), now=now)
    if routing.state is RoutingState.HELD:
        words = N_("Noted. Describe the product now; when it is listed, offer it from your inbox.")
        return go(request, f"/products/new?routing={routing_id}", words)
    return go(request, f"/routings/{routing_id}", N_("Answered. The broker has been told."))


@get("/demands/{demand_id:int}/request", permission=P.DEMAND_TRIAGE)
async def request_letter(
    request: Web, db: NamedDependency[Db], demand_id: FromPath[int], to: FromQuery[str] = ""
) -> Template:
    """A letter to a publisher outside the platform, holding no more than every stranger can read."""
    demand = await demands.get(db, ANONYMOUS, demand_id)
    return page("pages/request_letter.html", demand=demand, to=to[:200], site=request.app.state.settings.address)


ROUTES = [routings_page, route_page, route_demand, routing_page, act_on_routing, request_letter]
