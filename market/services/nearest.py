"""The products nearest to a demand with the verdict on every line, and those a rule keeps out."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime

import msgspec

from market.domain import calendar
from market.domain.demands import Demand
from market.domain.matches import Found, MatchReason, excluded
from market.domain.products import Product
from market.domain.questions import Answers
from market.services import matchmaking
from market.services.matchmaking import Matchmaker
from market.services.proposals import Exclusion
from market.store import questions, search
from market.store.query import Db


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A product the matcher found and no rule forbids; ``rank`` counts from 1 among all that was found."""

    product: Product
    rank: int
    score: float
    reasons: tuple[MatchReason, ...]


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for a demand, best first."""

    near: tuple[Near, ...]
    excluded: tuple[Exclusion, ...]


class Unjudged(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for a demand before its lines are held against it, which takes most of the time."""

    demand: Demand
    allowed: tuple[tuple[Found, Product], ...]
    excluded: tuple[Exclusion, ...]
    known: Answers
    today: date
    stamp: Hashable
    """Of all that the verdicts depend on: with the same stamp they are the same."""

    def judged(self) -> tuple[Near, ...]:
        """The verdict on every line."""
        return tuple(
            Near(
                product=product,
                rank=place.rank,
                score=place.score,
                reasons=matchmaking.reasons(
                    self.demand, product, self.today, self.known.about(self.demand.id, product.id)
                ),
            )
            for place, product in self.allowed
        )


async def nearest(db: Db, matchmaker: Matchmaker, demand: Demand, k: int, *, now: datetime) -> Surroundings:
    """The best ``k`` listed products for the demand, answers to questions counted in."""
    found = await unjudged(db, matchmaker, demand, k, now=now)
    return Surroundings(near=await matchmaking.in_thread(found.judged), excluded=found.excluded)


async def unjudged(db: Db, matchmaker: Matchmaker, demand: Demand, k: int, *, now: datetime) -> Unjudged:
    """The same without the verdicts, for whoever keeps what was worked out from them."""
    found = (await matchmaker.find([demand], k, ()))[demand.id]
    listed = {product.id: product for product in await search.LISTED.all(db, [place.product_id for place in found])}
    rules = {i: rule for i, product in listed.items() if (rule := excluded(demand, product))}
    places = [(place, listed[place.product_id]) for place in found if place.product_id in listed]
    said = await questions.KNOWN.all(db, [demand.id], sorted(listed))
    allowed = tuple((place, product) for place, product in places if product.id not in rules)
    looked_at = tuple((place.rank, product.id, product.version) for place, product in allowed)
    today = today_of(now)
    return Unjudged(
        demand=demand,
        allowed=allowed,
        excluded=tuple(
            Exclusion(product_id=product.id, product_title=product.title, rule=rules[product.id])
            for _, product in places
            if product.id in rules
        ),
        known=Answers(said),
        today=today,
        stamp=(demand.id, demand.version, today, looked_at, tuple(said)),
    )


def today_of(now: datetime) -> date:
    """The day it is in China."""
    return now.astimezone(calendar.ZONE).date()
