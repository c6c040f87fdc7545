"""A sparse index over weighted term counts that can change without ever being rebuilt.

An ``Index`` is an immutable snapshot: a large main segment, a small side segment with what was added since,
and a mask of what was withdrawn. Every edit returns a new snapshot that shares the arrays of the old one, so
readers never wait and never see half an edit. Only raw counts are stored; document frequencies, the mean
length and everything derived from them are those of the documents now alive, so an edited index answers
exactly, to the last bit, as one built from scratch from the same documents.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching import kernels
from matching.located import Places
from matching.query import Weighted
from matching.regions import Codes

K1: Final = 1.2
B: Final = 0.75

SCALE: Final = 8
"""Counts are stored in eighths, in one byte: weights are multiples of 1/8, and 31.875 of a word is enough."""

MOST: Final = 255
_VALUES: Final = np.log1p(np.arange(MOST + 1) / SCALE).astype(np.float32)
_NTH: Final = bytes(round(SCALE / n**0.5) for n in range(1, 33))
"""What the first, second, … English term of a Chinese word counts for."""


def _nth(english: tuple[str, ...]) -> bytes:
    return _NTH[: len(english)]


Hit = tuple[str, float]
Weights = tuple[NDArray[np.int32], NDArray[np.float32]]


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

    def known(self, wanted: Weights) -> Weights:
        """Those terms of ``wanted`` that existed when the part was made."""
        here = wanted[0] < len(self.ptr) - 1
        return wanted[0][here], wanted[1][here]


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

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
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
        norm = np.sqrt(_sums(_VALUES[counts].astype(np.float64) ** 2, starts))
        inverse = np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0).astype(np.float32)
        ptr, doc, count = kernels.invert(terms, counts, starts, size)
        return Part(ptr, doc, count, length, inverse)


def _sums(values: NDArray[Any], ptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sum of each ``values[ptr[i]:ptr[i + 1]]``, whatever stands before it."""
    return np.asarray(kernels.sums(values, ptr), np.float64)


def _normalised(length: NDArray[np.float32], mean: float) -> NDArray[np.float32]:
    return (K1 * SCALE * (1 - B + B * (length / (mean or 1.0)))).astype(np.float32)


def _ordered(segment: Segment, query: Weighted) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.float32]]:
    """The terms of ``query`` that ``segment`` knows as (part, term, weight in units), what tells rows apart first."""
    wanted = [
        part.known(weights) for part, weights in zip(segment.parts, (query.body, query.head, query.gloss), strict=True)
    ]
    part = np.repeat(np.arange(3, dtype=np.uint8), [len(terms) for terms, _ in wanted])
    terms = np.concatenate([terms for terms, _ in wanted])
    weights = np.concatenate([weights for _, weights in wanted]) * np.float32(kernels.UNIT)
    often = np.concatenate([p.ptr[t + 1] - p.ptr[t] for p, (t, _) in zip(segment.parts, wanted, strict=True)])
    order = np.argsort(-weights / np.sqrt(often + 1.0), kind="stable")
    return part[order], terms[order], weights[order]


_scratch = threading.local()


def _room(size: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Zeroed scores and two lists of rows of this thread; whoever adds scores sets them back to zero."""
    if getattr(_scratch, "size", -1) < size:
        _scratch.size = size
        _scratch.arrays = np.zeros(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    arrays: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]] = _scratch.arrays
    return arrays


@dataclass(frozen=True)
class Index:
    """One consistent state of the index; see the module's text."""

    vocabulary: Vocabulary
    places: Places
    segments: tuple[Segment, ...]
    alive: tuple[NDArray[np.bool_], ...]
    frequency: NDArray[np.int32]
    gloss_frequency: NDArray[np.int32]
    size: int
    lengths: tuple[float, float]

    @classmethod
    def of(cls, segment: Segment, vocabulary: Vocabulary, places: Places, lengths: tuple[float, float]) -> Index:
        """An index of one segment, everything in it alive."""
        return cls(
            vocabulary=vocabulary,
            places=places,
            segments=(segment,),
            alive=(np.ones(len(segment.ids), bool),),
            frequency=segment.body.frequency(len(vocabulary)),
            gloss_frequency=segment.gloss.frequency(len(vocabulary)),
            size=len(segment.ids),
            lengths=lengths,
        )

    @property
    def compact(self) -> bool:
        """Whether everything is in one segment and alive."""
        return len(self.segments) == 1 and bool(self.alive[0].all())

    @property
    def side(self) -> int:
        """Rows beside the main segment, living or not."""
        return sum(len(segment.ids) for segment in self.segments[1:])

    def merged(self) -> Index:
        """The same with everything in one segment, all of it alive."""
        segment = self._with_side(self.segments[0], self.alive[0]) if len(self.segments) > 1 else self._alone()
        return replace(self, segments=(segment,), alive=(np.ones(len(segment.ids), bool),))

    def _with_side(self, segment: Segment, alive: NDArray[np.bool_]) -> Segment:
        return merge_segments(segment, alive, self.segments[1], self.alive[1], len(self.vocabulary))

    def _alone(self) -> Segment:
        nothing = build_segment((), Vocabulary(), self.places)
        return merge_segments(self.segments[0], self.alive[0], nothing, np.ones(0, bool), len(self.vocabulary))

    def find(self, doc_id: str) -> tuple[int, int] | None:
        """Segment number and row of a living document."""
        for number, segment in enumerate(self.segments):
            row = segment.rows.get(doc_id)
            if row is not None and self.alive[number][row]:
                return number, row
        return None

    def without(self, bags: Mapping[str, Bag]) -> Index:
        """The index less the documents ``bags`` (as they were added); those it does not hold are passed over."""
        gone = {doc_id: place for doc_id in bags if (place := self.find(doc_id)) is not None}
        alive = [mask.copy() for mask in self.alive]
        for number, row in gone.values():
            alive[number][row] = False
        rest = replace(
            self,
            alive=tuple(alive),
            size=self.size - len(gone),
            lengths=self._lengths(gone.values(), -1),
        )
        return rest._counted([bags[doc_id] for doc_id in gone], -1)

    def plus(self, bags: Mapping[str, Bag]) -> Index:
        """The index with documents it does not hold added."""
        added = build_segment(sorted(bags.items()), self.vocabulary, self.places)
        if len(self.segments) > 1:
            added = self._with_side(added, np.ones(len(added.ids), bool))
        more = replace(
            self,
            segments=(self.segments[0], added),
            alive=(self.alive[0], np.ones(len(added.ids), bool)),
            size=self.size + len(bags),
        )
        more = replace(more, lengths=more._lengths([(1, added.rows[doc_id]) for doc_id in bags], 1))
        return more._counted(list(bags.values()), 1)

    def _lengths(self, where: Iterable[tuple[int, int]], change: int) -> tuple[float, float]:
        body, gloss = self.lengths
        for number, row in where:
            body += change * float(self.segments[number].body.length[row])
            gloss += change * float(self.segments[number].gloss.length[row])
        return body, gloss

    def _counted(self, bags: Sequence[Bag], change: int) -> Index:
        body = [{term for _, _, terms in bag.fields for term in terms} for bag in bags]
        gloss = [{term for english in bag.english for term in english} for bag in bags]
        return replace(
            self,
            frequency=self._changed(self.frequency, body, change),
            gloss_frequency=self._changed(self.gloss_frequency, gloss, change),
        )

    def _changed(self, old: NDArray[np.int32], seen: Iterable[set[str]], change: int) -> NDArray[np.int32]:
        new = np.zeros(len(self.vocabulary), np.int32)
        new[: len(old)] = old
        np.add.at(new, [self.vocabulary[term] for terms in seen for term in terms], change)
        return new

    def term_id(self, term: str) -> int | None:
        """The number of ``term``, None when no document ever had it."""
        number = self.vocabulary.get(term)
        # The vocabulary may have grown since this snapshot was taken.
        return number if number is not None and number < len(self.frequency) else None

    def rarity(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Inverse document frequency of each term (Robertson's, never negative); -1 is an unknown term."""
        return self._rarity(self.frequency, ids)

    def gloss_rarity(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """The same among the glosses."""
        return self._rarity(self.gloss_frequency, ids)

    def _rarity(self, frequency: NDArray[np.int32], ids: NDArray[np.int32]) -> NDArray[np.float64]:
        if not len(frequency):
            return np.full(len(ids), np.log1p(2 * self.size + 1.0))
        seen = np.where(ids >= 0, frequency[ids], 0)
        rare: NDArray[np.float64] = np.log1p((self.size - seen + 0.5) / (seen + 0.5))
        return rare

    @cached_property
    def _norms(self) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]:
        """BM25's length normalisation of every body and every gloss."""
        return tuple(
            (
                _normalised(s.body.length, self.lengths[0] / (self.size or 1)),
                _normalised(s.gloss.length, self.lengths[1] / (self.size or 1)),
            )
            for s in self.segments
        )

    def top(self, query: Weighted, k: int, among: Iterable[str] | None = None) -> list[Hit]:
        """The best ``k`` living documents, highest score first and equal scores by id.

        ``among`` restricts them to some ids.
        """
        factor = self.places.factors(query.places)
        allowed = self.alive if among is None else self._masks(among)
        found: list[Hit] = []
        for number, segment in enumerate(self.segments):
            body, head, gloss = segment.body, segment.head, segment.gloss
            norm, gloss_norm = self._norms[number]
            rows, values = kernels.top(
                (body.ptr, body.doc, body.count, norm),
                (head.ptr, head.doc, head.count, head.inverse),
                (gloss.ptr, gloss.doc, gloss.count, gloss_norm),
                _VALUES,
                np.array([query.slower, 1, 1], np.float32),
                *_ordered(segment, query),
                allowed[number],
                segment.place,
                factor,
                min(k, len(segment.ids)),
                *_room(len(segment.ids)),
            )
            found += [(segment.ids[row], float(value)) for row, value in zip(rows, values, strict=True)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def _masks(self, ids: Iterable[str]) -> list[NDArray[np.bool_]]:
        masks = [np.zeros(len(segment.ids), bool) for segment in self.segments]
        for place in map(self.find, ids):
            if place is not None:
                masks[place[0]][place[1]] = True
        return masks
