"""What would help: which line of a demand to drop, which change to a product, and who holds the like.

All of it is counted from verdicts that are already known, nothing is guessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matching.types import Document, Kind, Level, Line, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Without ``line`` (number ``number`` of the demand) the ``products`` would fit that do not now."""

    number: int
    line: Line
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """If a product met ``kind`` as ``value`` asks, the ``demands`` would fit that do not now; ``verdict`` tells
    whether the product says otherwise (UNMET) or only does not say (UNKNOWN)."""

    kind: Kind
    value: str
    verdict: Verdict
    demands: tuple[str, ...]


def relaxations(lines: Sequence[Line], verdicts: Mapping[str, Sequence[Verdict]]) -> list[Relaxation]:
    """For each must line the products that only this line keeps away, the line that brings most first.

    :param verdicts: for each product the verdict on each of ``lines``.
    """
    musts = [n for n, line in enumerate(lines) if line.level is Level.MUST]
    gained: dict[int, list[str]] = defaultdict(list)
    for product, told in sorted(verdicts.items()):
        unmet = [n for n in musts if told[n] is Verdict.UNMET]
        if len(unmet) == 1 and any(told[n] is Verdict.MET for n in musts):
            gained[unmet[0]].append(product)
    found = [Relaxation(n, lines[n], tuple(products)) for n, products in gained.items()]
    return sorted(found, key=lambda r: (-len(r.products), r.number))


def what_if(reasons: Mapping[str, Sequence[Reason]]) -> list[Change]:
    """Which single change to one product opens which demands, the one that opens most first.

    :param reasons: for each open demand the reasons of this product.
    """
    opened: dict[tuple[Kind, str, Verdict], list[str]] = defaultdict(list)
    for demand, told in sorted(reasons.items()):
        musts = [r for r in told if r.level is Level.MUST]
        short = [r for r in musts if r.verdict is not Verdict.MET]
        if len(short) == 1 and len(musts) > 1:
            opened[short[0].kind, short[0].value, short[0].verdict].append(demand)
    found = [Change(*key, tuple(demands)) for key, demands in opened.items()]
    return sorted(found, key=lambda c: (-len(c.demands), c.kind, c.value))


def most_wanted(missing: Mapping[str, Iterable[Line]], k: int = 10) -> list[tuple[str, str, tuple[str, ...]]]:
    """Which product, if it were built, would serve most demands: (topic, region, demands), most wanted first.

    :param missing: for each demand without a product its lines.
    """
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for demand, lines in sorted(missing.items()):
        told = [line for line in lines if line.level is Level.MUST]
        places = [line.value for line in told if line.kind is Kind.REGION] or [""]
        topics = [line.value for line in told if line.kind is Kind.TOPIC]
        for key in dict.fromkeys((topic, place) for topic in topics for place in places):
            wanted[key].append(demand)
    ranked = sorted(wanted.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(topic, place, tuple(demands)) for (topic, place), demands in ranked[:k]]


def likely_holders(nearest: Iterable[Document], k: int = 3) -> list[tuple[str, int]]:
    """Who publishes the nearest products and how many of them, most first."""
    counted = Counter(document.publisher for document in nearest if document.publisher)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:k]
