"""Routings: the broker puts an unmet demand to the likely holder, whose answer leads to a product or to a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from market.domain.accounts import SYSTEM, Actor, OrganisationKind, OrganisationState
from market.domain.demands import MASK, Demand, DemandState
from market.domain.errors import Conflict, Invalid, Stale
from market.domain.lifecycles import ROUTING
from market.domain.machine import Edge, Party
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.domain.products import ProductContent
from market.domain.routings import Routing, RoutingIn, RoutingState, RoutingStep, masked_routing
from market.domain.text import clean
from market.domain.words import N_
from market.services import answers, demands, jobs, organisations, products, wishes
from market.services.transitions import allowed, birth, fire, offered
from market.store import demands as demand_rows
from market.store import journal, routings
from market.store.journal import Event
from market.store.query import Db

HOLDERS = frozenset({OrganisationKind.SUPPLIER, OrganisationKind.OPERATOR, OrganisationKind.GOVERNMENT})
_BY_SYSTEM = frozenset({Party.SYSTEM})
_NEEDED = {Party.SUPPLIER: Permission.MATCH_ANSWER, Party.BROKER: Permission.DEMAND_TRIAGE}


def parties(actor: Actor, routing: Routing) -> frozenset[Party]:
    """What the actor may be to this routing; a token without the scope is nobody to it."""
    found = actor.parties(supplier=routing.organisation_id)
    return frozenset(party for party in found if party in _NEEDED and actor.may(_NEEDED[party]))


def as_seen(actor: Actor, routing: Routing) -> Routing:
    """As this actor may see it: a sealed demand's words stay covered from the organisation asked."""
    if actor.is_staff or not routing.demand_sealed or routing.released:
        return routing
    return routing if routing.demander_id == actor.organisation_id else masked_routing(routing)


async def get(db: Db, actor: Actor, routing_id: int) -> Routing:
    """The routing as this actor may see it; raises NotFound when they may not."""
    return as_seen(actor, await routings.GET.one(db, routing_id, actor.organisation_id, actor.is_staff))


async def page(
    db: Db,
    actor: Actor,
    *,
    demand_id: int | None = None,
    to_answer: bool = False,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[Routing]:
    """Routings the actor may see, latest change first; ``to_answer``: that the actor's organisation has to answer."""
    rows = await routings.LIST.all(
        db, actor.organisation_id, actor.is_staff, demand_id, to_answer, *place(cursor), limit + 1
    )
    found = page_of(rows, limit, lambda routing: Cursor(routing.updated_at, routing.id))
    return found.map(lambda routing: as_seen(actor, routing))


async def history(db: Db, routing: Routing) -> list[Event]:
    """What happened to the routing, oldest first. ``routing`` as ``get`` returned it."""
    return await journal.OF_OBJECT.all(db, "routing", routing.id)


def actions(actor: Actor, routing: Routing) -> list[Edge]:
    """The moves open to this actor."""
    return offered(ROUTING, routing, parties(actor, routing), actor)


async def route(db: Db, actor: Actor, wish: RoutingIn, *, now: datetime) -> Routing:
    """Ask the organisation. Raises Conflict when the demand is not open or is its own, Invalid when it holds no data.

    AlreadyExists while an earlier request is unanswered.
    """
    demand = await demand_rows.lock(db, wish.demand_id, actor.organisation_id, actor.is_staff)
    edge, party, due = birth(ROUTING, "route", actor.parties(), now)
    if demand.state is not DemandState.OPEN:
        raise Conflict(N_("The demand is not open (any more)."))
    asked = await organisations.get(db, actor, wish.organisation_id)
    if asked.id == demand.organisation_id:
        raise Conflict(N_("The two sides are the same organisation."))
    if asked.kind not in HOLDERS or asked.state is not OrganisationState.VERIFIED:
        raise Invalid({"organisation_id": N_("Choose a verified supplier, operator or government body.")})
    routing_id = await routings.INSERT.one(
        db, demand.id, asked.id, clean(wish.note), edge.target, edge.action, actor.person_id, party, due
    )
    await jobs.event(db, "routing", routing_id)
    return await get(db, actor, routing_id)


async def act(db: Db, actor: Actor, routing_id: int, step: RoutingStep, *, now: datetime) -> Routing:
    """Answer, or withdraw as the broker. An offered product is paired with the demand and goes to the broker.

    Raises Invalid when the answer lacks its product or article, Stale when somebody was faster, and what pairing
    raises.
    """
    # The demand first: every path locks it before what hangs on it.
    before = await routings.GET.one(db, routing_id, actor.organisation_id, actor.is_staff)
    demand = await demand_rows.lock(db, before.demand_id, None, True)
    routing = await routings.lock(db, routing_id, actor.organisation_id, actor.is_staff)
    if routing.version != step.version:
        raise Stale
    facts = {"demand_open": demand.state is DemandState.OPEN}
    sides, article = parties(actor, routing), clean(step.article)
    reason = clean(step.reason) or None
    allowed(ROUTING, routing, step.action, sides, facts=facts, reason=reason)
    if step.action == "refuse" and not article:
        raise Invalid({"article": N_("Name the law and the article that forbid sharing.")})
    product_id = await _offer(db, actor, demand, step, now) if step.action == "offer" else None
    await routings.ANSWER.run(db, routing_id, article if step.action == "refuse" else "", product_id)
    await fire(db, ROUTING, routing, step.action, actor, sides, now=now, facts=facts, reason=reason)
    return await get(db, actor, routing_id)


async def _offer(db: Db, actor: Actor, demand: Demand, step: RoutingStep, now: datetime) -> int:
    if step.product_id is None:
        raise Invalid({"product_id": N_("Choose the product.")})
    product = await products.get_own(db, actor, step.product_id)
    [listed] = await wishes.listed(db, [product.id])
    await wishes.ask_for(db, actor, demand, listed, now=now, party=Party.SUPPLIER)
    return listed.id


async def sketch(db: Db, actor: Actor, routing_id: int) -> dict[str, Any]:
    """A product's form filled from what the demand asks for, as the organisation may read it; nothing is stored."""
    routing = await get(db, actor, routing_id)
    demand = await demands.get(db, actor, routing.demand_id)
    content = ProductContent(title=_open(demand.title), theme=_open(demand.theme), region="")
    for line in demand.lines:
        content = answers.put_into(content, line) or content
    return msgspec.to_builtins(content)  # type: ignore[no-any-return]


def _open(text: str) -> str:
    return "" if MASK in text else text


async def on_event(db: Db, event: Event, *, now: datetime) -> None:
    """Withdraw what a demand that has gone leaves unanswered. Safe to repeat."""
    if event.kind != "demand":
        return
    for routing_id in await routings.MOOT.all(db, event.object_id):
        routing = await routings.lock(db, routing_id, None, True)
        if routing.state in (RoutingState.OPEN, RoutingState.HELD):
            await fire(db, ROUTING, routing, "withdraw", SYSTEM, _BY_SYSTEM, now=now)
