"""Pages of negotiations: the list, the room, the form for offers, steps and messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market import i18n
from market.domain.accounts import Actor
from market.domain.calendar import ZONE
from market.domain.demands import LineKind
from market.domain.errors import Conflict, IllegalTransition, NotYours
from market.domain.lifecycles import NEGOTIATION
from market.domain.machine import Party
from market.domain.matches import Match, MatchState
from market.domain.negotiations import (
    Message,
    Negotiation,
    Offer,
    OfferIn,
    canonical,
    changes,
    first_seen,
    last_looked,
    offer_stands,
    terms_hash,
)
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import demands, matches, negotiations, pools, products
from market.store import journal
from market.store import matches as match_rows
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page
from market.web.terms import as_typed, differences, read_offer, typed_offer

P = Permission
ENDED = ["finalized", "terminated"]
SHOWN = {
    **{name: negotiations.LIVE for name in ("yours", "live", "held", "overdue")},
    **{state: [state] for state in negotiations.LIVE},
    "ended": ENDED,
}
"""What the list may show -> the states of it."""
UNTOLD = frozenset({"message", "terms"})
"""Events that the room shows elsewhere than in its history."""


@get("/negotiations", permission=P.NEGOTIATION_READ)
async def list_negotiations(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    show: FromQuery[str] = "live",
    cursor: FromQuery[str] = "",
) -> Template:
    """The organisation's negotiations, for staff all of them: those under way, on hold, overdue, in one state, over."""
    show = show if show in SHOWN else "live"
    waiting = await negotiations.waits(db, actor)
    found = await negotiations.page(
        db,
        actor,
        waiting,
        states=SHOWN[show],
        held=show == "held",
        overdue_at=now if show == "overdue" else None,
        yours=show == "yours",
        cursor=cursor,
    )
    return page(
        "pages/negotiations.html",
        cards=found.items,
        next=found.next,
        turns={card.id: negotiations.turn(card.state) for card in found.items},
        yours=len(waiting),
        show=show,
        states=negotiations.LIVE,
    )


@get("/negotiations/new", permission=P.NEGOTIATION_WRITE)
async def new_negotiation(
    db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime], match: FromQuery[int]
) -> Template | Redirect:
    """The first offer, filled in from the product and the demand; a match under negotiation leads to its room."""
    found = await matches.get(db, actor, match)
    if found.state is MatchState.CONVERTED:
        return Redirect(f"/negotiations/{await match_rows.NEGOTIATION.one(db, match)}", status_code=303)
    if found.state is not MatchState.MUTUAL:
        raise IllegalTransition
    if not matches.parties(actor, found) & {Party.DEMANDER, Party.SUPPLIER}:
        raise NotYours
    return _first_form(actor, found, await _first_terms(db, actor, found, now))


@post("/negotiations/new", permission=P.NEGOTIATION_WRITE)
async def start_negotiation(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    match: FromQuery[int],
) -> Redirect:
    """Open the negotiation with these terms."""
    typed = typed_offer(await request.form())
    found = await matches.get(db, actor, match)
    with forms.retry(lambda errors, unmet: _first_form(actor, found, typed, errors=errors, unmet=unmet)):
        try:
            negotiation = await negotiations.start(db, actor, match, read_offer(typed), now=now)
        except Conflict as error:
            raise forms.too_late(error, _first_form(actor, found, typed)) from error
    return go(request, f"/negotiations/{negotiation.id}", N_("Sent. The other side has been told."))


def _first_form(actor: Actor, match: Match, typed: forms.Typed, **again: Any) -> Template:
    consumer = Party.DEMANDER in matches.parties(actor, match)
    return page(
        "pages/offer_form.html",
        **{"match": match, "negotiation": None, "typed": typed, "consumer": consumer, "review": None} | again,
    )


async def _first_terms(db: Db, actor: Actor, match: Match, now: datetime) -> forms.Typed:
    """A year from tomorrow on, at the product's price and in its first way of delivery, for the demand's purpose.

    A member of a pool whose terms stand begins with those, at its own share.
    """
    own = Party.DEMANDER in matches.parties(actor, match)
    if own and (pooled := await pools.share(db, match.demand_id, match.product_id)):
        return as_typed(pooled) | {"valid_days": 14}
    product = await products.get(db, actor, match.product_id)
    demand = await demands.get(db, actor, match.demand_id)
    tomorrow = now.astimezone(ZONE).date() + timedelta(days=1)
    return {
        "price": product.price if product.price is not None else demand.budget,
        "price_unit": product.price_unit,
        "period_from": tomorrow,
        "period_to": tomorrow + timedelta(days=364),
        "delivery": product.delivery[0] if product.delivery else None,
        "permitted_use": demand.purpose
        or "；".join(line.value for line in demand.lines if line.kind is LineKind.PURPOSE),
        "valid_days": 14,
    }


@get("/negotiations/{negotiation_id:int}", permission=P.NEGOTIATION_READ)
async def negotiation_room(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    negotiation_id: FromPath[int],
    before: FromQuery[int | None] = None,
    after: FromQuery[int | None] = None,
    cursor: FromQuery[str] = "",
) -> Template:
    """Whose turn it is, the offers and what changed, the terms, the thread. ``before`` and ``after`` compare two.

    That the reader's side has looked is noted for the other.
    """
    negotiation = await negotiations.get(db, actor, negotiation_id)
    last = await negotiations.last_offer(db, negotiation)
    await negotiations.look(db, actor, negotiation, last.number, now=now)
    return await _room(db, actor, negotiation_id, now, before=before, after=after, cursor=cursor)


async def _room(
    db: Db,
    actor: Actor,
    negotiation_id: int,
    now: datetime,
    *,
    before: int | None = None,
    after: int | None = None,
    cursor: str = "",
    **again: Any,
) -> Template:
    negotiation = await negotiations.get(db, actor, negotiation_id)
    offers = await negotiations.offers(db, negotiation)
    thread = await negotiations.thread(db, negotiation, cursor=cursor)
    events = await journal.OF_OBJECT.all(db, "negotiation", negotiation_id)
    lapsed = offers[-1].expires_at < now
    edges = [e for e in negotiations.actions(actor, negotiation) if not (lapsed and offer_stands in e.guards)]
    turn = negotiations.turn(negotiation.state)
    mine = turn in negotiations.parties(actor, negotiation) and negotiation.hold_reason is None
    compared = None
    if before is not None and after is not None:
        compared = differences(await negotiations.difference(db, negotiation, before, after))
    context: dict[str, Any] = {
        "negotiation": negotiation,
        "offers": offers,
        "terms": offers[-1].read(),
        "earlier_terms": offers[-2].read() if len(offers) > 1 else None,
        **await _sight(db, actor, negotiation, offers, thread.items),
        "changed": {b.number: differences(changes(a.read(), b.read())) for a, b in pairwise(offers)},
        "steps": _main_first(negotiation, [edge for edge in edges if edge.action not in negotiations.OFFERING]),
        "may_offer": any(edge.action in negotiations.OFFERING for edge in edges),
        "turn": turn,
        "mine": mine,
        "lapsed": lapsed,
        "hold_reason": i18n.gettext(negotiation.hold_reason or ""),
        "speaks": negotiations.speaks_as(actor, negotiation) is not None,
        "messages": thread.items[::-1],
        "earlier": thread.next,
        "events": [_in_words(event) for event in events if event.action not in UNTOLD],
        "before": before,
        "after": after,
        "compared": compared,
        "typed": {},
    }
    return page("pages/negotiation.html", **context | again)


async def _sight(
    db: Db, actor: Actor, negotiation: Negotiation, offers: list[Offer], messages: Sequence[Message]
) -> dict[str, Any]:
    """When the other side last looked, and when it first saw each offer; staff are told of both sides."""
    seen = await negotiations.seen(db, negotiation)
    own = negotiations.parties(actor, negotiation)
    others = [side for side in sorted(negotiations.SIDES) if side not in own]
    answered = max((o.number for o in offers if o.party in others), default=0)  # nobody answers what they have not seen
    shown = {o.number: _other(o.party) for o in offers if _other(o.party) in others and o.number > answered}
    return {
        "looked": {side: last_looked(seen, [*offers, *messages], side) for side in others},
        "first_seen": {number: (side, first_seen(seen, side, number)) for number, side in shown.items()},
    }


def _other(party: Party) -> Party:
    return Party.PROVIDER if party is Party.CONSUMER else Party.CONSUMER


def _in_words(event: journal.Event) -> journal.Event:
    """The system gives its reasons in English; people's own words stay as they are."""
    if event.party != Party.SYSTEM:
        return event
    return msgspec.structs.replace(event, reason=i18n.gettext(event.reason or ""))


def _main_first(negotiation: Negotiation, edges: list[Any]) -> list[Any]:
    """The step that moves it on stands first."""
    ahead = NEGOTIATION.moves_on(negotiation.state)
    return sorted(edges, key=lambda edge: ahead is None or edge.action != ahead.action)


@get("/negotiations/{negotiation_id:int}/offer", permission=P.NEGOTIATION_WRITE)
async def offer_form(
    db: NamedDependency[Db], actor: NamedDependency[Actor], negotiation_id: FromPath[int]
) -> Template | Redirect:
    """A counter-offer, filled in with the last terms; the room says why there can be none during a hold."""
    negotiation = await negotiations.get(db, actor, negotiation_id)
    if negotiation.hold_reason:
        return Redirect(f"/negotiations/{negotiation_id}", status_code=303)
    if not any(edge.action in negotiations.OFFERING for edge in negotiations.actions(actor, negotiation)):
        raise NotYours if negotiation.state in negotiations.LIVE else IllegalTransition
    last = await negotiations.last_offer(db, negotiation)
    own = Party.CONSUMER in negotiations.parties(actor, negotiation)
    pooled = await pools.share(db, negotiation.demand_id, negotiation.product_id) if own else None
    return _counter_form(actor, negotiation, as_typed(pooled or last.read()) | {"valid_days": 14})


@post("/negotiations/{negotiation_id:int}/offer", permission=P.NEGOTIATION_WRITE)
async def send_offer(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    negotiation_id: FromPath[int],
) -> Redirect | Template:
    """Show what would change; send when exactly that has been confirmed."""
    form = await request.form()
    typed = typed_offer(form)
    negotiation = await negotiations.get(db, actor, negotiation_id)
    with forms.retry(
        lambda errors, unmet: _counter_form(actor, negotiation, typed, errors=errors, unmet=unmet),
        unfinished="unfinished" in form,
    ):
        offer = negotiations.checked(read_offer(typed), now)
        if "send" not in form or form.get("reviewed") != _digest(offer):
            last = await negotiations.last_offer(db, negotiation)
            review = differences(changes(last.read(), offer.terms))
            return _counter_form(actor, negotiation, typed, review=review, reviewed=_digest(offer))
        try:
            await negotiations.counter(db, actor, negotiation_id, offer, version=forms.version(form), now=now)
        except Conflict as error:
            fresh = await negotiations.get(db, actor, negotiation_id)
            raise forms.too_late(error, _counter_form(actor, fresh, typed)) from error
    return go(request, f"/negotiations/{negotiation_id}", N_("Sent. The other side has been told."))


def _digest(offer: OfferIn) -> str:
    return terms_hash(canonical(offer.terms)).hex()


def _counter_form(actor: Actor, negotiation: Negotiation, typed: forms.Typed, **again: Any) -> Template:
    consumer = Party.CONSUMER in negotiations.parties(actor, negotiation)
    context: dict[str, Any] = {
        "match": None,
        "negotiation": negotiation,
        "typed": typed,
        "consumer": consumer,
        "review": None,
    }
    return page("pages/offer_form.html", **context | again)


@post("/negotiations/{negotiation_id:int}/actions/{action:str}", permission=P.NEGOTIATION_READ)
async def act_on_negotiation(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    negotiation_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """Take one step."""
    form = await request.form()
    typed = forms.typed(form)
    again = await _room(db, actor, negotiation_id, now, typed=typed)
    with forms.retry_on(again):
        try:
            negotiation = await negotiations.act(
                db,
                actor,
                negotiation_id,
                action,
                version=forms.version(form),
                now=now,
                reason=typed.get("reason"),
                password=typed.get("password"),
            )
        except Conflict as error:
            raise forms.too_late(error, await _room(db, actor, negotiation_id, now, typed=typed)) from error
    if action == "finalize":
        return go(request, f"/agreements/{negotiation.agreement_id}", N_("The agreement is in force."))
    return go(request, f"/negotiations/{negotiation_id}", N_("Done."))


@post("/negotiations/{negotiation_id:int}/messages", permission=P.NEGOTIATION_READ)
async def send_message(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    negotiation_id: FromPath[int],
) -> Redirect:
    """Write into the thread."""
    typed = forms.typed(await request.form())
    again = await _room(db, actor, negotiation_id, now, typed=typed)
    with forms.retry_on(again):
        try:
            await negotiations.say(db, actor, negotiation_id, typed.get("body", ""), now=now)
        except Conflict as error:
            raise forms.too_late(error, again) from error
    return go(request, f"/negotiations/{negotiation_id}#thread", N_("Your message is sent."))


ROUTES = [
    list_negotiations,
    new_negotiation,
    start_negotiation,
    negotiation_room,
    offer_form,
    send_offer,
    act_on_negotiation,
    send_message,
]
