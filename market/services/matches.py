"""Match proposals: what each side sees, their answers, the broker's decision, the release of identities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from market.domain import calendar
from market.domain.accounts import Actor, OrganisationState
from market.domain.demands import DemandState, mask
from market.domain.errors import IllegalTransition, Invalid, NotYours, Stale
from market.domain.lifecycles import DEMAND, MATCH
from market.domain.machine import Edge, Party
from market.domain.matches import (
    RELEASED,
    SNOOZE_DAYS,
    Answer,
    DeclineCode,
    M,
    Match,
    MatchCard,
    MatchState,
    Origin,
    RejectCode,
    Response,
    ResponseAction,
    Review,
    ReviewAction,
    covered_words,
    masked_match,
    waits_for_demander,
)
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.domain.products import ProductState
from market.domain.text import clean
from market.domain.words import N_
from market.services import jobs, limits, proposals
from market.services.matchmaking import Matchmaker
from market.services.transitions import allowed, fire, offered
from market.store import journal, matches, questions
from market.store.journal import Event
from market.store.query import Db

MOST_SHOWN = 200
"""Pairings on a page that is not cut into pages (matches of one's demands)."""
LEADS = 50
"""Leads on a page: few in full, the others a line each."""

_SIDES = frozenset({Party.DEMANDER, Party.SUPPLIER})
_NEEDED = {Party.BROKER: Permission.MATCH_REVIEW} | dict.fromkeys(_SIDES, Permission.MATCH_ANSWER)


def parties(actor: Actor, match: Match | MatchCard) -> frozenset[Party]:
    """What the actor may be to this pairing; a token without the scope is nobody to it."""
    found = actor.parties(demander=match.demander_id, supplier=match.supplier_id)
    return frozenset(party for party in found if party in _NEEDED and actor.may(_NEEDED[party]))


def as_seen(actor: Actor, match: M) -> M:
    """The pairing as this actor may see it: a sealed demand's stays masked until both sides are interested."""
    if actor.is_staff or not match.demand_sealed or match.state in RELEASED:
        return match
    return masked_match(match, for_supplier=match.demander_id != actor.organisation_id)


async def get(db: Db, actor: Actor, match_id: int) -> Match:
    """The pairing as this actor may see it; raises NotFound when they may not."""
    return as_seen(actor, await matches.GET.one(db, match_id, actor.organisation_id, actor.is_staff))


async def history(db: Db, actor: Actor, match: Match) -> list[Event]:
    """What happened to the pairing, oldest first: all of it for staff, for a side from the proposal on.

    A reason one side gave is covered from the other like everything it wrote. ``match`` as ``get`` returned it.
    """
    events = await journal.OF_OBJECT.all(db, "match", match.id)
    if actor.is_staff:
        return events
    seen = next((place for place, event in enumerate(events) if event.target == MatchState.PROPOSED), len(events))
    full = await matches.GET.one(db, match.id, actor.organisation_id, False)
    words = covered_words(full) if match.demander_id != actor.organisation_id and as_seen(actor, full) != full else ()
    return [msgspec.structs.replace(e, reason=mask(e.reason or "", words) or None) for e in events[seen:]]


async def page(
    db: Db,
    actor: Actor,
    *,
    side: str | None = None,
    states: list[str] | None = None,
    demand_id: int | None = None,
    product_id: int | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[MatchCard]:
    """Pairings the actor may see, latest change first; ``side`` is demander or supplier for only one's own as that."""
    rows = await matches.LIST.all(
        db,
        actor.organisation_id,
        actor.is_staff,
        side,
        states,
        demand_id,
        product_id,
        *place(cursor),
        limit + 1,
    )
    found = page_of(rows, limit, lambda card: Cursor(card.updated_at, card.id))
    return found.map(lambda card: as_seen(actor, card))


async def leads(
    db: Db, actor: Actor, *, now: datetime, start: int = 0, limit: int = LEADS
) -> tuple[list[MatchCard], int | None]:
    """A supplier's leads: those both sides want first, then those still to be answered, the best fit first.

    How well a pairing fits: the chance the model in force gives it, and without one how much of the demand is met. As
    both change, a page begins at the lead number ``start``; with it comes where the next page begins.
    """
    today = now.astimezone(calendar.ZONE).date()
    rows = await matches.LEADS.all(db, actor.organisation_id, today, max(start, 0), limit + 1)
    more = start + limit if len(rows) > limit else None
    return [as_seen(actor, card) for card in rows[:limit]], more


async def of_demander(db: Db, actor: Actor, demand_id: int | None = None) -> list[MatchCard]:
    """What has been proposed for the organisation's demands (or one of them), demand by demand, best first."""
    rows = await matches.OF_DEMANDER.all(db, actor.organisation_id, demand_id, MOST_SHOWN)
    return [as_seen(actor, card) for card in rows]


def by_turn(cards: Sequence[MatchCard], now: datetime) -> tuple[list[MatchCard], list[MatchCard]]:
    """What waits for the demander, the most urgent first, and what waits for others."""
    today = now.astimezone(calendar.ZONE).date()
    mine: list[MatchCard] = []
    others: list[MatchCard] = []
    for card in cards:
        (mine if waits_for_demander(card, today) else others).append(card)
    return sorted(mine, key=lambda card: (card.due_at is None, card.due_at or now)), others


async def of_demand(db: Db, actor: Actor, demand_id: int) -> list[MatchCard]:
    """For the demand's page: what its owner sees of its matches; staff see all, latest first; others none."""
    if actor.is_staff:
        return list((await page(db, actor, demand_id=demand_id)).items)
    return await of_demander(db, actor, demand_id)


def actions(actor: Actor, match: Match | MatchCard) -> list[Edge]:
    """The moves open to this actor. Interest is one word for a side, whether or not it is the second to say it."""
    mine = parties(actor, match)
    said = {side for side in mine & _SIDES if _answers(match, side)[0] is Answer.INTERESTED}
    hidden = {"meet"} | ({"interest"} if said else set())
    if not actor.may(Permission.NEGOTIATION_WRITE):
        hidden.add("convert")
    return [edge for edge in offered(MATCH, match, mine) if edge.action not in hidden]


async def answer(db: Db, actor: Actor, match_id: int, response: Response, *, now: datetime) -> Match:
    """Take down one side's word; the second side's interest makes the pairing mutual and releases the identities.

    Raises NotYours for whoever is no side, Invalid for a missing code, reason or date, Unmet when the two may not be
    introduced, Stale when somebody of the same side changed it first, TooMany for a mind changed all day long, of which
    the other side is told each time. What the other side has answered meanwhile is no reason to refuse.
    """
    match = await matches.lock(db, match_id, actor.organisation_id, actor.is_staff)
    side = _side(actor, match)
    mine, theirs = _answers(match, side)
    if match.version != response.version and mine is not Answer.NONE:
        raise Stale
    _check_response(response, now)
    action = str(response.action)
    if response.action is ResponseAction.INTEREST:
        if mine is Answer.INTERESTED:
            raise IllegalTransition
        action = "meet" if theirs is Answer.INTERESTED else "interest"
    await limits.ANSWERS_TO_MATCH.take(db, f"{actor.organisation_id}:{match_id}")
    reason = clean(response.reason) or response.code
    allowed(MATCH, match, action, frozenset({side}), reason=reason)
    if response.action is ResponseAction.INTEREST:  # before the step: mutual needs both answers to be there
        await _note(db, match, side, response)
    await fire(db, MATCH, match, action, actor, frozenset({side}), now=now, reason=reason)
    if response.action is not ResponseAction.INTEREST:  # after it: a mutual pairing has no other answers
        await _note(db, match, side, response)
    if action == "meet":
        await _release(db, actor, match, side)
    return await get(db, actor, match_id)


async def review(db: Db, actor: Actor, match_id: int, decision: Review, *, now: datetime) -> Match:
    """A broker proposes the pairing to both sides or rejects it with a code.

    Raises Unmet when the broker belongs to one of the sides, Invalid when a rejection lacks its code or reason.
    """
    match = await matches.lock(db, match_id, actor.organisation_id, actor.is_staff)
    if match.version != decision.version:
        raise Stale
    rejects = decision.action is ReviewAction.REJECT
    if rejects and decision.code is None:
        raise Invalid({"code": N_("Choose why.")})
    if rejects and decision.code is RejectCode.OTHER and not clean(decision.reason):
        raise Invalid({"reason": N_("Say why in your own words.")})
    code = decision.code if rejects else None
    reason = clean(decision.reason) or code
    facts = {"conflict": await conflicted(db, actor, match)}
    who = parties(actor, match) - _SIDES
    await fire(db, MATCH, match, str(decision.action), actor, who, now=now, facts=facts, reason=reason)
    await matches.REVIEWED.run(db, match_id, actor.person_id, code)
    return await get(db, actor, match_id)


async def on_event(db: Db, matchmaker: Matchmaker, event: Event, now: datetime) -> None:
    """What a journalled event means for matches. Every event may be handed in, also twice: the rows decide."""
    edited = event.action == "edit"
    match event.kind:
        case "demand" if event.target in DEMAND.final or event.target == DemandState.SUSPENDED:
            await proposals.end_lost(db, now, demand_id=event.object_id)
        case "demand" if edited or event.target == DemandState.OPEN:
            await proposals.propose_for_demand(db, matchmaker, event.object_id, now, Origin.DEMAND)
        case "product" if event.target in (ProductState.SUSPENDED, ProductState.DELISTED):
            await proposals.end_lost(db, now, product_id=event.object_id)
        case "product" if edited or event.target == ProductState.LISTED:
            await proposals.propose_for_product(db, matchmaker, event.object_id, now, Origin.PRODUCT)
        case "question" if event.action in ("answer", "retract"):
            question = await questions.GET.one(db, event.object_id, None, True)
            await proposals.propose_for_product(db, matchmaker, question.product_id, now, Origin.PRODUCT)
        case "organisation" if event.target != OrganisationState.VERIFIED:
            await proposals.end_lost(db, now, organisation_id=event.object_id)


async def conflicted(db: Db, actor: Actor, match: Match | MatchCard) -> bool:
    """Whether the person belongs to one of the two organisations, in whatever role they act now."""
    return await matches.BELONGS.one(db, actor.person_id, [match.demander_id, match.supplier_id])


def _side(actor: Actor, match: Match | MatchCard) -> Party:
    for side in parties(actor, match) & _SIDES:
        return side
    raise NotYours


def _answers(match: Match | MatchCard, side: Party) -> tuple[Answer, Answer]:
    """What this side has said and what the other has."""
    both = (match.demander_answer, match.supplier_answer)
    return both if side is Party.DEMANDER else (both[1], both[0])


def _check_response(response: Response, now: datetime) -> None:
    if response.action is ResponseAction.DECLINE:
        if response.code is None:
            raise Invalid({"code": N_("Choose why.")})
        if response.code is DeclineCode.OTHER and not clean(response.reason):
            raise Invalid({"reason": N_("Say why in your own words.")})
    if response.action is ResponseAction.SNOOZE:
        today = now.astimezone(calendar.ZONE).date()
        if response.until is None or not today < response.until <= today + timedelta(days=SNOOZE_DAYS):
            raise Invalid({"until": N_("Give a day within the next three months.")})


async def _note(db: Db, match: Match, side: Party, response: Response) -> None:
    """The side's fields; "later" moves the deadline behind the day it names."""
    answers = {
        ResponseAction.INTEREST: Answer.INTERESTED,
        ResponseAction.DECLINE: Answer.DECLINED,
        ResponseAction.SNOOZE: Answer.SNOOZED,
    }
    until = response.until if response.action is ResponseAction.SNOOZE else None
    code = response.code if response.action is ResponseAction.DECLINE else None
    column = matches.ANSWER_OF_DEMANDER if side is Party.DEMANDER else matches.ANSWER_OF_SUPPLIER
    await column.run(db, match.id, answers[response.action], code, until)
    if until:
        woken = datetime.combine(until, calendar.CLOSING, calendar.ZONE)
        await matches.POSTPONE.run(db, match.id, calendar.deadline(woken, MATCH.due[MatchState.PROPOSED]))


async def _release(db: Db, actor: Actor, match: Match, side: Party) -> None:
    """Identities and covered words are open to both from here on: the evidence that we introduced them."""
    data = {
        "match": match.id,
        "demander": match.demander_id,
        "supplier": match.supplier_id,
        "demand_revision": match.demand_revision,
        "product_revision": match.product_revision,
    }
    for kind, object_id in (("demand", match.demand_id), ("match", match.id)):
        await journal.append(db, kind, object_id, "release", party=side, person_id=actor.person_id, data=data)
        await jobs.event(db, kind, object_id)
