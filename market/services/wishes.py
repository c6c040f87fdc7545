"""A side asks for the other by itself: a pairing that stands is answered, another is made for the broker."""

from __future__ import annotations

from datetime import date, datetime

from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.demands import Demand, DemandState
from market.domain.errors import Conflict, IllegalTransition, Stale, Unmet
from market.domain.machine import Party
from market.domain.matches import Answer, MatchState, Origin, Response, ResponseAction, excluded
from market.domain.products import Product
from market.domain.words import N_
from market.services import jobs, matches, matchmaking, proposals
from market.services.proposals import Candidate
from market.store import journal, search
from market.store import matches as rows
from market.store.matches import Pair
from market.store.query import Db

WISHED = "wish"
"""The event of a side asking for a pairing before the broker has proposed it."""
REFUSED = N_("One of these products was turned down for this demand before, and neither has changed since: %(title)s")


async def ask_for(
    db: Db, actor: Actor, demand: Demand, product: Product, *, now: datetime, party: Party = Party.DEMANDER
) -> int:
    """Interest of one side (``party``, the actor's) in the pairing; its id. ``demand`` is locked.

    What is not paired yet goes to the broker with the interest already noted, so that the other side's makes it mutual.
    Raises Unmet when a rule forbids the pairing, Conflict when it was turned down and nothing has changed since.
    """
    if rule := excluded(demand, product):
        raise Unmet([rule])
    standing = {p.product_id: p.id for p in await rows.LIVE.all(db, [demand.id], product.id)}
    if product.id in standing:
        await _answer(db, actor, standing[product.id], party, now)
        return standing[product.id]
    pair = Pair(
        demand_id=demand.id, product_id=product.id, demand_revision=demand.revision, product_revision=product.revision
    )
    if pair in await rows.ENDED.all(db, [demand.id], product.id):
        raise Conflict(REFUSED, title=product.title)
    if demand.state is not DemandState.OPEN:
        raise IllegalTransition
    today = now.astimezone(calendar.ZONE).date()
    candidate = await matchmaking.in_thread(_candidate, demand, product, today)
    match_id = await proposals.generate(db, candidate, now=now, origin=Origin.PERSON)
    if match_id is None:
        raise Stale
    await _wish(db, actor, match_id, party)
    return match_id


async def listed(db: Db, products: list[int]) -> list[Product]:
    """These products, in this order. Raises Conflict when one is not listed any more."""
    found = {product.id: product for product in await search.LISTED.all(db, products)}
    if len(found) != len(set(products)):
        raise Conflict(N_("One of the products is not listed any more. Look at what fits now."))
    return [found[i] for i in dict.fromkeys(products)]


def _candidate(demand: Demand, product: Product, today: date) -> Candidate:
    reasons = matchmaking.reasons(demand, product, today)
    score = sum(reason.share for reason in reasons)
    return Candidate(demand=demand, product=product, score=score, rank=1, reasons=reasons, wanted=True)


async def _answer(db: Db, actor: Actor, match_id: int, party: Party, now: datetime) -> None:
    match = await rows.GET.one(db, match_id, None, True)
    said = match.demander_answer if party is Party.DEMANDER else match.supplier_answer
    if said is Answer.INTERESTED:
        return
    if match.state is MatchState.PROPOSED:
        yes = Response(action=ResponseAction.INTEREST, version=match.version)
        await matches.answer(db, actor, match_id, yes, now=now)
    else:
        await _wish(db, actor, match_id, party)


async def _wish(db: Db, actor: Actor, match_id: int, party: Party) -> None:
    note = rows.ANSWER_OF_DEMANDER if party is Party.DEMANDER else rows.ANSWER_OF_SUPPLIER
    await note.run(db, match_id, Answer.INTERESTED, None, None)
    await journal.append(db, "match", match_id, WISHED, party=party, person_id=actor.person_id)
    await jobs.event(db, "match", match_id)
