"""A sparse index over weighted term counts that can change without ever being rebuilt.

An ``Index`` is an immutable snapshot: a large main segment, a small side segment with what was added since,
and a mask of what was withdrawn. Every edit returns a new snapshot that shares the arrays of the old one, so
readers never wait and never see half an edit. Only raw counts are stored; document frequencies, the mean
length and everything derived from them are those of the documents now alive, so an edited index answers
exactly, to the last bit, as one built from scratch from the same documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array

K1: Final = 1.2
B: Final = 0.75

Counts = Mapping[str, float]
"""The weighted term counts of one document, terms in order of first appearance. Weights are multiples of 1/4,
so that sums of them are exact in binary floating point whatever their order."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents in order of id, their counts by document (forward) and by term (postings)."""

    ids: list[str]
    rows: dict[str, int]
    indptr: NDArray[np.int64]
    terms: NDArray[np.int32]
    counts: NDArray[np.float32]
    post_ptr: NDArray[np.int64]
    post_doc: NDArray[np.int32]
    post_count: NDArray[np.float32]
    length: NDArray[np.float32]

    def terms_of(self, row: int) -> NDArray[np.int32]:
        return self.terms[self.indptr[row] : self.indptr[row + 1]]


def build_segment(documents: Mapping[str, Counts], vocabulary: dict[str, int]) -> Segment:
    """The segment of ``documents``; new terms are appended to ``vocabulary``."""
    ids = sorted(documents)
    sizes = np.fromiter((len(documents[i]) for i in ids), np.int64, len(ids))
    indptr = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    total = int(indptr[-1])
    add = vocabulary.setdefault
    terms = np.fromiter((add(t, len(vocabulary)) for i in ids for t in documents[i]), np.int32, total)
    counts = np.fromiter((c for i in ids for c in documents[i].values()), np.float32, total)
    doc = np.repeat(np.arange(len(ids), dtype=np.int32), sizes)
    by_term = coo_array((counts, (doc, terms)), shape=(len(ids), len(vocabulary))).tocsc()
    by_term.sort_indices()
    length = np.bincount(doc, weights=counts, minlength=len(ids)).astype(np.float32)
    return Segment(
        ids=ids,
        rows={i: row for row, i in enumerate(ids)},
        indptr=indptr,
        terms=terms,
        counts=counts,
        post_ptr=by_term.indptr.astype(np.int64),
        post_doc=by_term.indices.astype(np.int32),
        post_count=by_term.data,
        length=length,
    )


@njit(nogil=True, cache=True)
def _accumulate(  # pragma: no cover - compiled
    ptr: Any, doc: Any, count: Any, norm: Any, terms: Any, weights: Any, score: Any, touched: Any
) -> int:
    """Add BM25 of every posting of ``terms`` to ``score``; lists the documents touched, returns how many."""
    n = 0
    for j in range(len(terms)):
        weight = weights[j]
        for p in range(ptr[terms[j]], ptr[terms[j] + 1]):
            d = doc[p]
            if score[d] == 0.0:
                touched[n] = d
                n += 1
            score[d] += weight * count[p] / (count[p] + norm[d])
    return n


@dataclass(frozen=True, slots=True)
class Index:
    """One consistent state of the index; see the module's text."""

    vocabulary: dict[str, int]
    segments: tuple[Segment, ...]
    alive: tuple[NDArray[np.bool_], ...]
    frequency: NDArray[np.int32]
    size: int
    total_length: float

    @classmethod
    def build(cls, documents: Mapping[str, Counts]) -> Index:
        """An index of ``documents`` (id to counts) in one segment."""
        vocabulary: dict[str, int] = {}
        segment = build_segment(documents, vocabulary)
        frequency = np.bincount(segment.terms, minlength=len(vocabulary)).astype(np.int32)
        alive = np.ones(len(segment.ids), bool)
        total = float(segment.length.sum(dtype=np.float64))
        return cls(vocabulary, (segment,), (alive,), frequency, len(segment.ids), total)

    def find(self, doc_id: str) -> tuple[int, int] | None:
        """Segment number and row of a living document."""
        for number, segment in enumerate(self.segments):
            row = segment.rows.get(doc_id)
            if row is not None and self.alive[number][row]:
                return number, row
        return None

    def without(self, ids: Iterable[str]) -> Index:
        """The index less those of ``ids`` it holds."""
        gone = [place for place in map(self.find, dict.fromkeys(ids)) if place is not None]
        if not gone:
            return self
        alive = [mask.copy() for mask in self.alive]
        frequency, total = self.frequency.copy(), self.total_length
        for number, row in gone:
            segment = self.segments[number]
            alive[number][row] = False
            frequency[segment.terms_of(row)] -= 1
            total -= float(segment.length[row])
        size = self.size - len(gone)
        return replace(self, alive=tuple(alive), frequency=frequency, size=size, total_length=total)

    def plus(self, documents: Mapping[str, Counts]) -> Index:
        """The index with ``documents`` added, replacing those with the same id."""
        rest = self.without(documents)
        side = dict(documents)
        names = list(self.vocabulary)
        for segment, mask in zip(rest.segments[1:], rest.alive[1:], strict=True):
            side |= {segment.ids[row]: _counts(segment, row, names) for row in np.flatnonzero(mask).tolist()}
        added = build_segment(side, self.vocabulary)
        frequency = np.zeros(len(self.vocabulary), np.int32)
        frequency[: len(rest.frequency)] = rest.frequency
        for doc_id in documents:
            frequency[added.terms_of(added.rows[doc_id])] += 1
        total = rest.total_length + sum(float(added.length[added.rows[i]]) for i in documents)
        return Index(
            self.vocabulary,
            (rest.segments[0], added),
            (rest.alive[0], np.ones(len(added.ids), bool)),
            frequency,
            rest.size + len(documents),
            total,
        )

    def merged(self) -> Index:
        """The same documents in one segment, without the vocabulary of documents long gone."""
        names = list(self.vocabulary)
        documents: dict[str, Counts] = {}
        for segment, mask in zip(self.segments, self.alive, strict=True):
            documents |= {
                segment.ids[row]: _counts(segment, row, names) for row in np.flatnonzero(mask).tolist()
            }
        return Index.build(documents)

    def scores(self, query: Counts) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
        """For each segment the living documents that share a term with ``query``, and their scores."""
        # The vocabulary may have grown since this snapshot was taken.
        newest = len(self.frequency)
        known = [(n, w) for t, w in query.items() if (n := self.vocabulary.get(t, newest)) < newest]
        terms = np.fromiter((n for n, _ in known), np.int32, len(known))
        frequency = self.frequency[terms]
        rarity = np.log1p((self.size - frequency + 0.5) / (frequency + 0.5))
        weights = (np.log1p([w for _, w in known]) * rarity).astype(np.float32)
        terms, weights = terms[frequency > 0], weights[frequency > 0]
        return [self._score(number, terms, weights) for number in range(len(self.segments))]

    def _score(
        self, number: int, terms: NDArray[np.int32], weights: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        segment = self.segments[number]
        here = terms < len(segment.post_ptr) - 1
        mean = np.float32(self.total_length / self.size if self.total_length else 1.0)
        norm = np.float32(K1) * (np.float32(1 - B) + np.float32(B) * segment.length / mean)
        score = np.zeros(len(segment.ids), np.float32)
        touched = np.empty(len(segment.ids), np.int32)
        postings = (segment.post_ptr, segment.post_doc, segment.post_count)
        n = _accumulate(*postings, norm, terms[here], weights[here], score, touched)
        rows = touched[:n][self.alive[number][touched[:n]]]
        return rows, score[rows]

    def top(
        self, query: Counts, k: int, places: Sequence[NDArray[np.bool_]] | None = None
    ) -> list[tuple[str, float]]:
        """The best ``k`` living documents, (id, score), highest score first and equal scores by id.

        ``places`` holds one mask per segment of the documents to choose from.
        """
        found: list[tuple[str, float]] = []
        for number, (rows, score) in enumerate(self.scores(query)):
            if places is not None:
                chosen = places[number][rows]
                rows, score = rows[chosen], score[chosen]
            if len(rows) > k > 0:
                edge = np.partition(score, len(score) - k)[len(score) - k]
                rows, score = rows[score >= edge], score[score >= edge]
            order = np.lexsort((rows, -score))[:k]
            ids = self.segments[number].ids
            found += [(ids[rows[i]], float(score[i])) for i in order]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def places(self, ids: Iterable[str]) -> list[NDArray[np.bool_]]:
        """One mask per segment of the living documents among ``ids``."""
        masks = [np.zeros(len(segment.ids), bool) for segment in self.segments]
        for place in map(self.find, ids):
            if place is not None:
                masks[place[0]][place[1]] = True
        return masks


def _counts(segment: Segment, row: int, names: Sequence[str]) -> dict[str, float]:
    part = slice(segment.indptr[row], segment.indptr[row + 1])
    return dict(zip((names[t] for t in segment.terms[part]), segment.counts[part].tolist(), strict=True))
