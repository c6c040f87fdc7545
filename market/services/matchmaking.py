"""What the matcher is asked: lines, reasons, candidates, bundles, neighbours; what it searches is in ``indexes``.

All work on the indexes runs in threads, never on the event loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from market.domain.bundles import MOST, Aim, Check, Cover, first_year
from market.domain.demands import MOST_LINES, Demand, LineKind, LineLevel, Lines, RequirementLine
from market.domain.licences import combine
from market.domain.matches import Found, MatchReason
from market.domain.products import Product
from market.domain.questions import KnownAnswer, Reply
from market.services.indexes import MOST_KEPT, Indexes, as_need, as_product_document, requirement_lines
from market.services.indexes import in_thread as in_thread
from matching import advice, bundle, pool, relaxation
from matching.explain import Answer, explain, with_answers
from matching.explain import question as wording
from matching.matcher import Matcher, as_demand
from matching.reading import lines as extraction
from matching.types import Document, Kind, Line, Verdict

LEAST_OF_BEST = 0.3
"""Of what is found for a demand, only what scores this part of the best counts as found.

On the demo's texts a product found below it is the right one in 5 of 55 cases and a wrong one in most others; on
market_demands_dev (24,310 products) nearly everything in the best thirty lies above it.
"""

BY_WHOLE = 120
"""Products looked at for a bundle because they are near to the whole demand."""
BY_LINE = 40
"""And for each must line that names things, because they are near to that line."""
MOST_PARTS = 400
"""And no more: their reasons take a second."""
SEARCHES_KEPT = 256
"""Searches whose answers are kept at a time."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ANSWERED = {Reply.YES: (Verdict.MET, 1.0), Reply.PARTLY: (Verdict.MET, 0.5), Reply.NO: (Verdict.UNMET, 0.0)}
T = TypeVar("T")


def read_lines(title: str, text: str) -> tuple[RequirementLine, ...]:
    """The requirement lines the text states, each linked to its phrase; its topic from the title if need be.

    A long text takes a third of a second: call it ``in_thread``.
    """
    found = extraction.extract_titled(title, text)[:MOST_LINES]
    lines = msgspec.convert(msgspec.to_builtins(found), tuple[RequirementLine, ...])
    return tuple(
        line
        if text[line.start : line.start + len(line.phrase)] == line.phrase
        else msgspec.structs.replace(line, phrase="", start=-1)
        for line in lines
    )


def reasons(
    demand: Demand, product: Product, today: date, answers: Mapping[tuple[str, str], KnownAnswer] | None = None
) -> tuple[MatchReason, ...]:
    """The verdict on every line of the demand, in both sides' words; ``answers`` to (kind, value) fill the gaps."""
    found = explain(as_need(demand).lines or (), as_product_document(product), today=today)
    if answers:
        said = {(Kind(k), value): Answer(*_ANSWERED[a.verdict], a.answer) for (k, value), a in answers.items()}
        found = with_answers(found, said)
    return msgspec.convert(msgspec.to_builtins(found), tuple[MatchReason, ...])


def outlook(product: Product, lines: Mapping[int, Lines], today: date) -> advice.Outlook:
    """What the product is worth among the demands with these lines, and which change would open more of them."""
    return advice.what_if(as_product_document(product), _asked(lines), today=today)


def most_wanted(lines: Mapping[int, Lines], today: date, k: int) -> list[advice.Wanted]:
    """Which products would serve most of the demands with these lines."""
    return advice.most_wanted(_asked(lines), today=today, k=k)


def _asked(lines: Mapping[int, Lines]) -> dict[str, tuple[Line, ...]]:
    return {str(demand): requirement_lines(told) for demand, told in lines.items()}


def question(line: MatchReason) -> str:
    """What to ask the supplier about a line, in the demand's own words and language."""
    asked = msgspec.convert(line, Line, from_attributes=True)
    return wording(asked, "zh" if _CHINESE.search(line.phrase or line.value) else "en")


def bundled(
    demand: Demand, products: Mapping[int, Product], told: Mapping[int, Sequence[MatchReason]], aim: Aim
) -> Cover | None:
    """The best bundle of the candidates, with the verdicts already found; prices are those of the first year."""

    def licensed(one: Document, other: Document) -> Verdict:
        return Verdict(combine(products[int(one.id)].licence, products[int(other.id)].licence).verdict)

    documents = {
        str(i): msgspec.structs.replace(as_product_document(product), price=first_year(product))
        for i, product in products.items()
    }
    verdicts = {str(i): [Verdict(reason.verdict) for reason in reasons] for i, reasons in told.items()}
    found = bundle.bundles(
        as_need(demand).lines or (), verdicts, documents, aim=bundle.Aim(aim), most=MOST, k=1, licensed=licensed
    )
    if not found:
        return None
    [best] = found
    ids = tuple(map(int, best.products))
    return Cover(products=ids, keys=best.keys, open=tuple(map(Check, best.open)), complete=best.exact)


def relaxations(
    demand: Demand, near: Mapping[int, tuple[Product, Sequence[MatchReason]]], today: date
) -> list[tuple[RequirementLine, str, tuple[int, ...]]]:
    """Which must line given up, or put as the wider value, brings which of the products; what brings most first."""
    told = {str(i): [Verdict(reason.verdict) for reason in reasons] for i, (_, reasons) in near.items()}
    documents = {str(i): as_product_document(product) for i, (product, _) in near.items()}
    ways = relaxation.relaxations(requirement_lines(demand.lines), told, documents, today=today)
    return [(demand.lines[w.number], w.wider.value if w.wider else "", tuple(map(int, w.products))) for w in ways]


Neighbours = tuple[int, int, float]
"""Two demands and how near they are, at most 1."""


def grouped(pairs: Sequence[Neighbours]) -> list[list[int]]:
    """Groups of demands of which each is near every other; ``pairs`` with the nearest first."""
    found = pool.grouped([(str(a), str(b), nearness) for a, b, nearness in pairs])
    return [sorted(map(int, group.demands)) for group in found]


Ranked = Mapping[tuple[int, int], Sequence[tuple[int, float]]]
"""By the id and revision of a demand the products found for it, with their scores, best first."""

NOT_RANKED: Final[Ranked] = {}


class Matchmaker(Indexes):
    """Everything that is asked of the indexes of this process."""

    async def search_products(self, text: str, k: int = 200) -> list[int]:
        """Ids of listed products, best first."""
        return await self._searched(self.products, text, k)

    async def search_demands(self, text: str, k: int = 200) -> list[int]:
        """Ids of open demands, best first; covered words of sealed ones are not searched."""
        return await self._searched(self.public, text, k)

    async def _searched(self, index: Matcher, text: str, k: int) -> list[int]:
        """The same words again (the next page, another filter) are not searched again while nothing changes."""
        found, key = self.found, (index, text, k)  # what is found while something changes is not kept for afterwards
        if key not in found:
            ids = [int(one) for one, _ in await in_thread(index.search, text, k)]
            if len(found) >= SEARCHES_KEPT:
                found.pop(next(iter(found)), None)
            found[key] = ids
        return found[key]

    async def find(
        self,
        demands: Sequence[Demand],
        k: int,
        also: Collection[tuple[int, int]],
        ranked: Ranked = NOT_RANKED,
    ) -> dict[int, list[Found]]:
        """The best ``k`` listed products of each demand, best first, with those paired in ``also`` however they score.

        ``also`` holds (demand, product); what shares nothing with its demand, or is not listed, is left out. What
        ``ranked`` holds of a demand as it is now is not looked up again.
        """
        return await in_thread(self._find, demands, k, also, ranked)

    async def rank(self, demands: Sequence[Demand], k: int) -> Ranked:
        """The best ``k`` products of each of many demands, on all processors."""
        found = await in_thread(self.products.match, [as_need(demand) for demand in demands], k)
        return {
            (demand.id, demand.revision): [(int(hit.product), hit.score) for hit in hits]
            for demand, hits in zip(demands, found, strict=True)
        }

    def _find(
        self, demands: Sequence[Demand], k: int, also: Collection[tuple[int, int]], ranked: Ranked
    ) -> dict[int, list[Found]]:
        new = [demand for demand in demands if (demand.id, demand.revision) not in ranked]
        hits = {
            demand.id: [(int(hit.product), hit.score) for hit in found]
            for demand, found in zip(new, self.products.match([as_need(demand) for demand in new], k), strict=True)
        }
        found: dict[int, list[Found]] = {}
        for demand in demands:
            best = ranked.get((demand.id, demand.revision)) or hits.get(demand.id, [])
            least = LEAST_OF_BEST * max((score for _, score in best), default=0.0)
            scores = {product: score for product, score in best if score >= least}
            if missing := [str(p) for d, p in also if d == demand.id and p not in scores]:
                more = self.products.score(as_need(demand), missing)
                scores |= {int(p): score for p, score in more.items() if score > 0}
            ordered = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
            found[demand.id] = [
                Found(product_id=product, score=score, rank=rank) for rank, (product, score) in enumerate(ordered, 1)
            ]
        return found

    def parts(self, demand: Demand) -> list[int]:
        """Listed products that may be part of a bundle: near to the whole demand, or to a must line of things."""
        found = dict.fromkeys(hit.product for hit in self.products.match([as_need(demand)], BY_WHOLE)[0])
        for line in demand.lines:
            if len(found) >= MOST_PARTS:
                break
            if line.level is LineLevel.MUST and line.kind in (LineKind.TOPIC, LineKind.FIELDS):
                found |= dict.fromkeys(product for product, _ in self.products.search(line.value, BY_LINE))
        return [int(product) for product in found][:MOST_PARTS]

    async def like(self, demand: Demand, k: int) -> list[int]:
        """The open demands nearest to one, itself among them."""
        found = await in_thread(self.demands.match, [as_need(demand)], k)
        return [int(hit.product) for hit in found[0]]

    async def neighbours(self, demands: Sequence[Demand], today: date) -> list[Neighbours]:
        """Pairs of these demands that ask for nearly the same, the nearest first."""
        needs = [as_need(demand) for demand in demands]
        found = await in_thread(partial(pool.near, today=today, among=self.demands), needs)
        return [(int(a), int(b), nearness) for a, b, nearness in found]

    async def demands_for(self, product: Product, k: int) -> list[tuple[int, float]]:
        """The best open demands for a product: (id, score). Looks into covered words, too: not for strangers."""
        need = as_demand(as_product_document(product))
        found = await in_thread(self.demands.match, [need], k)
        return [(int(match.product), match.score) for match in found[0]]

    async def public_demands_for(self, product: Product, k: int) -> list[int]:
        """Ids of the best open demands for a product, as strangers see them: covered words are not looked at."""
        found = await in_thread(self.public.match, [as_demand(as_product_document(product))], k)
        return [int(match.product) for match in found[0]]

    async def keeping(self, key: Hashable, work: Callable[..., T], *args: Any) -> T:
        """What ``work`` makes of the open demands, in a thread; kept under ``key`` until one of them changes."""
        kept = self.kept  # a change puts another in its place, so that what was begun before it is not kept
        if key not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = await in_thread(work, *args)
        found: T = kept[key]
        return found
