"""What is asked, as weighted terms: one weighting that suits three words and three paragraphs.

Let ``w(t) = log(1 + n(t) / 2) * idf(t) ** 1.1`` for a term that occurs ``n`` times in the query; a pair of
English words weighs 0.3 of that, and a place name counts half, for places are matched by the ground they cover.
A document scores

    sum of w(t) * bm25(t, text) / sum of w  +  r * sum of w(t) * cosine(t, head) / sum of w

where two things grow with the length of the query up to ``LONG``. The weight ``r`` of the head (title, tags,
publisher): the head of a product that answers a paragraph is covered by it, while a word or two of a short query
in a short title say little. And BM25's ``k1``: that a product says a word of a paragraph often tells more than
that it has one more of its many words. English terms also score against the English glosses of Chinese documents,
and the glosses of a Chinese query against English documents, an English word weighing less the later it stands in
the dictionary's entry. A title that stands in the query as a whole is a term of its own (``matching.index.names``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from matching import regions
from matching.index import located, names
from matching.regions import Codes
from matching.text import Analyser

IDF_POWER: Final = 1.1
LONG: Final = 40.0
"""The number of (equally weighty) terms of a query that is long."""
HEAD: Final = 1.2
"""What the head counts for when the query is long."""
SLOWER: Final = 5 / 3
"""How many times as large BM25's ``k1`` is when the query is long."""
PAIR: Final = 0.3
"""What a pair of English words weighs against one word as rare."""
PLACE: Final = 0.5
"""What the name of a place counts for against another word."""
NAME: Final = 6.0
"""What the whole title of a product weighs against a word as rare."""
GLOSS: Final = 1.0
SINGLE: Final = 0.6
"""What the gloss of a single character weighs against that of a word."""


class Meaning(NamedTuple):
    """A Chinese word, one of the English terms for it, and what this counts for."""

    word: str
    term: str
    worth: float


@dataclass(frozen=True, slots=True)
class Query:
    """The terms of a text, in order of first appearance, with what they count for; its pairs of English words;
    the English for its Chinese words, with what it counts for; the places it names."""

    terms: dict[str, float]
    pairs: dict[str, int]
    english: tuple[Meaning, ...]
    places: tuple[Codes, ...]
    plain: str
    """Its letters, in which names of products are found."""


def read(text: str, analyser: Analyser) -> Query:
    """``text`` as a query."""
    cut = analyser.cut(text)
    places = regions.find(text)
    terms = _counted(cut.terms, places, analyser)
    return Query(
        terms,
        dict(Counter(cut.pairs)),
        tuple(_english(cut.glosses)),
        tuple(map(located.ground, places)),
        names.plain(text),
    )


def _english(glosses: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[Meaning]:
    counts: Counter[tuple[str, ...]] = Counter()
    words: dict[tuple[str, ...], str] = {}
    for word, english in glosses:
        counts[english] += 1
        words[english] = word
    for english, n in counts.items():
        word = words[english]
        worth = _often(n) * (SINGLE if len(word) == 1 else 1.0)
        for nth, term in enumerate(english, 1):
            yield Meaning(word, term, worth / math.sqrt(nth * len(english)))


@cache
def _often(n: int) -> float:
    """What ``n`` times counts for beside once."""
    return float(np.log1p(n / 2) / np.log1p(0.5))


def _counted(terms: Sequence[str], places: Sequence[regions.Place], analyser: Analyser) -> dict[str, float]:
    counts: dict[str, float] = dict(Counter(terms))
    for place in places:
        for term in analyser.terms(place.phrase):
            # At the edge of a run the name alone may be cut otherwise than in its sentence.
            if term in counts:
                counts[term] = max(counts[term] - (1 - PLACE), 0.0)
    return counts


class Statistics(Protocol):
    """What weighting needs to know of an index."""

    def term_ids(self, terms: Collection[str]) -> NDArray[np.int32]: ...
    def named(self, text: str) -> NDArray[np.int32]: ...
    def rarity(self, ids: NDArray[np.int32]) -> NDArray[np.float64]: ...
    def gloss_rarity(self, ids: NDArray[np.int32]) -> NDArray[np.float64]: ...


Weights = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Term ids and their weights."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """A query against one index: the weights of terms in the body, the head and the glosses of documents."""

    body: Weights
    head: Weights
    gloss: Weights
    slower: float
    """What BM25's ``k1`` is multiplied by in the body."""
    places: tuple[Codes, ...]
    unit: float
    """Scores are added in whole numbers of 1 / ``unit``, of which the weights together come to less than 2 ** 30."""


def weigh(query: Query, index: Statistics) -> Weighted:
    """Weigh the terms of ``query`` by what is rare in ``index``."""
    counts = query.terms | query.pairs
    size = len(counts)
    ids = index.term_ids([*counts, *(meaning.term for meaning in query.english)])
    often = np.log1p(np.fromiter(counts.values(), np.float64, size) / 2)
    often[len(query.terms) :] *= PAIR
    english = np.array([meaning.worth for meaning in query.english], np.float64) * np.log1p(0.5)
    rare = index.rarity(ids)
    # A word that says little, as "data" where all is data, says little in English, too, however rare it is there.
    asked = index.rarity(index.term_ids([meaning.word for meaning in query.english]))
    rare[size:] = np.minimum(rare[size:], asked)
    every = np.concatenate((often, english)) * rare**IDF_POWER
    own, weights = ids[:size], every[:size]
    total = float(weights.sum()) or 1.0
    spread = total**2 / (float((weights**2).sum()) or 1.0)
    long = min(1.0, spread / LONG)
    foreign = np.fromiter((t.isascii() and not t.isdigit() for t in counts), bool, size)
    gloss = often[foreign] * index.gloss_rarity(own[foreign]) ** IDF_POWER
    if len(named := index.named(query.plain)):
        ids, every = np.append(ids, named), np.append(every, NAME * index.rarity(named) ** IDF_POWER)
    parts = (
        _known(ids, every / total),
        _known(own, weights * HEAD * long / total),
        _known(own[foreign], gloss * GLOSS / total),
    )
    whole = sum(float(w.sum()) for _, w in parts)
    return Weighted(*parts, 1 + (SLOWER - 1) * long, query.places, 2.0 ** (30 - max(3, math.frexp(whole)[1])))


def _known(ids: NDArray[np.int32], weights: NDArray[np.float64]) -> Weights:
    kept = (ids >= 0) & (weights > 0)
    return ids[kept], weights[kept].astype(np.float32)
