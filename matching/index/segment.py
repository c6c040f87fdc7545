"""Documents as counted terms: what an index is made of, and how it is made from bags and from other segments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.index import kernels
from matching.index.located import Places
from matching.index.names import Names
from matching.regions import Codes

SCALE: Final = 8
"""Counts are stored in eighths, in one byte: weights are multiples of 1/8, and 31.875 of a word is enough."""

WHOLE: Final = (1 << 16) - 1
"""The cosine of a document with itself, as it is stored."""

BLOCK: Final = 1 << 16
"""Rows of a block: 16 bits say which of them a posting is of."""

LENGTHS: Final = np.rint([*range(32), *np.geomspace(32, 800_000, 224)]).astype(np.float32)
"""The 256 lengths that are told apart, in eighths of a word: each up to four words, then in steps of 4.6 %."""

BETWEEN: Final = (LENGTHS[1:] + LENGTHS[:-1]) / 2
"""Up to where each of them is the nearest."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of terms of all documents.

    The postings of term ``t`` are the runs ``run[t]:run[t + 1]``, one for each block of rows it occurs in. Run ``r`` is
    ``posting[start[r]:start[r + 1]]``, of rows of block ``block[r]``, rising. A posting is one number, so that a search
    reads nothing else of a document: 16 bits are its row within the block; the others, in the head, the share of the
    term in the length of the vector of the logarithms of its counts, elsewhere 8 bits of its count and 8 bits of the
    document's length (``LENGTHS``). ``length`` is that length unrounded. In a shard ``run`` and ``start`` have 32 bits.
    """

    run: NDArray[np.signedinteger[Any]]
    block: NDArray[np.uint16]
    start: NDArray[np.signedinteger[Any]]
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


class Shard(NamedTuple):
    """Some documents in order of id, with the terms and places the segment's numbers stand for."""

    segment: Segment
    terms: list[str]
    places: list[Codes]


def join_shards(shards: Iterable[Shard], vocabulary: Vocabulary, places: Places) -> Segment:
    """One segment of ``shards``, whose ids rise from each to the next; new terms and places are appended to
    ``vocabulary`` and ``places``."""
    ids: list[str] = []
    where = [np.empty(0, np.int32)]
    parts: dict[str, list[tuple[Part, NDArray[np.int32]]]] = {name: [] for name in Segment.PARTS}
    for segment, terms, codes in shards:
        numbers = np.fromiter(map(vocabulary.__getitem__, terms), np.int32, len(terms))
        place = np.fromiter(map(places.number, codes), np.int32, len(codes))
        ids += segment.ids
        where.append(place[segment.place])
        for name, joined in parts.items():
            joined.append((getattr(segment, name), numbers))
    body, head, gloss = (_joined(parts[name], len(vocabulary)) for name in Segment.PARTS)
    return Segment(ids, body, head, gloss, np.concatenate(where))


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


def _joined(parts: list[tuple[Part, NDArray[np.int32]]], size: int) -> Part:
    """Parts, each with the new numbers of its terms, one after the other as one over ``size`` terms; empties ``parts``.

    Each goes as soon as it is joined: together they take more memory than the whole.
    """
    ptr = np.zeros(size + 1, np.int64)
    for part, numbers in parts:
        ptr[numbers + 1] += part.frequency(len(numbers))
    np.cumsum(ptr, out=ptr)
    doc, code = np.empty(ptr[-1], np.int32), np.empty(ptr[-1], np.uint16)
    free, lengths, row = ptr[:-1].copy(), [np.empty(0, np.float32)], 0
    parts.reverse()
    while parts:
        part, numbers = parts.pop()
        kernels.append(part.packed, numbers, row, BLOCK, free, doc, code)
        lengths.append(part.length)
        row += len(part.length)
    return Part.of((ptr, doc, code), np.concatenate(lengths))
