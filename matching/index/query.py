"""What is asked: the terms of a text, what they mean in English, and the places it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matching import regions
from matching.index import located, names
from matching.regions import Codes
from matching.text import Analyser

PLACE: Final = 0.5
"""What the name of a place counts for against another word."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a text says, in order of first appearance."""

    terms: dict[str, float]
    """Its terms and how often each counts."""
    pairs: dict[str, int]
    """Its pairs of English words and how often each stands there."""
    english: dict[tuple[str, ...], int]
    """The English terms for each of its Chinese words, and how often words of these terms stand there."""
    words: tuple[str, ...]
    """The Chinese word of each of them."""
    places: tuple[Codes, ...]
    plain: str
    """Its letters, in which names of products are found."""


def read(text: str, analyser: Analyser) -> Query:
    """``text`` as a query."""
    cut = analyser.cut(text)
    places = regions.find(text)
    words = {english: word for word, english in cut.glosses}
    return Query(
        _counted(cut.terms, places, analyser),
        Counter(cut.pairs),
        Counter(english for _, english in cut.glosses),
        tuple(words.values()),
        tuple(map(located.ground, places)),
        names.plain(text),
    )


def _counted(terms: Sequence[str], places: Sequence[regions.Place], analyser: Analyser) -> dict[str, float]:
    counts: dict[str, float] = dict(Counter(terms))
    for place in places:
        for term in analyser.terms(place.phrase):
            # At the edge of a run the name alone may be cut otherwise than in its sentence.
            if term in counts:
                counts[term] = max(counts[term] - (1 - PLACE), 0.0)
    return counts
