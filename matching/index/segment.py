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

from matching.index import kernels
from matching.index.located import Places
from matching.index.names import Names
from matching.regions import Codes

SCALE: Final = 8
"""Counts are stored in eighths, in one byte: weights are multiples of 1/8, and 31.875 of a word is enough."""

MOST: Final = 255
VALUES: Final = np.log1p(np.arange(MOST + 1) / SCALE)
"""What each count is in the head: its logarithm."""

WHOLE: Final = (1 << 16) - 1
"""The cosine of a document with itself, as it is stored."""

BLOCK: Final = 1 << 16
"""Rows of a block: 16 bits say which of them a posting is of."""

LENGTHS: Final = np.rint([*range(32), *np.geomspace(32, 800_000, 224)]).astype(np.float32)
"""The 256 lengths that are told apart, in eighths of a word: each up to four words, then in steps of 4.6 %."""

BETWEEN: Final = (LENGTHS[1:] + LENGTHS[:-1]) / 2
"""Up to where each of them is the nearest."""

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
    """One kind of terms of all documents.

    The postings of term ``t`` are the runs ``run[t]:run[t + 1]``, one for each block of rows it occurs in. Run ``r`` is
    ``posting[start[r]:start[r + 1]]``, of rows of block ``block[r]``, rising. A posting is one number, so that a search
    reads nothing else of a document: 16 bits are its row within the block; the others, in the head, the share of the
    term in the length of the vector of the logarithms of its counts, elsewhere 8 bits of its count and 8 bits of the
    document's length (``LENGTHS``). ``length`` is that length unrounded.
    """

    run: NDArray[np.int64]
    block: NDArray[np.uint16]
    start: NDArray[np.int64]
    posting: NDArray[np.uint32]
    length: NDArray[np.float32]

    @classmethod
    def of(cls, postings: tuple[NDArray[Any], NDArray[Any], NDArray[Any]], length: NDArray[np.float32]) -> Part:
        """The part of ``postings`` not packed yet, see ``kernels``; their memory is used again."""
        run, block, start, posting = kernels.pack(*postings, BLOCK)
        return cls(run, block, start, posting, length)

    @property
    def packed(self) -> tuple[NDArray[Any], ...]:
        return self.run, self.block, self.start, self.posting

    def frequency(self, size: int) -> NDArray[np.int32]:
        """In how many documents each of ``size`` terms occurs."""
        found = np.zeros(size, np.int32)
        found[: len(self.run) - 1] = np.diff(self.start[self.run])
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
    return Segment(ids, body.part(size), head.part(size, cosine=True), gloss.part(size), np.array(place, np.int32))


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
        return Part.of(kernels.merge(a.packed, first, b.packed, second, size, BLOCK), both(a.length, b.length))

    return Segment(
        [ids[n] for n in order.tolist()],
        part(one.body, other.body),
        part(one.head, other.head),
        part(one.gloss, other.gloss),
        both(one.place, other.place),
    )


def join_parts(parts: Sequence[tuple[Part, NDArray[np.int32]]], size: int) -> Part:
    """Parts, each with the new numbers of its terms, one after the other as one over ``size`` terms."""
    ptr = np.zeros(size + 1, np.int64)
    for part, numbers in parts:
        ptr[numbers + 1] += part.frequency(len(numbers))
    np.cumsum(ptr, out=ptr)
    doc, code = np.empty(ptr[-1], np.int32), np.empty(ptr[-1], np.uint16)
    free, row = ptr[:-1].copy(), 0
    for part, numbers in parts:
        kernels.append(part.packed, numbers, row, BLOCK, free, doc, code)
        row += len(part.length)
    return Part.of((ptr, doc, code), np.concatenate([part.length for part, _ in parts]))


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

    def part(self, size: int, cosine: bool = False) -> Part:
        tokens = np.frombuffer(self._tokens, np.int32) if self._tokens else np.empty(0, np.int32)
        weights = np.frombuffer(self._weights, np.uint8)
        ptr = np.frombuffer(self._ptr, np.int64)
        terms, counts, starts = kernels.count_terms(tokens, weights, ptr, size, MOST)
        length = _sums(weights, ptr).astype(np.float32)
        code = _shares(counts, starts) if cosine else _counted(counts, starts, length)
        return Part.of(kernels.invert(terms, code, starts, size), length)


def _counted(counts: NDArray[np.uint8], ptr: NDArray[np.int64], length: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Each count with the number of the one of ``LENGTHS`` nearest to that of its document."""
    near = np.searchsorted(BETWEEN, length).astype(np.uint16)
    return np.asarray(counts.astype(np.uint16) << 8 | np.repeat(near, np.diff(ptr)), np.uint16)


def _shares(counts: NDArray[np.uint8], ptr: NDArray[np.int64]) -> NDArray[np.uint16]:
    """What each count is in the unit vector of its document, in ``WHOLE``."""
    values = VALUES[counts]
    norm = np.sqrt(_sums(values**2, ptr))
    shares: NDArray[np.uint16] = np.rint(WHOLE * values / np.repeat(norm, np.diff(ptr))).astype(np.uint16)
    return shares


def _sums(values: NDArray[Any], ptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sum of each ``values[ptr[i]:ptr[i + 1]]``, whatever stands before it."""
    return np.asarray(kernels.sums(values, ptr), np.float64)
