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
from itertools import chain
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.compiled import Array, compiled
from matching.index.query import Queries
from matching.index.segment import Vocabulary
from matching.lists import ends
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


def weigh(queries: Queries, index: Statistics) -> Weighted:
    """Weigh the terms of ``queries`` by what is rare in ``index``."""
    names = index.vocabulary.names.within(queries.letters)
    parts, ids, weights, slower, unit = _weights(
        index.term_ids(queries.terms),
        queries.digits,
        tuple(queries.words),
        tuple(queries.pairs),
        tuple(queries.meanings),
        queries.characters,
        tuple(queries.english),
        (index.term_ids(list(chain.from_iterable(names))), ends(list(map(len, names)))),
        index.frequency,
        index.gloss_frequency,
        index.size,
    )
    return Weighted(parts, ids, weights, slower, unit, queries.places)


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
def _meant(english: Array, worth: Any, rare: Any, frequency: Array, size: int) -> Array:
    """What the English terms of a Chinese word weigh that is worth and as rare as that."""
    found = _rare(english, frequency, size)
    for nth in range(len(english)):
        # A word that says little, as "data" where all is data, says little in English, too, however rare it is there.
        found[nth] = worth * min(rare, found[nth]) / math.sqrt((nth + 1) * len(english))
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
def _of(lists: Any, q: int) -> Array:
    return lists[0][lists[1][q] : lists[1][q + 1]]


@compiled
def _often(tally: Any, q: int) -> Array:
    return np.log1p(tally[2][tally[1][q] : tally[1][q + 1]] / 2)


@compiled
def _room(words: Any, pairs: Any, meanings: Any, english: Any, names: Any) -> int:
    """The most terms that queries can have in all parts, and one."""
    most = 3 * (len(words[0]) + len(pairs[0])) + len(names[0]) + 1
    for word in meanings[0]:
        most += english[1][word + 1] - english[1][word]
    return most


@compiled
def _weights(
    known: Array, digits: Array, words: Any, pairs: Any, meanings: Any, characters: Array, english: Any, names: Any,
    frequency: Array, gloss_frequency: Array, size: int,
) -> tuple[Array, Array, Array, Array, Array]:  # fmt: skip
    """``Weighted`` without the places.

    All is as in ``Queries``. The index has ``known`` of the terms by these numbers, -1 for none; ``names`` are its
    numbers already.
    """
    found = np.empty((len(words[1]) - 1, 3), np.int64)
    slower, unit = np.empty(len(found), np.float32), np.empty(len(found), np.float32)
    ids = np.empty(_room(words, pairs, meanings, english, names), np.int32)
    weights = np.empty(len(ids), np.float32)
    chinese, n = known[len(known) - len(characters) :], 0
    for q in range(len(found)):
        numbers = np.concatenate((_of(words, q), _of(pairs, q)))
        own, often = known[numbers], np.concatenate((_often(words, q), PAIR * _often(pairs, q)))
        worth = often * _rare(own, frequency, size)
        total = worth.sum() or 1.0
        long = min(1.0, total**2 / ((worth**2).sum() or 1.0) / LONG)
        body = n
        n = _put(ids, weights, n, own, worth / total)
        told = _of(meanings, q)
        said = _often(meanings, q) * np.where(characters[told] == 1, SINGLE, 1.0) / total
        rare = _rare(chinese[told], frequency, size)
        for word in range(len(told)):
            some = known[_of(english, told[word])]
            n = _put(ids, weights, n, some, _meant(some, said[word], rare[word], frequency, size))
        named = _of(names, q)
        n = _put(ids, weights, n, named, NAME / total * _rare(named, frequency, size) * _occurs(named, frequency))
        head = n
        n = _put(ids, weights, n, own, worth * (HEAD * long / total))
        gloss = n
        foreign = _occurs(own, gloss_frequency) & ~digits[numbers]
        n = _put(ids, weights, n, own, often / total * _rare(own, gloss_frequency, size) * foreign)
        found[q] = head - body, gloss - head, n - gloss
        slower[q] = 1 + (SLOWER - 1) * long
        unit[q] = 2.0 ** (30 - max(3, math.frexp(weights[body:n].sum())[1]))
    return found, ids[:n], weights[:n], slower, unit
