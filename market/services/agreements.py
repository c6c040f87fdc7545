"""Agreements: drafted and signed as their negotiation goes on, in force, ended by either side or by their last day.

Rows are locked in the order demand, product, match, negotiation, agreement.
"""

from __future__ import annotations

from datetime import datetime

from market.domain.accounts import CLOCK, SYSTEM, Actor
from market.domain.agreements import Agreement, AgreementCard, AgreementState, Signature, ends_at
from market.domain.demands import DemandState
from market.domain.errors import IllegalTransition, Stale
from market.domain.lifecycles import AGREEMENT, DEMAND
from market.domain.machine import Edge, Party
from market.domain.negotiations import Negotiation, Offer
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.text import clean
from market.services import jobs
from market.services.authority import authorise, confirm, lacking_for
from market.services.demands import WITH_DEMANDER
from market.services.transitions import allowed, birth, fire, offered
from market.store import agreements, demands
from market.store.query import Db

OWN = frozenset({"terminate"})
"""Steps taken on the agreement itself; the others follow from its negotiation."""
_BY_SYSTEM = frozenset({Party.SYSTEM})


def parties(actor: Actor, agreement: Agreement | AgreementCard) -> frozenset[Party]:
    """What the actor is to this agreement."""
    return actor.parties(consumer=agreement.consumer_id, provider=agreement.provider_id)


async def get(db: Db, actor: Actor, agreement_id: int) -> Agreement:
    """The agreement; raises NotFound for anybody but its sides and staff."""
    return await agreements.GET.one(db, agreement_id, actor.organisation_id, actor.is_staff)


async def signatures(db: Db, agreement: Agreement) -> list[Signature]:
    """Who confirmed it, first first."""
    return await agreements.SIGNATURES.all(db, agreement.id)


async def page(
    db: Db, actor: Actor, *, states: list[str] | None = None, cursor: str | None = None, limit: int = PAGE
) -> Page[AgreementCard]:
    """Agreements the actor may see, latest change first."""
    rows = await agreements.LIST.all(
        db,
        actor.organisation_id,
        actor.is_staff,
        states,
        *place(cursor),
        limit + 1,
    )
    return page_of(rows, limit, lambda card: Cursor(card.updated_at, card.id))


def actions(actor: Actor, agreement: Agreement) -> list[Edge]:
    """The moves open to this actor on the agreement itself; until it is in force its negotiation moves it."""
    edges = offered(AGREEMENT, agreement, parties(actor, agreement))
    return [edge for edge in edges if edge.action in OWN and lacking_for(actor, edge) is None]


async def act(
    db: Db, actor: Actor, agreement_id: int, action: str, *, version: int, reason: str, password: str, now: datetime
) -> Agreement:
    """End an agreement in force, by an authorised member of either side with the password.

    Raises IllegalTransition for a step that belongs to the negotiation, Stale, WrongPassword, or what :func:`fire`
    raises.
    """
    demand_id = await agreements.DEMAND_OF.one(db, agreement_id, actor.organisation_id, actor.is_staff)
    await demands.lock_with_demander(db, demand_id, None, True)
    agreement = await agreements.lock(db, agreement_id, actor.organisation_id, actor.is_staff)
    if agreement.version != version:
        raise Stale
    if action not in OWN:
        raise IllegalTransition
    sides, reason = parties(actor, agreement), clean(reason)
    authorise(actor, AGREEMENT.find(agreement.state, action), sides)
    await confirm(db, actor, allowed(AGREEMENT, agreement, action, sides, reason=reason), password)
    await fire(db, AGREEMENT, agreement, action, actor, sides, now=now, reason=reason)
    await reopen_demand(db, demand_id, now=now)
    return await get(db, actor, agreement_id)


async def expire_due(db: Db, now: datetime) -> int:
    """Expire the agreements in force whose last day is over, each in a transaction of its own. Returns how many."""
    expired = 0
    for agreement_id in await agreements.RUN_OUT.all(db, now):
        async with db.transaction():
            demand_id = await agreements.DEMAND_OF.one(db, agreement_id, None, True)
            await demands.lock_with_demander(db, demand_id, None, True)
            agreement = await agreements.lock(db, agreement_id, None, True)
            if agreement.state is not AgreementState.EFFECTIVE:
                continue  # ended by a side while we waited
            await fire(db, AGREEMENT, agreement, "expire", CLOCK, frozenset({Party.CLOCK}), now=now)
            await reopen_demand(db, demand_id, now=now)
            expired += 1
    return expired


async def draft(db: Db, actor: Actor, negotiation: Negotiation, offer: Offer, *, now: datetime) -> None:
    """The agreement on the last offer's text, with the provider's signature."""
    sides = actor.parties(consumer=negotiation.consumer_id, provider=negotiation.provider_id)
    edge, party, _ = birth(AGREEMENT, "draft", sides, now)
    agreement_id = await agreements.DRAFT.one(db, offer.id, edge.target, edge.action, actor.person_id, party)
    await agreements.SIGN.run(db, agreement_id, party, actor.person_id, now)
    await jobs.event(db, "agreement", agreement_id)


async def sign(db: Db, actor: Actor, negotiation: Negotiation, *, now: datetime) -> None:
    """The consumer's signature, on the same text."""
    agreement = await _of(db, negotiation)
    await agreements.SIGN.run(db, agreement.id, Party.CONSUMER, actor.person_id, now)
    await fire(db, AGREEMENT, agreement, "sign", actor, parties(actor, agreement), now=now)


async def take_effect(db: Db, actor: Actor, negotiation: Negotiation, *, now: datetime) -> None:
    """In force until the last day of its period."""
    agreement = await _of(db, negotiation)
    await fire(db, AGREEMENT, agreement, "take_effect", actor, parties(actor, agreement), now=now)
    await agreements.ENDS.run(db, agreement.id, ends_at(agreement.read()))


async def void(db: Db, actor: Actor, negotiation: Negotiation, *, reason: str, now: datetime) -> None:
    """The negotiation ended before the agreement was in force; nothing when there is none."""
    if negotiation.agreement_id is not None:
        agreement = await _of(db, negotiation)
        await fire(db, AGREEMENT, agreement, "void", actor, parties(actor, agreement), now=now, reason=reason)


async def reopen_demand(db: Db, demand_id: int, *, now: datetime) -> None:
    """Put the demand back on the market when nothing is under way or in force for it.

    The caller has locked it together with its demander.
    """
    demand = await demands.lock(db, demand_id, None, True)
    if demand.state is DemandState.IN_NEGOTIATION and await agreements.DEMAND_IS_IDLE.one(db, demand_id):
        await fire(db, DEMAND, demand, "reopen", SYSTEM, _BY_SYSTEM, now=now)
        if not demand.organisation_verified:
            open_again = await demands.lock(db, demand_id, None, True)
            reason = WITH_DEMANDER["suspend"]
            await fire(db, DEMAND, open_again, "suspend", SYSTEM, _BY_SYSTEM, now=now, reason=reason)


async def _of(db: Db, negotiation: Negotiation) -> Agreement:
    return await agreements.lock(db, await agreements.OF_NEGOTIATION.one(db, negotiation.id), None, True)
