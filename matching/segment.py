"""Documents as counted terms: what an index is made of, and how it is made from bags and from other segments."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching import kernels
from matching.located import Places
from matching.names import Names
from matching.regions import Codes

SCALE: Final = 8
"""Counts are stored in eighths, in one byte: weights are multiples of 1/8, and 31.875 of a word is enough."""

MOST: Final = 255
VALUES: Final = np.log1p(np.arange(MOST + 1) / SCALE).astype(np.float32)
"""What each count is in the head: its logarithm."""
_NTH: Final = bytes(round(SCALE / n**0.5) for n in range(1, 33))
"""What the first, second, … English term of a Chinese word counts for."""


def _nth(english: tuple[str, ...]) -> bytes:
    return _NTH[: len(english)]


class Bag(NamedTuple):
    """The terms of one document as read, repetitions kept.

    ``fields`` pairs the terms of each field with what one of them counts for in the body, in eighths, and
    whether the field belongs to the head; ``english`` are the glosses of each of its Chinese words.
    """

    fields: Sequence[tuple[int, bool, Sequence[str]]]
    english: Sequence[tuple[str, ...]]
    place: Codes


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of terms of all documents: for each term the rows it occurs in (``doc[ptr[t]:ptr[t + 1]]``,
    rising) and its count in each; for each row the sum of the counts and 1 / the norm of their logarithms."""

    ptr: NDArray[np.int64]
    doc: NDArray[np.int32]
    count: NDArray[np.uint8]
    length: NDArray[np.float32]
    inverse: NDArray[np.float32]

    def frequency(self, size: int) -> NDArray[np.int32]:
        """In how many documents each of ``size`` terms occurs."""
        found = np.zeros(size, np.int32)
        found[: len(self.ptr) - 1] = np.diff(self.ptr)
        return found


@dataclass(frozen=True)
class Segment:
    """Documents in order of id. ``place`` numbers ``Index.places``."""

    PARTS: ClassVar = ("body", "head", "gloss")

    ids: list[str]
    body: Part
    head: Part
    gloss: Part
    place: NDArray[np.int32]

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        return self.body, self.head, self.gloss

    @cached_property
    def rows(self) -> dict[str, int]:
        return {doc_id: row for row, doc_id in enumerate(self.ids)}


class Vocabulary(dict[str, int]):
    """Terms and their numbers; ``vocabulary[term]`` numbers a new one, ``get`` does not."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        super().__init__(zip(terms, count()))
        self.names = Names(self)

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
        self.names.add(term)
        return number


def build_segment(bags: Iterable[tuple[str, Bag]], vocabulary: Vocabulary, places: Places) -> Segment:
    """The segment of ``bags`` by rising id; new terms and places are appended to ``vocabulary`` and ``places``."""
    ids, place = [], array("i")
    body, head, gloss = _Tokens(), _Tokens(), _Tokens()
    number = vocabulary.__getitem__
    for doc_id, bag in bags:
        ids.append(doc_id)
        place.append(places.number(bag.place))
        for weight, in_head, terms in bag.fields:
            numbers = list(map(number, terms))
            body.add(numbers, bytes([weight]) * len(numbers))
            if in_head:
                head.add(numbers, bytes([SCALE]) * len(numbers))
        gloss.add(map(number, chain.from_iterable(bag.english)), b"".join(map(_nth, bag.english)))
        for tokens in (body, head, gloss):
            tokens.end()
    size = len(vocabulary)
    return Segment(ids, body.part(size), head.part(size), gloss.part(size), np.array(place, np.int32))


def merge_segments(
    one: Segment, alive: NDArray[np.bool_], other: Segment, alive2: NDArray[np.bool_], size: int
) -> Segment:
    """The living documents of both (no id is alive in both) as one segment over ``size`` terms, not counted again."""
    ids = [i for i, lives in zip(one.ids, alive.tolist(), strict=True) if lives]
    ids += (i for i, lives in zip(other.ids, alive2.tolist(), strict=True) if lives)
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int32)
    row = np.empty(len(ids), np.int32)
    row[order] = np.arange(len(ids), dtype=np.int32)
    first, second = (np.full(len(mask), -1, np.int32) for mask in (alive, alive2))
    split = int(alive.sum())
    first[alive], second[alive2] = row[:split], row[split:]

    def both(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate((a[alive], b[alive2]))[order]

    def part(a: Part, b: Part) -> Part:
        ptr, doc, count = kernels.merge(a.ptr, a.doc, a.count, first, b.ptr, b.doc, b.count, second, size)
        return Part(ptr, doc, count, both(a.length, b.length), both(a.inverse, b.inverse))

    return Segment(
        [ids[n] for n in order.tolist()],
        part(one.body, other.body),
        part(one.head, other.head),
        part(one.gloss, other.gloss),
        both(one.place, other.place),
    )


class _Tokens:
    """Collects the tokens of one document after another."""

    def __init__(self) -> None:
        self._tokens = array("i")
        self._weights = bytearray()
        self._ptr = array("q", [0])

    def add(self, numbers: Iterable[int], weights: bytes) -> None:
        self._tokens.extend(numbers)
        self._weights += weights

    def end(self) -> None:
        self._ptr.append(len(self._tokens))

    def part(self, size: int) -> Part:
        tokens = np.frombuffer(self._tokens, np.int32) if self._tokens else np.empty(0, np.int32)
        weights = np.frombuffer(self._weights, np.uint8)
        ptr = np.frombuffer(self._ptr, np.int64)
        terms, counts, starts = kernels.count_terms(tokens, weights, ptr, size, MOST)
        length = _sums(weights, ptr).astype(np.float32)
        norm = np.sqrt(_sums(VALUES[counts].astype(np.float64) ** 2, starts))
        inverse = np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0).astype(np.float32)
        ptr, doc, count = kernels.invert(terms, counts, starts, size)
        return Part(ptr, doc, count, length, inverse)


def _sums(values: NDArray[Any], ptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sum of each ``values[ptr[i]:ptr[i + 1]]``, whatever stands before it."""
    return np.asarray(kernels.sums(values, ptr), np.float64)
