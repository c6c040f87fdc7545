"""A sparse index over weighted term counts that can change without ever being rebuilt.

An ``Index`` is an immutable snapshot: a large main segment, a small side segment with what was added since,
and a mask of what was withdrawn. Every edit returns a new snapshot that shares the arrays of the old one, so
readers never wait and never see half an edit. Only raw counts are stored; document frequencies, the mean
length and everything derived from them are those of the documents now alive, so an edited index answers
exactly, to the last bit, as one built from scratch from the same documents.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.index import scoring
from matching.index.located import Places
from matching.index.segment import (
    BETWEEN,
    BLOCK,
    LENGTHS,
    SCALE,
    Segment,
    Shard,
    Vocabulary,
    join_shards,
    merge_segments,
)
from matching.index.weighing import Weighted

K1: Final = 1.2
B: Final = 0.75

Hit = tuple[str, float]


def _normalised(mean: float) -> NDArray[np.float32]:
    """BM25's normalisation of each of ``LENGTHS`` where ``mean`` is that of all documents."""
    return (K1 * SCALE * (1 - B + B * (LENGTHS / (mean or 1.0)))).astype(np.float32)


def _span(length: NDArray[np.float32], norm: NDArray[np.float32]) -> float:
    """The most of length / norm that a document may have."""
    most = np.minimum(np.append(BETWEEN, np.inf), length.max(initial=0))
    return float((most / norm).max())


_scratch = threading.local()


def _room() -> tuple[NDArray[Any], ...]:
    """The room of this thread to score a block in."""
    if not hasattr(_scratch, "room"):
        _scratch.room = scoring.room(BLOCK)
    room: tuple[NDArray[Any], ...] = _scratch.room
    return room


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
        nothing = join_shards((), Vocabulary(), self.places)
        return merge_segments(self.segments[0], self.alive[0], nothing, np.ones(0, bool), len(self.vocabulary))

    def find(self, doc_id: str) -> tuple[int, int] | None:
        """Segment number and row of a living document."""
        for number, segment in enumerate(self.segments):
            row = segment.rows.get(doc_id)
            if row is not None and self.alive[number][row]:
                return number, row
        return None

    def without(self, shard: Shard) -> Index:
        """The index less the documents of ``shard``, which it holds as they are there."""
        gone = join_shards([shard], self.vocabulary, self.places)
        alive = [mask.copy() for mask in self.alive]
        for number, row in filter(None, map(self.find, gone.ids)):
            alive[number][row] = False
        return replace(self, alive=tuple(alive))._counted(gone, -1)

    def plus(self, shard: Shard) -> Index:
        """The index with the documents of ``shard``, of which it holds none."""
        new = join_shards([shard], self.vocabulary, self.places)
        side = self._with_side(new, np.ones(len(new.ids), bool)) if len(self.segments) > 1 else new
        more = replace(self, segments=(self.segments[0], side), alive=(self.alive[0], np.ones(len(side.ids), bool)))
        return more._counted(new, 1)

    def _counted(self, some: Segment, change: int) -> Index:
        """The same with ``some`` documents more in all that is counted, or with a change of -1 fewer."""
        body, gloss = (change * float(part.length.sum(dtype=float)) for part in (some.body, some.gloss))
        frequency, gloss_frequency = (change * part.frequency(len(self.vocabulary)) for part in (some.body, some.gloss))
        frequency[: len(self.frequency)] += self.frequency
        gloss_frequency[: len(self.gloss_frequency)] += self.gloss_frequency
        return replace(
            self,
            frequency=frequency,
            gloss_frequency=gloss_frequency,
            size=self.size + change * len(some.ids),
            lengths=(self.lengths[0] + body, self.lengths[1] + gloss),
        )

    def term_ids(self, terms: Collection[str]) -> NDArray[np.int32]:
        """The numbers of ``terms``, -1 for those no document ever had."""
        numbers = np.fromiter(map(self.vocabulary.get, terms, repeat(-1)), np.int32, len(terms))
        # The vocabulary may have grown since this snapshot was taken.
        numbers[numbers >= len(self.frequency)] = -1
        return numbers

    def frequency_of(self, term: str) -> int:
        """In how many documents ``term`` occurs."""
        [number] = self.term_ids([term])
        return int(self.frequency[number]) if number >= 0 else 0

    @cached_property
    def _norms(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """BM25's length normalisation of the bodies and of the glosses."""
        body, gloss = (_normalised(length / (self.size or 1)) for length in self.lengths)
        return body, gloss

    @cached_property
    def _spans(self) -> tuple[NDArray[np.float64], ...]:
        """The most of length / norm that any body, head (not used) and gloss of each segment has."""
        norm, gloss_norm = self._norms
        return tuple(
            np.array([_span(s.body.length, norm), 1, _span(s.gloss.length, gloss_norm)]) for s in self.segments
        )

    def tops(self, queries: Weighted, k: int, among: Iterable[str] | None = None) -> list[list[Hit]]:
        """The best ``k`` living documents of each query, highest score first and equal scores by id.

        ``among`` restricts them to some ids. Some hundreds of queries at a time are quicker than one by one.
        """
        if k < 1 or not queries.places:
            return [[] for _ in queries.places]
        allowed = self.alive if among is None else self._masks(among)
        places = {wanted: n for n, wanted in enumerate(dict.fromkeys(queries.places))}
        factors = np.array([self.places.factors(wanted) for wanted in places])
        which = np.fromiter(map(places.__getitem__, queries.places), np.int64, len(queries.places))
        found: list[list[Hit]] = [[] for _ in queries.places]
        norm, gloss_norm = self._norms
        for number, segment in enumerate(self.segments):
            best = scoring.best(
                segment.body.packed,
                segment.head.packed,
                segment.gloss.packed,
                norm,
                gloss_norm,
                self._spans[number],
                allowed[number],
                segment.place,
                queries.sizes,
                queries.terms,
                queries.weights,
                queries.slower,
                queries.unit,
                factors,
                which,
                min(k, len(segment.ids)),
                *_room(),
            )
            for hits, rows, values, n in zip(found, *best, strict=True):
                hits += zip(map(segment.ids.__getitem__, rows[:n].tolist()), values[:n].tolist(), strict=True)
        return [sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k] for hits in found]

    def _masks(self, ids: Iterable[str]) -> list[NDArray[np.bool_]]:
        masks = [np.zeros(len(segment.ids), bool) for segment in self.segments]
        for place in map(self.find, ids):
            if place is not None:
                masks[place[0]][place[1]] = True
        return masks
