"""Several products that together meet what one cannot: a set cover whose members must fit each other.

The smallest or cheapest set of products of which every must line is met by at least one; two members fit when
they can be joined (a field in common), what they say of their places and periods overlaps, and their licences
combine. What a product does not say is not held against it but noted, so that it can be asked. A budget is not
one member's matter: it is left to whoever sees the sum.

Weighted set cover with conflicts is NP-hard, so the search is a branch and bound (Balas, Ho 1980) with a fixed
number of tries; one that ran out of them says so (``Bundle.exact``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import combinations
from typing import Final

from matching import regions
from matching.index.located import place_of
from matching.regions import Codes
from matching.text import normalise
from matching.types import Document, Kind, Level, Line, Verdict

TRIES: Final = 200_000
"""Members looked at at most for one answer: about half a second."""


class Aim(StrEnum):
    """What makes one bundle better than another."""

    SMALLEST = "smallest"
    CHEAPEST = "cheapest"


class Check(StrEnum):
    """What two products of a bundle must agree on."""

    JOIN_KEY = "join_key"
    PERIOD = "period"
    REGION = "region"
    LICENCE = "licence"


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


Licensed = Callable[[Document, Document], Verdict]
"""Whether two products' licences may be combined."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a product says of itself, read once."""

    document: Document
    place: Codes
    fields: frozenset[str]

    @classmethod
    def of(cls, document: Document) -> _Said:
        return cls(document, place_of(document), fields_of(document))

    @property
    def dated(self) -> bool:
        return self.document.time_from is not None or self.document.time_to is not None


def check(one: Document, other: Document, licensed: Licensed | None = None) -> dict[Check, Verdict]:
    """How two products fit: met, unmet, or unknown where one of them does not say.

    Licences are only looked at with ``licensed``.
    """
    return _check(_Said.of(one), _Said.of(other), licensed)


def _check(one: _Said, other: _Said, licensed: Licensed | None) -> dict[Check, Verdict]:
    found = {
        Check.JOIN_KEY: _verdict(bool(one.fields and other.fields), bool(one.fields & other.fields)),
        Check.PERIOD: _verdict(one.dated and other.dated, _overlap(one.document, other.document)),
        Check.REGION: _verdict(bool(one.place and other.place), regions.overlaps(one.place, other.place)),
    }
    return found | ({Check.LICENCE: licensed(one.document, other.document)} if licensed else {})


def _verdict(told: bool, fits: bool) -> Verdict:
    return Verdict.UNKNOWN if not told else Verdict.MET if fits else Verdict.UNMET


def _overlap(one: Document, other: Document) -> bool:
    def ends_before(a: Document, b: Document) -> bool:
        return a.time_to is not None and b.time_from is not None and a.time_to < b.time_from

    return not ends_before(one, other) and not ends_before(other, one)


def fields_of(document: Document) -> frozenset[str]:
    """The names of a product's fields, folded (a field is its first word; the rest is its meaning)."""
    return frozenset(words[0] for field in document.fields if (words := normalise(field).split()))


def bundles(
    lines: Sequence[Line],
    verdicts: Mapping[str, Sequence[Verdict]],
    documents: Mapping[str, Document],
    *,
    aim: Aim = Aim.SMALLEST,
    most: int = 4,
    k: int = 3,
    licensed: Licensed | None = None,
    tries: int = TRIES,
) -> list[Bundle]:
    """The best ``k`` bundles of two to ``most`` products, best first; none when a must line is met by nobody.

    No member can be left out. Of bundles that cost the same those of smaller ids come first; where more than ``k``
    do, which of them are given is fixed but no more than that.

    :param verdicts: for each candidate the verdict on each of ``lines``.
    :param documents: the candidates by id.
    :param licensed: whether two members' licences combine.
    """
    musts = [n for n, line in enumerate(lines) if line.level is Level.MUST and line.kind is not Kind.BUDGET]
    meets = {
        doc_id: frozenset(n for n in musts if told[n] is Verdict.MET)
        for doc_id, told in verdicts.items()
        if doc_id in documents and not _elsewhere(lines, told)
    }
    search = _Search(meets, documents, aim, k, licensed, tries)
    return search.run(frozenset(musts), most) if musts else []


def _elsewhere(lines: Sequence[Line], told: Sequence[Verdict]) -> bool:
    """Whether a product lies outside every place, or every period, that must be covered: what it meets of the topic it
    meets there and not where it is wanted."""
    for kind in (Kind.REGION, Kind.TIME_SPAN):
        asked = [told[n] for n, line in enumerate(lines) if line.level is Level.MUST and line.kind is kind]
        if asked and all(verdict is Verdict.UNMET for verdict in asked):
            return True
    return False


_Cost = tuple[Decimal | int, ...]


class _Search:
    """Depth first over bundles of at most two, three, … members: the next member meets the line that the fewest
    candidates meet, the cheapest first; a branch ends where even the least it still costs is no better than the
    worst of the best ``k``."""

    def __init__(
        self,
        meets: Mapping[str, frozenset[int]],
        documents: Mapping[str, Document],
        aim: Aim,
        k: int,
        licensed: Licensed | None,
        tries: int,
    ) -> None:
        prices = {doc_id: documents[doc_id].price for doc_id, met in meets.items() if met}
        # (prices not stated, the sum of the others): a bundle whose price nobody knows is not cheap.
        self._price = {i: (1, Decimal(0)) if p is None or not p.is_finite() else (0, p) for i, p in prices.items()}
        order = sorted(prices, key=lambda i: (self._price[i], i))
        self._meets = {i: meets[i] for i in order}
        self._documents = documents
        self._aim, self._k, self._left = aim, k, tries
        self._meeting: dict[int, list[str]] = {}
        for doc_id, met in self._meets.items():
            for n in met:
                self._meeting.setdefault(n, []).append(doc_id)
        self._best: dict[tuple[str, ...], _Cost] = {}
        self._said = cache(lambda doc_id: _Said.of(documents[doc_id]))
        self._checks = cache(lambda one, other: _check(self._said(one), self._said(other), licensed))
        self._fewest = cache(self._fewest_covering)

    def run(self, musts: frozenset[int], most: int) -> list[Bundle]:
        self._musts = musts
        if any(n not in self._meeting for n in musts):
            return []
        for size in range(2, most + 1):
            self._extend((), musts, size)
            if self._aim is Aim.SMALLEST and len(self._best) == self._k:
                break
        exact = self._left > 0
        return [self._bundle(members, exact) for members in sorted(self._best, key=lambda m: (self._best[m], m))]

    def _extend(self, members: tuple[str, ...], missing: frozenset[int], size: int) -> None:
        if not missing:
            self._keep(members)
            return
        if len(members) + self._fewest(missing, size - len(members)) > size or not self._promising(members, missing):
            return
        for doc_id in self._meeting[min(missing, key=lambda n: (len(self._meeting[n]), n))]:
            if self._left <= 0:
                return
            self._left -= 1
            if all(self._fits(doc_id, member) for member in members):
                self._extend((*members, doc_id), missing - self._meets[doc_id], size)

    def _fewest_covering(self, missing: frozenset[int], room: int) -> int:
        """At least how many members ``missing`` takes, however they fit: one when a single candidate meets it all,
        else two; more than ``room`` when there is none."""
        if room <= 0:
            return 1
        rarest = self._meeting[min(missing, key=lambda n: (len(self._meeting[n]), n))]
        return 1 if any(missing <= self._meets[doc_id] for doc_id in rarest) else 2

    def _promising(self, members: tuple[str, ...], missing: frozenset[int]) -> bool:
        """Whether the least this can still cost is better than what is already held."""
        if len(self._best) < self._k:
            return True
        dearest = max(self._price[self._meeting[n][0]] for n in missing)  # one member must meet that line
        size = len(members) + self._fewest(missing, 1)
        return self._cost(members, dearest, size) < max(self._best.values())

    def _cost(self, members: tuple[str, ...], more: tuple[int, Decimal] = (0, Decimal(0)), size: int = 0) -> _Cost:
        unpriced = more[0] + sum(self._price[m][0] for m in members)
        price = sum((self._price[m][1] for m in members), more[1])
        size = size or len(members)
        return (unpriced, price, size) if self._aim is Aim.CHEAPEST else (size, unpriced, price)

    def _keep(self, members: tuple[str, ...]) -> None:
        if len(members) < 2 or not self._needed(members):
            return
        cost, members = self._cost(members), tuple(sorted(members))
        if len(self._best) == self._k and members not in self._best:
            worst = max(self._best, key=lambda m: (self._best[m], m))
            if (self._best[worst], worst) <= (cost, members):
                return
            del self._best[worst]
        self._best[members] = cost

    def _fits(self, one: str, other: str) -> bool:
        return Verdict.UNMET not in self._checks(*sorted((one, other))).values()

    def _needed(self, members: tuple[str, ...]) -> bool:
        """No member can be left out."""
        return all(
            frozenset().union(*(self._meets[m] for m in rest)) != self._musts
            for rest in combinations(members, len(members) - 1)
        )

    def _bundle(self, members: tuple[str, ...], exact: bool) -> Bundle:
        checks = [self._checks(a, b) for a, b in combinations(members, 2)]
        unpriced, price = (sum(part) for part in zip(*(self._price[m] for m in members), strict=True))
        return Bundle(
            products=members,
            covers={n: tuple(m for m in members if n in self._meets[m]) for n in sorted(self._musts)},
            keys=tuple(sorted(frozenset.intersection(*(self._said(m).fields for m in members)))),
            price=None if unpriced else Decimal(price),
            open=tuple(c for c in Check if any(told.get(c) is Verdict.UNKNOWN for told in checks)),
            exact=exact,
        )
