"""The products nearest to a demand with the verdict on every line, and those a rule keeps out."""

from __future__ import annotations

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


async def nearest(db: Db, matchmaker: Matchmaker, demand: Demand, k: int, *, now: datetime) -> Surroundings:
    """The best ``k`` listed products for the demand, answers to questions counted in."""
    found = (await matchmaker.find([demand], k, ()))[demand.id]
    listed = {product.id: product for product in await search.LISTED.all(db, [place.product_id for place in found])}
    rules = {i: rule for i, product in listed.items() if (rule := excluded(demand, product))}
    places = [(place, listed[place.product_id]) for place in found if place.product_id in listed]
    known = Answers(await questions.KNOWN.all(db, [demand.id], sorted(listed)))
    allowed = [(place, product) for place, product in places if product.id not in rules]
    return Surroundings(
        near=await matchmaking.in_thread(_judged, demand, allowed, known, today_of(now)),
        excluded=tuple(
            Exclusion(product_id=product.id, product_title=product.title, rule=rules[product.id])
            for _, product in places
            if product.id in rules
        ),
    )


def _judged(demand: Demand, places: list[tuple[Found, Product]], known: Answers, today: date) -> tuple[Near, ...]:
    return tuple(
        Near(
            product=product,
            rank=place.rank,
            score=place.score,
            reasons=matchmaking.reasons(demand, product, today, known.about(demand.id, product.id)),
        )
        for place, product in places
    )


def today_of(now: datetime) -> date:
    """The day it is in China."""
    return now.astimezone(calendar.ZONE).date()
