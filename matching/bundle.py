"""Several products that together meet what one cannot: a set cover whose members must fit each other.

The smallest or cheapest set of products of which every must line is met by at least one; two members fit when
they can be joined (a field in common), and what they say of their places and periods overlaps. What a product
does not say is not held against it but noted, so that it can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from typing import Final

from matching import regions
from matching.located import place_of
from matching.text import normalise
from matching.types import Document, Level, Line, Verdict

NODES: Final = 50_000
"""Sets tried at most for one answer."""


class Aim(StrEnum):
    """What makes one bundle better than another."""

    SMALLEST = "smallest"
    CHEAPEST = "cheapest"


class Check(StrEnum):
    """What two products of a bundle must agree on."""

    JOIN_KEY = "join_key"
    PERIOD = "period"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A cover. ``covers`` gives for each must line (its number) the products that meet it; ``keys`` are the
    fields all members have; ``price`` is the sum, None when one is not stated; ``open`` lists the checks that
    no text settles. ``exact`` is False when the search was cut short and a better one may exist."""

    products: tuple[str, ...]
    covers: Mapping[int, tuple[str, ...]]
    keys: tuple[str, ...]
    price: Decimal | None
    open: tuple[Check, ...]
    exact: bool = True


def check(one: Document, other: Document) -> dict[Check, Verdict]:
    """How two products fit: met, unmet, or unknown where one of them does not say."""
    places = place_of(one), place_of(other)
    keys = fields_of(one), fields_of(other)
    return {
        Check.JOIN_KEY: _verdict(all(keys), bool(keys[0] & keys[1])),
        Check.REGION: _verdict(all(places), regions.overlaps(*places)),
        Check.PERIOD: _verdict(_dated(one) and _dated(other), _overlap(one, other)),
    }


def _verdict(told: bool, fits: bool) -> Verdict:
    return Verdict.UNKNOWN if not told else Verdict.MET if fits else Verdict.UNMET


def _dated(document: Document) -> bool:
    return document.time_from is not None or document.time_to is not None


def _overlap(one: Document, other: Document) -> bool:
    def ends_before(a: Document, b: Document) -> bool:
        return a.time_to is not None and b.time_from is not None and a.time_to < b.time_from

    return not ends_before(one, other) and not ends_before(other, one)


def fields_of(document: Document) -> frozenset[str]:
    """The names of a product's fields, folded (a field is its first word; the rest is its meaning)."""
    return frozenset(normalise(field).split()[0] for field in document.fields if field.strip())


def bundles(
    lines: Sequence[Line],
    verdicts: Mapping[str, Sequence[Verdict]],
    documents: Mapping[str, Document],
    *,
    aim: Aim = Aim.SMALLEST,
    most: int = 4,
    k: int = 3,
    allowed: Callable[[Document, Document], bool] | None = None,
) -> list[Bundle]:
    """The best ``k`` bundles of two to ``most`` products, best first; none when a must line is met by nobody.

    :param verdicts: for each candidate the verdict on each of ``lines``.
    :param documents: the candidates by id.
    :param allowed: a further condition on two members (licences that may be combined).
    """
    musts = [n for n, line in enumerate(lines) if line.level is Level.MUST]
    meets = {
        doc_id: frozenset(n for n in musts if told[n] is Verdict.MET)
        for doc_id, told in sorted(verdicts.items())
        if doc_id in documents
    }
    search = _Search(meets, documents, aim, most, k, allowed)
    return search.run(frozenset(musts)) if musts else []


class _Search:
    """Branch and bound: the next member meets the line that the fewest candidates meet."""

    def __init__(
        self,
        meets: Mapping[str, frozenset[int]],
        documents: Mapping[str, Document],
        aim: Aim,
        most: int,
        k: int,
        allowed: Callable[[Document, Document], bool] | None,
    ) -> None:
        self._meets = {doc_id: met for doc_id, met in meets.items() if met}
        self._documents = documents
        self._aim = aim
        self._most = most
        self._k = k
        self._allowed = allowed
        self._left = NODES
        self._fit: dict[tuple[str, str], bool] = {}

    def run(self, musts: frozenset[int]) -> list[Bundle]:
        found = {tuple(sorted(members)) for members in self._covers((), musts)}
        covers = [members for members in found if len(members) > 1 and self._needed(members, musts)]
        best = sorted(covers, key=self._cost)[: self._k]
        return [self._bundle(members, musts) for members in best]

    def _covers(self, members: tuple[str, ...], missing: frozenset[int]) -> Iterator[tuple[str, ...]]:
        if not missing:
            yield members
            return
        if len(members) == self._most:
            return
        rarest = min(missing, key=lambda n: (sum(n in met for met in self._meets.values()), n))
        for doc_id, met in self._meets.items():
            if rarest in met and self._left > 0 and all(self._fits(doc_id, other) for other in members):
                self._left -= 1
                yield from self._covers((*members, doc_id), missing - met)

    def _fits(self, one: str, other: str) -> bool:
        pair = (one, other) if one < other else (other, one)
        if pair not in self._fit:
            a, b = self._documents[one], self._documents[other]
            told = check(a, b).values()
            self._fit[pair] = Verdict.UNMET not in told and (self._allowed is None or self._allowed(a, b))
        return self._fit[pair]

    def _needed(self, members: tuple[str, ...], musts: frozenset[int]) -> bool:
        """No member can be left out."""
        return all(
            frozenset().union(*(self._meets[m] for m in rest)) != musts
            for rest in combinations(members, len(members) - 1)
        )

    def _cost(self, members: tuple[str, ...]) -> tuple[object, ...]:
        prices = [self._documents[m].price for m in members]
        price = sum((p for p in prices if p is not None), Decimal(0))
        unpriced = sum(p is None for p in prices)
        size = len(members)
        # A bundle whose price nobody knows is not cheap.
        return (unpriced, price, size, members) if self._aim is Aim.CHEAPEST else (size, unpriced, price, members)

    def _bundle(self, members: tuple[str, ...], musts: frozenset[int]) -> Bundle:
        documents = [self._documents[m] for m in members]
        checks = [check(a, b) for a, b in combinations(documents, 2)]
        prices = [document.price for document in documents]
        return Bundle(
            products=members,
            covers={n: tuple(m for m in members if n in self._meets[m]) for n in sorted(musts)},
            keys=tuple(sorted(frozenset.intersection(*map(fields_of, documents)))),
            price=None if None in prices else sum((p for p in prices if p is not None), Decimal(0)),
            open=tuple(c for c in Check if any(told[c] is Verdict.UNKNOWN for told in checks)),
            exact=self._left > 0,
        )
