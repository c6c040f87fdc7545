"""Proposals: what the matcher finds, compared with what stands, so that only changes become news.

One path for all three causes: a demand changed, a product changed, the nightly run. A pairing that fits becomes a
match and goes to the broker; one that stands and still comes to the same verdicts is left alone; one whose verdicts
changed goes stale and is made anew; one that no longer fits goes stale. What a person paired stays until it ends.

Decision: what is already mutual is not taken back because somebody mended a sentence, and what has been proposed is
not taken back because ten better products came along. Rationale: both sides act on it. Only its end (a product
suspended, a demand withdrawn, an identity no longer verified) or, before both agree, a changed verdict is reason
enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import msgspec

from market.domain import calendar
from market.domain.accounts import SYSTEM
from market.domain.copies import Offers, by_lot
from market.domain.demands import Demand, DemandState, LineKind
from market.domain.lifecycles import MATCH
from market.domain.machine import Party
from market.domain.matches import (
    Found,
    MatchReason,
    MatchState,
    Origin,
    StaleReason,
    Verdict,
    excluded,
    musts_unmet,
    same_news,
)
from market.domain.products import Product
from market.domain.questions import Answers
from market.services import matchmaking
from market.services.learning import Described, Ranking
from market.services.matchmaking import NOT_RANKED, Matchmaker, Ranked
from market.services.transitions import birth, fire
from market.store import matches, questions, search
from market.store.matches import LivePair, Pair, Standing
from market.store.query import Db

TOP = 10
"""Pairings of one demand that are proposed or wait for the broker at a time."""
POOL = 30
"""Products looked at for a demand before reasons decide."""
DEMANDS = 50
"""Open demands looked at when a product changes."""
LEAST_SHARE = 0.1
"""The part of a demand's lines (by weight) that a product must be known to meet."""
MOST_UNMET = 1
"""Must lines a product may be known to lack: one is worth a talk, two are not."""
_BY_SYSTEM = frozenset({Party.SYSTEM})
_UNSEEN = frozenset({MatchState.GENERATED, MatchState.BROKER_REVIEW})


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A pairing that fits now. ``wanted``: it should be proposed if it does not stand yet."""

    demand: Demand
    product: Product
    score: float
    rank: int
    reasons: tuple[MatchReason, ...]
    wanted: bool
    chance: float | None = None
    """That it is accepted, by the model in force."""
    model_id: int | None = None


class Changes(msgspec.Struct, kw_only=True):
    """How many pairings were made, went stale, or were left alone."""

    generated: int = 0
    stale: int = 0
    kept: int = 0


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """A product the matcher found and a rule forbids."""

    product_id: int
    product_title: str
    rule: str


def fits(reasons: tuple[MatchReason, ...]) -> bool:
    """Whether a pairing is worth a broker's look.

    Something is known to be met, at most one must is known to be lacking, and the product is not about something
    else in all the demand asks for. On market_demands_dev, with the matcher's floor, this keeps 69 % of the good
    answers among the ten best (grade 2 or 3) and half of the bad ones (0 or 1); of the demo's expected pairings it
    keeps 87 %, and six of ten pairings it keeps are expected ones.
    """
    topics = [r.verdict for r in reasons if r.kind is LineKind.TOPIC]
    if topics and all(verdict is Verdict.UNMET for verdict in topics):
        return False
    return sum(r.share for r in reasons) >= LEAST_SHARE and musts_unmet(reasons) <= MOST_UNMET


async def propose_for_demand(db: Db, matchmaker: Matchmaker, demand_id: int, now: datetime, origin: Origin) -> Changes:
    """Bring the matches of one open demand up to date; nothing happens when it is not open (any more)."""
    await matchmaker.refresh(db, "demand", [demand_id])
    demands = [d for d in await search.MATCHED.all(db, [demand_id]) if d.state is DemandState.OPEN]
    found = await candidates(db, matchmaker, demands, now)
    return await settle(db, matchmaker, demands[0], found[demand_id], now, origin) if demands else Changes()


async def candidates(
    db: Db, matchmaker: Matchmaker, demands: Sequence[Demand], now: datetime, ranked: Ranked = NOT_RANKED
) -> dict[int, list[Candidate]]:
    """The pairings of each demand that fit, best first; those that stand are looked at wherever they rank."""
    ids = [demand.id for demand in demands]
    live = {(pair.demand_id, pair.product_id) for pair in await matches.LIVE.all(db, ids, None)}
    ended = set(await matches.ENDED.all(db, ids, None))
    found = await matchmaker.find(demands, POOL, live, ranked)
    seen = {place.product_id for places in found.values() for place in places}
    products = {product.id: product for product in await search.LISTED.all(db, sorted(seen))}
    known = Answers(await questions.KNOWN.all(db, ids, sorted(seen)))
    return await matchmaking.in_thread(
        _fitting_all, demands, found, products, live, ended, known, _today(now), matchmaker.ranking
    )


async def settle(
    db: Db, matchmaker: Matchmaker, demand: Demand, found: Sequence[Candidate], now: datetime, origin: Origin
) -> Changes:
    """Make of the candidates of a demand what they mean for the matches it has.

    Nothing when the demand was edited since they were found: the edit brings its own run.
    """
    if await matches.REVISION.one(db, demand.id) != demand.revision:
        return Changes()
    live = await matches.LIVE.all(db, [demand.id], None)
    return await _settle(db, matchmaker, [pair.id for pair in live], found, now, origin)


async def propose_for_product(
    db: Db, matchmaker: Matchmaker, product_id: int, now: datetime, origin: Origin
) -> Changes:
    """Bring the matches of one listed product up to date; nothing happens when it is not listed (any more)."""
    await matchmaker.refresh(db, "product", [product_id])
    listed = {product.id: product for product in await search.LISTED.all(db, [product_id])}
    if not listed:
        return Changes()
    live = await matches.LIVE.all(db, None, product_id)
    pairs = {(pair.demand_id, product_id) for pair in live}
    near = await matchmaker.demands_for(listed[product_id], DEMANDS)
    demands = await search.MATCHED.all(db, sorted({demand for demand, _ in (*near, *pairs)}))
    places = await matchmaker.find(demands, POOL, pairs)
    mine = {demand: [place for place in found if place.product_id == product_id] for demand, found in places.items()}
    ended = set(await matches.ENDED.all(db, None, product_id))
    known = Answers(await questions.KNOWN.all(db, [demand.id for demand in demands], [product_id]))
    fitting = await matchmaking.in_thread(
        _fitting_all, demands, mine, listed, pairs, ended, known, _today(now), matchmaker.ranking
    )
    found = [candidate for candidates_ in fitting.values() for candidate in candidates_]
    better = [c.score if c.chance is None else c.chance for c in found]
    model_id = found[0].model_id if found else None
    crowded = await matches.CROWDED.all(db, product_id, [c.demand.id for c in found], better, TOP, model_id)
    beside = await matches.LIVE.all(db, [c.demand.id for c in found], None)
    taken = await _taken(db, listed[product_id], beside) - {demand for demand, _ in pairs}
    found = [msgspec.structs.replace(c, wanted=c.wanted and c.demand.id not in {*crowded, *taken}) for c in found]
    return await _settle(db, matchmaker, [pair.id for pair in live if pair.demand_id in places], found, now, origin)


async def _taken(db: Db, product: Product, standing: Sequence[LivePair]) -> set[int]:
    """The demands for which a copy of this product stands, or enough suppliers of the same data."""
    ids = sorted({pair.product_id for pair in standing})
    others = {other.id: other for other in await search.ALIKE.all(db, product.id, ids)}
    offers: dict[int, Offers] = {}
    for pair in standing:
        if pair.product_id in others:
            offers.setdefault(pair.demand_id, Offers()).add(others[pair.product_id])
    return {demand for demand, said in offers.items() if not said.room_for(product)}


async def end_lost(
    db: Db,
    now: datetime,
    *,
    demand_id: int | None = None,
    product_id: int | None = None,
    organisation_id: int | None = None,
) -> int:
    """Mark stale what can no longer come about: its demand or product has gone, or an identity is not verified."""
    lost = {row.id: row.reason for row in await matches.LOST.all(db, demand_id, product_id, organisation_id)}
    standing = await matches.STANDING.all(db, list(lost))
    for match in standing:
        await _stale(db, match, lost[match.id], now)
    return len(standing)


async def exclusions(db: Db, matchmaker: Matchmaker, demand: Demand) -> list[Exclusion]:
    """What was found for this demand and may not be proposed, each with the rule that forbids it."""
    found = (await matchmaker.find([demand], POOL, ()))[demand.id]
    products = await search.LISTED.all(db, [place.product_id for place in found])
    return [
        Exclusion(product_id=product.id, product_title=product.title, rule=rule)
        for product in products
        if (rule := excluded(demand, product))
    ]


async def generate(
    db: Db, candidate: Candidate, *, now: datetime, origin: Origin, auto_propose: bool = False
) -> int | None:
    """Store a pairing and send it to the broker, or straight to both sides where policy allows; its id.

    None when somebody was faster: the pair has a live match already, or one of the two was edited or closed.
    """
    born, party, _ = birth(MATCH, "generate", _BY_SYSTEM, now)
    match_id = await matches.INSERT.first(
        db, *_pair(candidate), origin, *_found(candidate), born.target, born.action, party
    )
    if match_id is None:
        return None
    match = await matches.GET.one(db, match_id, None, True)
    step = "propose" if auto_propose and not musts_unmet(candidate.reasons) else "review"
    await fire(db, MATCH, match, step, SYSTEM, _BY_SYSTEM, now=now)  # tells the worker of the birth, too
    return match_id


async def _settle(
    db: Db, matchmaker: Matchmaker, live: Sequence[int], found: Sequence[Candidate], now: datetime, origin: Origin
) -> Changes:
    """Compare the matches ``live`` with the candidates found for them."""
    changes = Changes()
    waiting = {(c.demand.id, c.product.id): c for c in found}
    for match in await matches.STANDING.all(db, list(live)):
        candidate = waiting.pop((match.demand_id, match.product_id), None)
        verdict = _outdated(match, candidate)
        if verdict is None:
            changes.kept += 1
            if candidate and _words_moved(match, candidate):
                await matches.REFRESH.run(db, match.id, *_pair(candidate)[2:], *_found(candidate))
            continue
        await _stale(db, match, verdict, now)
        changes.stale += 1
        if candidate and verdict is StaleReason.CHANGED:
            waiting[match.demand_id, match.product_id] = candidate
    for candidate in waiting.values():
        if candidate.wanted and await generate(
            db, candidate, now=now, origin=origin, auto_propose=matchmaker.auto_propose
        ):
            changes.generated += 1
    return changes


def _outdated(match: Standing, candidate: Candidate | None) -> StaleReason | None:
    """Why a standing match goes stale, or None when it stays."""
    if match.state is MatchState.MUTUAL or match.origin is Origin.PERSON:
        return None
    if candidate is None:
        return StaleReason.NO_LONGER_FITS
    if not same_news(match.reasons, candidate.reasons):
        return StaleReason.CHANGED
    if match.state in _UNSEEN and not candidate.wanted:
        return StaleReason.BETTER_FOUND
    return None


def _words_moved(match: Standing, candidate: Candidate) -> bool:
    """The same verdicts in other words (quotes must stand in the texts as they are now), or of another model."""
    revisions = (candidate.demand.revision, candidate.product.revision)
    told = (candidate.chance, candidate.model_id)
    return (
        (match.demand_revision, match.product_revision) != revisions
        or match.reasons != candidate.reasons
        or (match.chance, match.ranker_model_id) != told
    )


async def _stale(db: Db, match: Standing, reason: StaleReason, now: datetime) -> None:
    await fire(db, MATCH, match, "stale", SYSTEM, _BY_SYSTEM, now=now, reason=reason)


def _pair(candidate: Candidate) -> tuple[int, int, int, int]:
    demand, product = candidate.demand, candidate.product
    return demand.id, product.id, demand.revision, product.revision


def _found(candidate: Candidate) -> tuple[object, ...]:
    reasons = msgspec.to_builtins(candidate.reasons)
    return candidate.score, candidate.rank, reasons, candidate.chance, candidate.model_id


def _fitting_all(
    demands: Sequence[Demand],
    found: Mapping[int, Sequence[Found]],
    products: Mapping[int, Product],
    live: Collection[tuple[int, int]],
    ended: Collection[Pair],
    known: Answers,
    today: date,
    ranking: Ranking | None,
) -> dict[int, list[Candidate]]:
    return {
        demand.id: _fitting(demand, found[demand.id], products, live, ended, known, today, ranking)
        for demand in demands
    }


def _fitting(
    demand: Demand,
    found: Sequence[Found],
    products: Mapping[int, Product],
    live: Collection[tuple[int, int]],
    ended: Collection[Pair],
    known: Answers,
    today: date,
    ranking: Ranking | None,
) -> list[Candidate]:
    """Those that fit and may be wanted or stand, best first: in the matcher's order, or that of the model in force.

    Without a model reasons are only worked out as far as the matcher's order needs them. Of what is offered more than
    once only what ``Offers`` has room for is wanted, what stands before all else.
    """
    fitting: list[Candidate] = []
    offers = Offers()
    for demand_id, product_id in live:
        if demand_id == demand.id and product_id in products:
            offers.add(products[product_id])
    for place in by_lot(demand.id, found, products):
        product = products.get(place.product_id)
        stands = (demand.id, place.product_id) in live
        enough = ranking is None and len(fitting) >= TOP
        if product is None or excluded(demand, product) or (enough and not stands):
            continue
        pair = Pair(
            demand_id=demand.id,
            product_id=product.id,
            demand_revision=demand.revision,
            product_revision=product.revision,
        )
        if not stands and (pair in ended or demand.state is not DemandState.OPEN):
            continue
        if not stands and not offers.room_for(product):
            continue
        reasons = matchmaking.reasons(demand, product, today, known.about(demand.id, product.id))
        if fits(reasons):
            offers.add(product)
            fitting.append(_candidate(demand, product, place, reasons))
    ordered = fitting if ranking is None else _reranked(fitting, ranking)
    wanted = [msgspec.structs.replace(c, wanted=n < TOP) for n, c in enumerate(ordered)]
    return [c for c in wanted if c.wanted or (demand.id, c.product.id) in live]


def _candidate(demand: Demand, product: Product, place: Found, reasons: tuple[MatchReason, ...]) -> Candidate:
    return Candidate(demand=demand, product=product, score=place.score, rank=place.rank, reasons=reasons, wanted=True)


def _reranked(fitting: Sequence[Candidate], ranking: Ranking) -> list[Candidate]:
    """The likeliest first; equally likely ones in the matcher's order."""
    seen = [Described(score=c.score, rank=c.rank, reasons=c.reasons, product=c.product) for c in fitting]
    told = [
        msgspec.structs.replace(c, chance=chance, model_id=ranking.model_id)
        for c, chance in zip(fitting, ranking.chances(seen), strict=True)
    ]
    return sorted(told, key=lambda c: (-(c.chance or 0.0), c.rank))


def _today(now: datetime) -> date:
    return now.astimezone(calendar.ZONE).date()
