"""Demands that ask for nearly the same thing, so that their writers can be offered to buy together.

Two demands are near when the cosine of their weighted words is at least ``NEAR`` and the places and the periods
they name overlap: figures of 2021 are not those of 2022, however alike the sentences. Words of the must lines
(topic, fields, granularity) count double, so that two demands with the same background story and different needs
stay apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from matching import regions
from matching.index.located import named
from matching.matcher import Matcher, query_text
from matching.reading import periods
from matching.text import Analyser
from matching.types import Demand, Kind, Level

NEAR: Final = 0.5
_NEIGHBOURS: Final = 50
_SUBJECTS: Final = frozenset([Kind.TOPIC, Kind.FIELDS, Kind.GRANULARITY])


@dataclass(frozen=True, slots=True)
class Pool:
    """Demands of which each is near every other; ``nearness`` is the least of their cosines."""

    demands: tuple[str, ...]
    nearness: float


def near(
    demands: Sequence[Demand], least: float = NEAR, *, today: date | None = None, among: Matcher | None = None
) -> list[tuple[str, str, float]]:
    """All pairs of near demands with their cosine, the nearest first. Ids of a pair are in order.

    Of more than fifty demands near one the fifty nearest are paired with it.

    :param today: the day "the last three years" is counted back from; today by default.
    :param among: when ``demands`` are a part of what there is: the matcher that holds all of it as documents. How rare
        a word is is then counted there.
    """
    if not demands:
        return []
    matrix = _vectors(demands, among)
    grid = sp_matmul_topn(
        matrix, matrix.T.tocsr(), top_n=_NEIGHBOURS + 1, threshold=least, sort=True, n_threads=2
    ).tocoo()
    day = today or date.today()
    places = [named(query_text(demand)) for demand in demands]
    times = [periods.spans(query_text(demand), day) for demand in demands]
    found: dict[tuple[str, str], float] = {}
    for i, j, cosine in zip(grid.row.tolist(), grid.col.tolist(), grid.data.tolist(), strict=True):
        if i != j and _meet(places[i], places[j]) and _coincide(times[i], times[j]):
            one, other = sorted((demands[i].id, demands[j].id))
            found[one, other] = min(1.0, float(cosine))
    return sorted(((a, b, c) for (a, b), c in found.items()), key=lambda pair: (-pair[2], pair[:2]))


def pools(
    demands: Sequence[Demand], least: float = NEAR, *, today: date | None = None, among: Matcher | None = None
) -> list[Pool]:
    """Disjoint groups of two or more demands, each near every other, the largest first. Parameters as of ``near``."""
    return grouped(near(demands, least, today=today, among=among))


def grouped(pairs: Sequence[tuple[str, str, float]]) -> list[Pool]:
    """Groups of demands of which each is paired with every other, made from the nearest pairs on.

    ``pairs`` as ``near`` gives them, nearest first.
    """
    cosines = {(a, b): c for a, b, c in pairs} | {(b, a): c for a, b, c in pairs}
    member: dict[str, list[str]] = {}
    for a, b, _ in pairs:
        one, other = member.setdefault(a, [a]), member.setdefault(b, [b])
        if one is not other and all((x, y) in cosines for x in one for y in other):
            one += other
            for x in other:
                member[x] = one
    groups = {id(group): group for group in member.values() if len(group) > 1}
    found = [Pool(tuple(sorted(g)), min(cosines[a, b] for a in g for b in g if a != b)) for g in groups.values()]
    return sorted(found, key=lambda pool: (-len(pool.demands), pool.demands))


def _vectors(demands: Sequence[Demand], among: Matcher | None) -> csr_matrix:
    analyser = Analyser()
    vocabulary: dict[str, int] = {}
    counts: list[dict[int, float]] = []
    for demand in demands:
        words: Counter[str] = Counter(analyser.terms(query_text(demand)))
        for line in demand.lines or ():
            if line.level is Level.MUST and line.kind in _SUBJECTS:
                words.update(analyser.terms(line.value))
        counts.append({vocabulary.setdefault(w, len(vocabulary)): np.log1p(n) for w, n in words.items()})
    ptr = np.concatenate(([0], np.cumsum([len(row) for row in counts])))
    terms = np.fromiter((t for row in counts for t in row), np.int64, ptr[-1])
    values = np.fromiter((v for row in counts for v in row.values()), np.float64, ptr[-1])
    if among is None:
        total, frequency = len(demands), np.bincount(terms, minlength=len(vocabulary))
    else:
        total, frequency = len(among), np.fromiter(map(among.frequency, vocabulary), np.int64, len(vocabulary))
    values *= np.log1p(total / (frequency[terms] + 0.5))
    matrix = csr_matrix((values, terms, ptr), shape=(len(demands), max(1, len(vocabulary))))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    values /= np.repeat(np.where(norms > 0, norms, 1.0), np.diff(ptr))
    return csr_matrix((values, terms, ptr), shape=matrix.shape)


def _meet(one: Sequence[regions.Codes], other: Sequence[regions.Codes]) -> bool:
    return not one or not other or any(regions.overlaps(a, b) for a in one for b in other)


def _coincide(one: Sequence[periods.Span], other: Sequence[periods.Span]) -> bool:
    def apart(a: periods.Span, b: periods.Span) -> bool:
        return bool(
            (a.time_to and b.time_from and a.time_to < b.time_from)
            or (b.time_to and a.time_from and b.time_to < a.time_from)
        )

    return not one or not other or any(not apart(a, b) for a in one for b in other)
