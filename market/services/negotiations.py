"""Negotiations: offers and counter-offers until both sides confirm the same text, or one side ends it.

A counter-offer is a new offer (Civil Code art. 488); the last one is what the next step is about. Rows are locked in
the order organisation, demand, product, match, negotiation, agreement.
"""

from __future__ import annotations

from datetime import datetime

from market.domain.accounts import SYSTEM, Actor, Automaton
from market.domain.calendar import ZONE
from market.domain.demands import DemandState
from market.domain.errors import IllegalTransition, Invalid, NotFound, NotYours, Stale
from market.domain.lifecycles import DEMAND, MATCH, NEGOTIATION
from market.domain.machine import Edge, Party, edge
from market.domain.money import money_error
from market.domain.negotiations import (
    INCOMPLETE_CLAUSE,
    Message,
    Negotiation,
    NegotiationCard,
    NegotiationState,
    Offer,
    OfferIn,
    Seen,
    TermChange,
    canonical,
    changes,
    not_held,
    stands_until,
    terms_errors,
    terms_hash,
)
from market.domain.paging import PAGE, Cursor, Page, decode, page_of
from market.domain.permissions import Permission
from market.domain.products import DataClass
from market.domain.text import clean, cleaned
from market.domain.turns import Due, TurnFirst
from market.domain.words import N_
from market.services import agreements, jobs, limits
from market.services.authority import authorise, confirm, lacking_for, require
from market.services.transitions import LONGEST_REASON, allowed, birth, fire, offered
from market.store import demands, journal, matches, negotiations
from market.store.query import Db

OFFERING = frozenset({"request", "offer"})
"""Steps that come with terms."""
SIDES = frozenset({Party.CONSUMER, Party.PROVIDER})
ENDING = frozenset({"terminate", "abort"})
_LIVE = frozenset(NegotiationState) - {NegotiationState.FINALIZED, NegotiationState.TERMINATED}
LIVE: list[str] = sorted(_LIVE)
"""States in which somebody still has a move."""
LONGEST_MESSAGE = 5_000
IMPORTANT_DATA = N_("Important data: the broker checks the contract's security duties first.")
"""Why such a negotiation begins on hold (Network Data Security Regulation art. 12, 31)."""


def parties(actor: Actor, negotiation: Negotiation | NegotiationCard) -> frozenset[Party]:
    """What the actor is to this negotiation."""
    return actor.parties(consumer=negotiation.consumer_id, provider=negotiation.provider_id)


def turn(state: NegotiationState) -> Party | None:
    """Whose move it is: the side that moves this state on. None when it is over."""
    ahead = NEGOTIATION.moves_on(state)
    return next(iter(ahead.by)) if ahead else None


def checked(offer: OfferIn, now: datetime) -> OfferIn:
    """Cleaned. Raises Invalid with every error; the fields of the terms go by their own names."""
    offer = cleaned(offer)
    terms = offer.terms
    errors = terms_errors(terms)
    if wrong := money_error(terms.price):
        errors["price"] = wrong
    if not terms.permitted_use:
        errors["permitted_use"] = N_("Fill this in.")
    if terms.period_to < now.astimezone(ZONE).date():
        errors.setdefault("period_to", N_("This day has passed."))
    if any(not clause.title or not clause.text for clause in terms.clauses):
        errors["clauses"] = INCOMPLETE_CLAUSE
    if errors:
        raise Invalid(errors)
    return offer


async def start(db: Db, actor: Actor, match_id: int, offer: OfferIn, *, now: datetime) -> Negotiation:
    """Open a negotiation from a match both sides want: the demander requests, the supplier offers.

    The match is converted and the demand goes into negotiation in the same transaction; about important data the
    negotiation begins on hold. Raises NotFound for a match
    that is not the actor's, IllegalTransition when it is not mutual (any more), Invalid for wrong terms.
    """
    offer = checked(offer, now)
    seen = await matches.GET.one(db, match_id, actor.organisation_id, actor.is_staff)
    demand = await demands.lock(db, seen.demand_id, None, True)
    product = await negotiations.LOCK_PRODUCT.one(db, seen.product_id)
    match = await matches.lock(db, match_id, actor.organisation_id, actor.is_staff)
    sides = actor.parties(demander=match.demander_id, supplier=match.supplier_id)
    await fire(db, MATCH, match, "convert", actor, sides, now=now)
    if demand.state in (DemandState.OPEN, DemandState.PARTLY_FULFILLED):
        await fire(db, DEMAND, demand, "negotiate", SYSTEM, frozenset({Party.SYSTEM}), now=now)
    sides = actor.parties(consumer=match.demander_id, provider=match.supplier_id)
    born, party, due = birth(NEGOTIATION, _offering(sides), sides, now)
    negotiation_id = await negotiations.INSERT.one(
        db,
        match_id,
        match.demand_id,
        demand.revision,
        match.product_id,
        product.revision,
        match.demander_id,
        match.supplier_id,
        born.target,
        born.action,
        actor.person_id,
        party,
        due,
    )
    await jobs.event(db, "negotiation", negotiation_id)
    await _put_offer(db, actor, negotiation_id, party, offer, now)
    if product.data_class is DataClass.IMPORTANT:
        await _set_hold(db, SYSTEM, negotiation_id, 1, "hold", IMPORTANT_DATA)
    return await get(db, actor, negotiation_id)


async def get(db: Db, actor: Actor, negotiation_id: int) -> Negotiation:
    """The negotiation; raises NotFound for anybody but its sides and staff."""
    return await negotiations.GET.one(db, negotiation_id, actor.organisation_id, actor.is_staff)


async def waits(db: Db, actor: Actor) -> list[Due]:
    """Every negotiation that waits for the actor's side; for staff who lift holds, every one on hold."""
    holds = list(NEGOTIATION.due) if actor.is_staff and actor.may(Permission.NEGOTIATION_HOLD) else []
    ours = [list(NEGOTIATION.waits_for(side)) for side in (Party.CONSUMER, Party.PROVIDER)]
    return await negotiations.WAITING.all(db, actor.organisation_id, *ours, holds)


async def page(
    db: Db,
    actor: Actor,
    waiting: list[Due],
    *,
    states: list[str] | None = None,
    demand_id: int | None = None,
    product_id: int | None = None,
    held: bool = False,
    overdue_at: datetime | None = None,
    yours: bool = False,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[NegotiationCard]:
    """Negotiations the actor may see: what waits for them, the most urgent first, then the rest by last change.

    ``waiting``: from :func:`waits`. Only those on hold, overdue at a time, or waiting for the actor, when asked.
    """
    order = TurnFirst(waiting, cursor)
    rows = await negotiations.LIST.all(
        db,
        actor.organisation_id,
        actor.is_staff,
        states,
        demand_id,
        product_id,
        *order.after,
        limit + 1,
        held,
        overdue_at,
        order.ahead,
        order.waiting,
        yours,
    )
    return page_of(rows, limit, order.cursor)


async def offers(db: Db, negotiation: Negotiation) -> list[Offer]:
    """Every offer, first first."""
    return await negotiations.OFFERS.all(db, negotiation.id)


async def last_offer(db: Db, negotiation: Negotiation) -> Offer:
    """The offer the next step is about."""
    return await negotiations.LAST_OFFER.one(db, negotiation.id)


async def one_offer(db: Db, negotiation: Negotiation, offer_id: int) -> Offer:
    """One offer by its id. Raises NotFound when it belongs elsewhere."""
    return await negotiations.OFFER.one(db, negotiation.id, offer_id)


async def look(db: Db, actor: Actor, negotiation: Negotiation, offer: int, *, now: datetime) -> None:
    """Note that the actor's side has the room open while ``offer`` is the last; of staff nothing is noted."""
    for party in parties(actor, negotiation) & SIDES:
        await negotiations.LOOK.run(db, negotiation.id, party, actor.person_id, offer, now)


async def seen(db: Db, negotiation: Negotiation) -> list[Seen]:
    """Which side has seen which offer when; the persons are not told."""
    return await negotiations.SEEN.all(db, negotiation.id)


async def difference(db: Db, negotiation: Negotiation, before: int, after: int) -> tuple[TermChange, ...]:
    """What differs between two offers, by their numbers. Raises NotFound when one of them is not there."""
    by_number = {offer.number: offer.read() for offer in await offers(db, negotiation)}
    if before not in by_number or after not in by_number:
        raise NotFound
    return changes(by_number[before], by_number[after])


async def counter(
    db: Db, actor: Actor, negotiation_id: int, offer: OfferIn, *, version: int, now: datetime
) -> Negotiation:
    """Send other terms: the provider's offer, or the consumer's request as a counter-offer. The sides alternate."""
    offer = checked(offer, now)
    negotiation = await negotiations.lock(db, negotiation_id, actor.organisation_id, actor.is_staff)
    if negotiation.version != version:
        raise Stale
    sides = parties(actor, negotiation)
    action = _offering(sides)
    authorise(actor, NEGOTIATION.find(negotiation.state, action), sides)
    await fire(db, NEGOTIATION, negotiation, action, actor, sides, now=now)
    party = Party.CONSUMER if action == "request" else Party.PROVIDER
    await _put_offer(db, actor, negotiation_id, party, offer, now)
    return await get(db, actor, negotiation_id)


def _offering(sides: frozenset[Party]) -> str:
    return "request" if Party.CONSUMER in sides else "offer"


async def _put_offer(db: Db, actor: Actor, negotiation_id: int, party: Party, offer: OfferIn, now: datetime) -> None:
    """Number and keep the offer. Its hash goes into the negotiation's chain, so the chain vouches for the terms."""
    text = canonical(offer.terms)
    number = await negotiations.PUT_OFFER.one(
        db,
        negotiation_id,
        party,
        actor.person_id,
        text,
        terms_hash(text),
        offer.note,
        stands_until(now, offer.valid_days),
        now,
    )
    await journal.append(
        db,
        "negotiation",
        negotiation_id,
        "terms",
        party=party,
        person_id=actor.person_id,
        data={"offer": number, "sha256": terms_hash(text).hex()},
    )


async def act(
    db: Db,
    actor: Actor,
    negotiation_id: int,
    action: str,
    *,
    version: int,
    now: datetime,
    reason: str | None = None,
    password: str | None = None,
) -> Negotiation:
    """Take one step without new terms, with everything that follows from it.

    Raises Stale when ``version`` is not the latest, WrongPassword at a step that confirms, else what :func:`fire`
    raises.
    """
    if action in ENDING:
        demand_id = await negotiations.DEMAND.one(db, negotiation_id, actor.organisation_id, actor.is_staff)
        await demands.lock_with_demander(db, demand_id, None, True)
    negotiation = await negotiations.lock(db, negotiation_id, actor.organisation_id, actor.is_staff)
    if negotiation.version != version:
        raise Stale
    if action in ("hold", "release"):
        await _hold(db, actor, negotiation, action, reason)
    else:
        await _step(db, actor, negotiation, action, now, clean(reason or ""), password)
    return await get(db, actor, negotiation_id)


async def _step(
    db: Db, actor: Actor, negotiation: Negotiation, action: str, now: datetime, reason: str, password: str | None
) -> None:
    sides = parties(actor, negotiation)
    offer = await negotiations.LAST_OFFER.one(db, negotiation.id)
    facts = {"offer": offer, "now": now}
    authorise(actor, NEGOTIATION.find(negotiation.state, action), sides)
    found = allowed(NEGOTIATION, negotiation, action, sides, facts=facts, reason=reason)
    if action in OFFERING:
        raise Invalid({"terms": N_("Send the terms with the offer.")})
    await confirm(db, actor, found, password)
    await fire(db, NEGOTIATION, negotiation, action, actor, sides, now=now, facts=facts, reason=reason or None)
    if action == "agree":
        await agreements.draft(db, actor, negotiation, offer, now=now)
    elif action == "verify":
        await agreements.sign(db, actor, negotiation, now=now)
    elif action == "finalize":
        await agreements.take_effect(db, actor, negotiation, now=now)
    elif action in ENDING:
        await agreements.void(db, actor, negotiation, reason=reason, now=now)
        await agreements.reopen_demand(db, negotiation.demand_id, now=now)


async def _hold(db: Db, actor: Actor, negotiation: Negotiation, action: str, reason: str | None) -> None:
    """Set or clear the flag that stops every step towards agreement. It is not a state: the deadline runs on."""
    require(actor, Permission.NEGOTIATION_HOLD)
    reason = clean(reason or "")
    if negotiation.state not in _LIVE or (negotiation.hold_reason is None) == (action == "release"):
        raise IllegalTransition
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": N_("This is too long.")})
    if action == "hold" and not reason:
        raise Invalid({"reason": N_("Give a reason; both sides will read it.")})
    if action == "release":
        reason = ""
    await _set_hold(db, actor, negotiation.id, negotiation.version, action, reason)


async def _set_hold(
    db: Db, actor: Actor | Automaton, negotiation_id: int, version: int, action: str, reason: str
) -> None:
    if await negotiations.HOLD.run(db, negotiation_id, version, reason or None) == 0:
        raise Stale
    party = actor.party if isinstance(actor, Automaton) else Party.BROKER
    await journal.append(
        db, "negotiation", negotiation_id, action, party=party, person_id=actor.person_id, reason=reason or None
    )
    await jobs.event(db, "negotiation", negotiation_id)


def actions(actor: Actor, negotiation: Negotiation) -> list[Edge]:
    """The moves open to this actor, without those a hold stops; for staff who may, holding and releasing as well."""
    held = negotiation.hold_reason is not None
    edges = [
        e
        for e in offered(NEGOTIATION, negotiation, parties(actor, negotiation))
        if lacking_for(actor, e) is None and not (held and not_held in e.guards)
    ]
    if negotiation.state in _LIVE and actor.is_staff and actor.may(Permission.NEGOTIATION_HOLD):
        state = str(negotiation.state)
        edges.append(edge("release" if held else "hold", state, state, Party.BROKER, reason=not held))
    return edges


def speaks_as(actor: Actor, negotiation: Negotiation) -> Party | None:
    """In whose name the actor may write into the thread; None when they only read, or the negotiation has failed."""
    sides = parties(actor, negotiation) & SIDES
    if negotiation.state is NegotiationState.TERMINATED:
        return None
    if sides and actor.may(Permission.NEGOTIATION_WRITE):
        return next(iter(sides))
    return Party.BROKER if actor.is_staff and actor.may(Permission.NEGOTIATION_HOLD) else None


async def say(db: Db, actor: Actor, negotiation_id: int, body: str, *, now: datetime) -> Message:
    """Write into the thread, as a side or as the broker. Journalled; the version stays, nobody's form goes stale.

    Raises TooMany for more than anybody writes in a day.
    """
    body = clean(body)
    negotiation = await negotiations.lock(db, negotiation_id, actor.organisation_id, actor.is_staff)
    party = speaks_as(actor, negotiation)
    if party is None:
        if negotiation.state is NegotiationState.TERMINATED:
            raise IllegalTransition
        require(actor, Permission.NEGOTIATION_HOLD if actor.is_staff else Permission.NEGOTIATION_WRITE)
        raise NotYours
    if not body:
        raise Invalid({"body": N_("Write something first.")})
    if len(body) > LONGEST_MESSAGE:
        raise Invalid({"body": N_("This is too long.")})
    await limits.MESSAGES_IN_NEGOTIATION.take(db, f"{actor.organisation_id}:{negotiation_id}")
    message = await negotiations.PUT_MESSAGE.one(db, negotiation_id, party, actor.person_id, body, now)
    await journal.append(
        db,
        "negotiation",
        negotiation_id,
        "message",
        party=party,
        person_id=actor.person_id,
        data={"message": message.id},
    )
    await jobs.event(db, "negotiation", negotiation_id)
    return message


async def thread(db: Db, negotiation: Negotiation, *, cursor: str | None = None, limit: int = PAGE) -> Page[Message]:
    """The messages, newest first."""
    after = decode(cursor)
    rows = await negotiations.MESSAGES.all(db, negotiation.id, after.id if after else None, limit + 1)
    return page_of(rows, limit, lambda message: Cursor(message.created_at, message.id))
