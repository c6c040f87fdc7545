"""What is asked: the terms of a text, what they mean in English, and the places it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from matching import regions
from matching.index import located, names
from matching.regions import Codes
from matching.text import Analyser, Cut

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


def read(texts: Sequence[str], analyser: Analyser) -> list[Query]:
    """``texts`` as queries; many at once are quicker."""
    places = list(regions.find_all(texts))
    phrases = list({place.phrase: None for found in places for place in found})
    cuts = analyser.cut_all([*texts, *phrases])
    terms = {phrase: cuts.cut(i).terms for i, phrase in enumerate(phrases, len(texts))}
    return [
        _query(text, cuts.cut(i), found, [terms[place.phrase] for place in found])
        for i, (text, found) in enumerate(zip(texts, places, strict=True))
    ]


def _query(text: str, cut: Cut, places: Sequence[regions.Place], named: Iterable[Sequence[str]]) -> Query:
    """``named`` are the terms of the names of ``places``."""
    counts: dict[str, float] = dict(Counter(cut.terms))
    for term in chain.from_iterable(named):
        # At the edge of a run the name alone may be cut otherwise than in its sentence.
        if term in counts:
            counts[term] = max(counts[term] - (1 - PLACE), 0.0)
    return Query(
        counts,
        Counter(cut.pairs),
        Counter(english for _, english in cut.glosses),
        tuple({english: word for word, english in cut.glosses}.values()),
        tuple(map(located.ground, places)),
        names.plain(text),
    )
