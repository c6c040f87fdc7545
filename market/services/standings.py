"""How a product stands to a demand, whoever of the two asks: the rule that forbids it, its rank, every verdict."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from market.domain.accounts import Actor
from market.domain.demands import Demand, DemandState
from market.domain.errors import NotFound
from market.domain.matches import LIVE, MatchReason, MatchState, excluded, masked_reasons
from market.domain.products import Product, ProductState
from market.domain.questions import Answers
from market.services import demands, matchmaking, products, proposals
from market.services.matchmaking import Matchmaker
from market.services.nearest import today_of
from market.store import demands as demand_rows
from market.store import matches, questions
from market.store.query import Db


class Why(StrEnum):
    """Why the product is or is not proposed for the demand; the first that holds."""

    FORBIDDEN = "forbidden"
    CLOSED = "closed"
    PROPOSED = "proposed"
    ENDED = "ended"
    NOT_FOUND = "not_found"
    LACKING = "lacking"
    CROWDED = "crowded"
    FITS = "fits"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """``rule`` is the sentence with its source when a rule forbids the pairing; ``rank`` None: not among the found."""

    demand_id: int
    product_id: int
    demand_title: str
    product_title: str
    why: Why
    rule: str = ""
    rank: int | None = None
    reasons: tuple[MatchReason, ...] = ()
    match_id: int | None = None
    match_state: MatchState | None = None


async def of_pair(
    db: Db, actor: Actor, matchmaker: Matchmaker, demand_id: int, product_id: int, *, now: datetime
) -> Standing:
    """For staff, the demand's organisation and the product's; raises NotFound for others."""
    seen, product = await demands.get(db, actor, demand_id), await products.get(db, actor, product_id)
    if not (demands.is_insider(actor, seen) or products.is_insider(actor, product)):
        raise NotFound
    demand = await demand_rows.GET.one(db, demand_id, actor.organisation_id, actor.is_staff)
    covered = seen.organisation_id != demand.organisation_id
    rank = await _rank(matchmaker, demand, product)
    known = Answers(await questions.KNOWN.all(db, [demand_id], [product_id])).about(demand_id, product_id)
    reasons = await matchmaking.in_thread(matchmaking.reasons, demand, product, today_of(now), known)
    match = await matches.LATEST_OF_PAIR.first(db, demand_id, product_id, actor.is_staff)
    rule = excluded(demand, product) or ""
    why = _why(demand, product, rule, rank, reasons, match.state if match else None)
    return Standing(
        demand_id=demand_id,
        product_id=product_id,
        demand_title=seen.title,
        product_title=product.title,
        why=why,
        rule=rule,
        rank=rank,
        reasons=masked_reasons(reasons, (*demand.masked, demand.organisation_name)) if covered else reasons,
        match_id=match.id if match else None,
        match_state=match.state if match else None,
    )


async def _rank(matchmaker: Matchmaker, demand: Demand, product: Product) -> int | None:
    found = (await matchmaker.find([demand], proposals.POOL, {(demand.id, product.id)}))[demand.id]
    return next((place.rank for place in found if place.product_id == product.id), None)


def _why(
    demand: Demand,
    product: Product,
    rule: str,
    rank: int | None,
    reasons: tuple[MatchReason, ...],
    state: MatchState | None,
) -> Why:
    if rule:
        return Why.FORBIDDEN
    if state in LIVE or state is MatchState.CONVERTED:
        return Why.PROPOSED
    if product.state is not ProductState.LISTED or demand.state is not DemandState.OPEN:
        return Why.CLOSED
    if state is not None and state is not MatchState.STALE:
        return Why.ENDED
    if rank is None:
        return Why.NOT_FOUND
    if not proposals.fits(reasons):
        return Why.LACKING
    return Why.CROWDED if rank > proposals.TOP else Why.FITS
