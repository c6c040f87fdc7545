"""What is asked: the terms of texts, what they mean in English, and the places they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching import regions
from matching.compiled import Array, compiled
from matching.index import located
from matching.lists import Lists, ends
from matching.regions import Codes
from matching.text import Analyser, Cuts

PLACE: Final = 0.5
"""What the name of a place counts for against another word."""


class Tally(NamedTuple):
    """Lists in which each number stands once, in order of first appearance, and how often each counts."""

    numbers: NDArray[np.int32]
    ptr: NDArray[np.int64]
    counts: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Queries:
    """What texts say."""

    terms: list[str]
    """What the numbers stand for; last, once more, the Chinese words, as many as there are ``characters``."""
    digits: NDArray[np.bool_]
    """Which terms are numbers."""
    words: Tally
    """The terms of each text."""
    pairs: Tally
    """Its pairs of English words."""
    meanings: Tally
    """Its Chinese words that mean anything in English, numbered for themselves; of those with the same English terms
    only the last one, counted with the others."""
    characters: NDArray[np.int64]
    """Of each Chinese word how many characters it has."""
    english: Lists
    """Of each Chinese word the English terms."""
    letters: Lists
    """The letters of each text, in which names of products are found."""
    places: list[tuple[Codes, ...]]


def read(texts: Sequence[str], analyser: Analyser) -> Queries:
    """``texts`` as queries; many at once are quicker."""
    places = list(regions.find_all(texts))
    phrases = defaultdict[str, int](count(len(texts)).__next__)
    named = [phrases[place.phrase] for found in places for place in found]
    cuts = analyser.cut_all([*texts, *phrases])
    own = slice(len(texts) + 1)
    # At the edge of a run the name alone may be cut otherwise than in its sentence.
    named_terms = Lists(np.array(named, np.int64), ends(list(map(len, places)))).through(cuts.words)
    terms = [*cuts.terms, *(word for word, _ in cuts.glosses)]
    nothing = Lists(named_terms.numbers[:0], np.zeros(len(texts) + 1, np.int64))
    words = _tallied(cuts.words.numbers, cuts.words.ptr[own], *named_terms, len(terms))
    pairs = _tallied(cuts.pairs.numbers, cuts.pairs.ptr[own], *nothing, len(terms))
    senses = _senses(cuts)[cuts.chinese.numbers]
    meanings = _tallied(senses, cuts.chinese.ptr[own], *nothing, len(cuts.glosses))
    return Queries(
        terms,
        np.fromiter(map(str.isdigit, terms), bool, len(terms)),
        Tally(*words[:3]),
        Tally(*pairs[:3]),
        Tally(cuts.chinese.numbers[meanings[3]], *meanings[1:3]),
        np.fromiter((len(word) for word, _ in cuts.glosses), np.int64, len(cuts.glosses)),
        cuts.english,
        Lists(cuts.letters.numbers[: cuts.letters.ptr[len(texts)]], cuts.letters.ptr[own]),
        [tuple(map(located.ground, found)) for found in places],
    )


def _senses(cuts: Cuts) -> NDArray[np.int32]:
    """Of each Chinese word a number, the same for those with the same English terms, and -1 for those without any."""
    known = defaultdict[tuple[str, ...], int](count().__next__, {(): -1})
    return np.fromiter((known[english] for _, english in cuts.glosses), np.int32, len(cuts.glosses))


@compiled
def _tallied(
    numbers: Array, ptr: Array, named: Array, named_ptr: Array, size: int
) -> tuple[Array, Array, Array, Array]:
    """A ``Tally`` of each list, in which those of the list ``named`` count less, and where each number stands last.

    The numbers are below ``size``; -1 is passed over.
    """
    place = np.full(size, -1, np.int64)
    found, last = np.empty(len(numbers), np.int32), np.empty(len(numbers), np.int64)
    counts, out = np.zeros(len(numbers)), np.zeros(len(ptr), np.int64)
    n = 0
    for one in range(len(ptr) - 1):
        first = n
        for i in range(ptr[one], ptr[one + 1]):
            if numbers[i] < 0:
                continue
            if place[numbers[i]] < first:
                place[numbers[i]], found[n] = n, numbers[i]
                n += 1
            counts[place[numbers[i]]] += 1
            last[place[numbers[i]]] = i
        for i in range(named_ptr[one], named_ptr[one + 1]):
            at = place[named[i]]
            if at >= first:
                counts[at] = max(counts[at] - (1 - PLACE), 0.0)
        out[one + 1] = n
    return found[:n].copy(), out, counts[:n].copy(), last[:n].copy()
