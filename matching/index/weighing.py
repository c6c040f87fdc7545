"""What a query's terms weigh: one weighting that suits three words and three paragraphs.

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
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.compiled import Array, compiled
from matching.index.query import Query
from matching.index.segment import Vocabulary
from matching.regions import Codes

IDF_POWER: Final = 1.1
LONG: Final = 40.0
"""The number of (equally weighty) terms of a query that is long."""
HEAD: Final = 1.2
"""What the head counts for when the query is long."""
SLOWER: Final = 5 / 3
"""How many times as large BM25's ``k1`` is when the query is long."""
PAIR: Final = 0.3
"""What a pair of English words weighs against one word as rare."""
NAME: Final = 6.0
"""What the whole title of a product weighs against a word as rare."""
SINGLE: Final = 0.6
"""What the gloss of a single character weighs against that of a word."""


class Statistics(Protocol):
    """What weighting needs to know of an index."""

    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def size(self) -> int: ...
    @property
    def frequency(self) -> NDArray[np.int32]: ...
    @property
    def gloss_frequency(self) -> NDArray[np.int32]: ...
    def term_ids(self, terms: Collection[str]) -> NDArray[np.int32]: ...


@dataclass(frozen=True, slots=True)
class Weighted:
    """Queries against one index: one after the other the terms each has in the body, the head and the glosses of
    documents, and their weights."""

    sizes: NDArray[np.int64]
    """How many terms these are, queries x 3."""
    terms: NDArray[np.int32]
    weights: NDArray[np.float32]
    slower: NDArray[np.float32]
    """What BM25's ``k1`` is multiplied by in the body of each query."""
    unit: NDArray[np.float32]
    """Scores are added in whole numbers of 1 / ``unit``, of which the weights of a query come to less than 2 ** 30."""
    places: Sequence[tuple[Codes, ...]]


def weigh(queries: Sequence[Query], index: Statistics) -> Weighted:
    """Weigh the terms of ``queries`` by what is rare in ``index``."""
    sizes: list[int] = []
    terms: list[str] = []
    counts: list[float] = []
    words: list[str] = []
    english: list[tuple[str, ...]] = []
    for query in queries:
        names = index.vocabulary.names.within(query.plain)
        sizes += len(query.terms), len(query.pairs), len(query.words), len(names)
        terms += chain(query.terms, query.pairs, query.words, names)
        counts += chain(query.terms.values(), query.pairs.values(), query.english.values(), repeat(1.0, len(names)))
        words += query.words
        english += query.english
    parts, ids, weights, slower, unit = _weights(
        np.array(sizes, np.int64).reshape(-1, 4),
        index.term_ids(terms),
        np.array(counts, np.float64),
        np.fromiter(map(str.isdigit, terms), bool, len(terms)),
        np.fromiter(map(len, words), np.int64, len(words)),
        np.fromiter(map(len, english), np.int64, len(english)),
        index.term_ids(list(chain.from_iterable(english))),
        index.frequency,
        index.gloss_frequency,
        index.size,
    )
    return Weighted(parts, ids, weights, slower, unit, [query.places for query in queries])


@compiled
def _rare(terms: Array, frequency: Array, size: int) -> Array:
    """Inverse document frequency (Robertson's, never negative), raised to ``IDF_POWER``; -1 is an unknown term."""
    found = np.empty(len(terms))
    for i in range(len(terms)):
        seen = frequency[terms[i]] if terms[i] >= 0 else 0
        found[i] = math.log1p((size - seen + 0.5) / (seen + 0.5)) ** IDF_POWER
    return found


@compiled
def _occurs(terms: Array, frequency: Array) -> Array:
    return np.array([term >= 0 and frequency[term] > 0 for term in terms])


@compiled
def _meant(english: Array, lengths: Array, worth: Array, rare: Array, frequency: Array, size: int) -> Array:
    """What the English terms of Chinese words weigh that are worth and as rare as that."""
    found = _rare(english, frequency, size)
    at = 0
    for word in range(len(lengths)):
        for nth in range(1, lengths[word] + 1):
            # A word that says little, as "data" where all is data, says little in English, too, however rare it is
            # there.
            found[at] = worth[word] * min(rare[word], found[at]) / math.sqrt(nth * lengths[word])
            at += 1
    return found


@compiled
def _put(ids: Array, weights: Array, n: int, terms: Array, worth: Array) -> int:
    """Append those of ``terms`` that are known and weigh anything to the ``n`` there are; returns how many there are
    then."""
    for i in range(len(terms)):
        ids[n], weights[n] = terms[i], worth[i]
        n += terms[i] >= 0 and weights[n] > 0
    return n


@compiled
def _weights(
    sizes: Array, terms: Array, counts: Array, digits: Array, characters: Array, lengths: Array, english: Array,
    frequency: Array, gloss_frequency: Array, size: int,
) -> tuple[Array, Array, Array, Array, Array]:  # fmt: skip
    """``Weighted`` without the places.

    ``sizes`` says how many words, pairs, Chinese words with English terms and names of each query follow each other in
    ``terms``, ``counts`` how often each is asked for, and ``digits`` which are numbers. The Chinese words have so many
    ``characters``, and ``lengths`` of the terms in ``english``.
    """
    found = np.empty((len(sizes), 3), np.int64)
    slower, unit = np.empty(len(sizes), np.float32), np.empty(len(sizes), np.float32)
    ids = np.empty(3 * len(terms) + len(english) + 1, np.int32)
    weights = np.empty(len(ids), np.float32)
    n = end = word = meaning = 0
    for q in range(len(sizes)):
        single, pairs, glossed, names = sizes[q]
        first, end = end, end + sizes[q].sum()
        often, rare = np.log1p(counts[first:end] / 2), _rare(terms[first:end], frequency, size)
        often[single : single + pairs] *= PAIR
        own = terms[first : first + single + pairs]
        worth = often[: len(own)] * rare[: len(own)]
        total = worth.sum() or 1.0
        long = min(1.0, total**2 / ((worth**2).sum() or 1.0) / LONG)
        body = n
        n = _put(ids, weights, n, own, worth / total)
        told = slice(len(own), len(own) + glossed)
        many, word = lengths[word : word + glossed], word + glossed
        some, meaning = english[meaning : meaning + many.sum()], meaning + many.sum()
        said = often[told] * np.where(characters[word - glossed : word] == 1, SINGLE, 1.0) / total
        n = _put(ids, weights, n, some, _meant(some, many, said, rare[told], frequency, size))
        named = terms[end - names : end]
        n = _put(ids, weights, n, named, NAME / total * rare[len(rare) - names :] * _occurs(named, frequency))
        head = n
        n = _put(ids, weights, n, own, worth * (HEAD * long / total))
        gloss = n
        foreign = _occurs(own, gloss_frequency) & ~digits[first : first + len(own)]
        n = _put(ids, weights, n, own, often[: len(own)] / total * _rare(own, gloss_frequency, size) * foreign)
        found[q] = head - body, gloss - head, n - gloss
        slower[q] = 1 + (SLOWER - 1) * long
        unit[q] = 2.0 ** (30 - max(3, math.frexp(weights[body:n].sum())[1]))
    return found, ids[:n], weights[:n], slower, unit
