"""What a text would find if it were posted now: the composer's and the search's answer, nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from market.domain.accounts import Actor
from market.domain.demands import Demand, DemandContent, DemandState, DemandText, Lines, RequirementLine
from market.domain.matches import MatchReason
from market.domain.products import ProductCard, Short
from market.services import demands, matchmaking, products, proposals, relaxations
from market.services.learning import Described, Ranking
from market.services.matchmaking import Matchmaker
from market.services.nearest import Near, nearest, today_of
from market.services.proposals import POOL, TOP, Exclusion
from market.services.relaxations import Relaxed
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
    alike: int = 0
    """Other listed products that hold the same data."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood, what fits best, and what a rule forbids to propose."""

    lines: tuple[RequirementLine, ...]
    products: tuple[Fit, ...]
    excluded: tuple[Exclusion, ...]
    relaxations: tuple[Relaxed, ...]
    """Which line, given up or put more widely, brings how many of the products found."""


async def preview(db: Db, actor: Actor, matchmaker: Matchmaker, sketch: Sketch, *, now: datetime) -> Preview:
    """The lines of the text and the best products for it, with the verdict on every line. Raises Invalid."""
    title = sketch.title if len(sketch.title.strip()) > 1 else sketch.text[:200]
    content = demands.checked(DemandContent(title=title, text=sketch.text, lines=sketch.lines))
    demand = _unposted(actor, await demands.with_lines(content), now)
    found = await nearest(db, matchmaker, demand, POOL, now=now)
    best = await matchmaking.in_thread(_ranked, found.near, matchmaker.ranking)
    cards = {card.id: card for card in await products.search(db, [near.product.id for near, _ in best], limit=TOP)}
    copies = await products.copies(db, list(cards))
    return Preview(
        lines=demand.lines,
        products=tuple(
            Fit(
                product=cards[near.product.id],
                rank=rank,
                chance=chance,
                proposable=proposals.fits(near.reasons),
                reasons=near.reasons,
                alike=copies.get(near.product.id, 0),
            )
            for rank, (near, chance) in enumerate(best, 1)
            if near.product.id in cards
        ),
        excluded=found.excluded,
        relaxations=tuple(await matchmaking.in_thread(relaxations.counted, demand, found.near, today_of(now))),
    )


def _ranked(found: Sequence[Near], ranking: Ranking | None) -> list[tuple[Near, float | None]]:
    """The best ten: in the matcher's order, or in that of the model in force."""
    if ranking is None:
        return [(near, None) for near in found[:TOP]]
    seen = [Described(score=near.score, rank=near.rank, reasons=near.reasons, product=near.product) for near in found]
    ordered = sorted(zip(found, ranking.chances(seen), strict=True), key=lambda row: (-row[1], row[0].rank))
    return [(near, chance if ranking.calibrated else None) for near, chance in ordered[:TOP]]


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
