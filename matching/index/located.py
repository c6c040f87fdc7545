"""Where a product and a demand are: a pair whose places have no ground in common is worth less.

Word scores alone put the air quality of another city above the right one. A product's place is read from its
region, its title and the name of a public body that publishes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching import regions
from matching.regions import Codes
from matching.types import Document

ELSEWHERE: Final = 0.65
"""What is left of the score of a product that lies wholly outside the places a demand names."""

_KEPT: Final = 1024
_PUBLIC: Final = ("局", "委", "厅", "政府", "办", "中心", "院", "大队", "支队", "管委会")


@lru_cache(maxsize=65_536)
def named(text: str) -> tuple[Codes, ...]:
    """The places ``text`` names; a name of several places stands for all of them."""
    return tuple(map(ground, regions.find(text))) if text else ()


def ground(place: regions.Place) -> Codes:
    """Everything ``place`` can mean."""
    return frozenset().union(*place.options)


def place_of(document: Document) -> Codes:
    """The ground a product covers as far as it says; the empty set when it does not."""
    return _covered(*map(named, _told(document)))


def places_of(documents: Sequence[Document]) -> Iterator[Codes]:
    """``place_of`` each of ``documents``: many together are a lot quicker."""
    told = list(map(_told, documents))
    texts = list(dict.fromkeys(chain.from_iterable(told)))
    found = {text: tuple(map(ground, places)) for text, places in zip(texts, regions.find_all(texts), strict=True)}
    for some in told:
        yield _covered(*map(found.__getitem__, some))


def _told(document: Document) -> tuple[str, str, str]:
    """The texts that tell where a product is."""
    return document.region, document.title, document.publisher if document.publisher.endswith(_PUBLIC) else ""


def _covered(region: Sequence[Codes], *told: Sequence[Codes]) -> Codes:
    for places in told:
        fitting = [p for p in places if p and (not region or any(regions.overlaps(p, r) for r in region))]
        if fitting:
            return frozenset().union(*fitting)
    return frozenset().union(*region)


class Places:
    """The distinct places of an index, numbered; number 0 is the unknown place. Only ever grows."""

    def __init__(self) -> None:
        self.codes: list[Codes] = [frozenset()]
        self._numbers: dict[Codes, int] = {frozenset(): 0}
        self._near: dict[Codes, NDArray[np.bool_]] = {}

    def number(self, place: Codes) -> int:
        """The number of ``place``, a new one if need be."""
        if place not in self._numbers:
            self.codes.append(place)
            self._numbers[place] = len(self.codes) - 1
        return self._numbers[place]

    def factors(self, wanted: tuple[Codes, ...]) -> NDArray[np.float32]:
        """For every numbered place what it leaves of a score when ``wanted`` are the places asked for."""
        size = len(self.codes)
        if not wanted:
            return np.ones(size, np.float32)
        near = np.zeros(size, bool)
        for want in wanted:
            near |= self._near_to(want, size)[:size]
        return np.where(near, np.float32(1), np.float32(ELSEWHERE))

    def _near_to(self, want: Codes, size: int) -> NDArray[np.bool_]:
        near = self._near.get(want)
        if near is None or len(near) < size:
            codes = self.codes[:size]
            near = np.fromiter((not code or regions.overlaps(code, want) for code in codes), bool, size)
            if len(self._near) >= _KEPT:
                self._near.clear()
            self._near[want] = near
        return near
