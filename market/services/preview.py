"""What a text would find if it were posted now: the composer's and the search's answer, nothing is stored."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.demands import Demand, DemandContent, DemandState, DemandText, Lines, RequirementLine
from market.domain.matches import Found, MatchReason, excluded
from market.domain.products import Product, ProductCard, Short
from market.services import demands, matchmaking, products, proposals
from market.services.learning import Described, Ranking
from market.services.matchmaking import Matchmaker
from market.services.proposals import POOL, TOP, Exclusion
from market.store import search
from market.store.query import Db


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """A demand as far as it is written. ``lines`` None: read them from the text."""

    text: DemandText
    title: Short = ""
    lines: Lines | None = None


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A product that was found, line by line. ``proposable``: it would be proposed for this demand."""

    product: ProductCard
    rank: int
    chance: float | None
    """How likely it would be found to fit, where a learnt model ranks whose probabilities are calibrated."""
    proposable: bool
    reasons: tuple[MatchReason, ...]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood, what fits best, and what a rule forbids to propose."""

    lines: tuple[RequirementLine, ...]
    products: tuple[Fit, ...]
    excluded: tuple[Exclusion, ...]


async def preview(db: Db, actor: Actor, matchmaker: Matchmaker, sketch: Sketch, *, now: datetime) -> Preview:
    """The lines of the text and the best products for it, with the verdict on every line. Raises Invalid."""
    title = sketch.title if len(sketch.title.strip()) > 1 else sketch.text[:200]
    content = demands.checked(DemandContent(title=title, text=sketch.text, lines=sketch.lines))
    demand = _unposted(actor, await demands.with_lines(content), now)
    found = (await matchmaker.find([demand], POOL, ()))[0]
    listed = {product.id: product for product in await search.LISTED.all(db, [place.product_id for place in found])}
    rules = {i: rule for i, product in listed.items() if (rule := excluded(demand, product))}
    allowed = [place for place in found if place.product_id in listed and place.product_id not in rules]
    ranked = await matchmaking.in_thread(_ranked, demand, allowed, listed, now, matchmaker.ranking)
    best = [place for place, _, _ in ranked]
    cards = {card.id: card for card in await products.search(db, [place.product_id for place in best], limit=TOP)}
    return Preview(
        lines=demand.lines,
        products=tuple(
            Fit(product=cards[place.product_id], rank=rank, chance=chance, proposable=proposals.fits(why), reasons=why)
            for rank, (place, why, chance) in enumerate(ranked, 1)
            if place.product_id in cards
        ),
        excluded=tuple(
            Exclusion(product_id=place.product_id, product_title=listed[place.product_id].title, rule=rule)
            for place in found
            if (rule := rules.get(place.product_id))
        ),
    )


def _ranked(
    demand: Demand, found: list[Found], listed: dict[int, Product], now: datetime, ranking: Ranking | None
) -> list[tuple[Found, tuple[MatchReason, ...], float | None]]:
    """The best ten with their reasons: in the matcher's order, or in that of the model in force."""
    today = now.astimezone(calendar.ZONE).date()
    looked_at = found if ranking else found[:TOP]
    told = [(place, matchmaking.reasons(demand, listed[place.product_id], today)) for place in looked_at]
    if ranking is None:
        return [(place, why, None) for place, why in told]
    seen = [
        Described(score=place.score, rank=place.rank, reasons=why, product=listed[place.product_id])
        for place, why in told
    ]
    ordered = sorted(zip(told, ranking.chances(seen), strict=True), key=lambda row: (-row[1], row[0][0].rank))
    return [(*pair, chance if ranking.calibrated else None) for pair, chance in ordered[:TOP]]


def _unposted(actor: Actor, content: DemandContent, now: datetime) -> Demand:
    """The sketch as the matcher takes it. Identity is checked when it is posted, not while it is written."""
    return Demand(
        id=0,
        organisation_id=actor.organisation_id or 0,
        organisation_name=actor.organisation_name,
        organisation_verified=True,
        title=content.title,
        text=content.text,
        lines=content.lines or (),
        state=DemandState.DRAFT,
        state_reason=None,
        due_at=None,
        revision=1,
        version=1,
        created_at=now,
        opened_at=None,
        updated_at=now,
    )
