"""The same index in shards on a Dask cluster, for markets that outgrow one machine.

Document counts and frequencies of all shards are summed first, every shard scores with the sums, and scores are
whole numbers until the last step, so the answers are those of the unsharded index to the last bit. Every step
is a task of its inputs alone: what a lost worker held is computed again by the others.

Needs the extra ``cluster`` (``dask`` and ``distributed``), in the workers' environment, too.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import repeat
from typing import Any, ClassVar, Final, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching.index.building import SHARD, cut, join
from matching.index.lexical import Hit, Index
from matching.index.located import Places
from matching.index.query import read
from matching.index.segment import Shard, Vocabulary
from matching.index.weighing import Weighted, weigh
from matching.matcher import WEIGHTS, Matcher, State, by_id
from matching.text import Analyser
from matching.types import Demand, Document, Match

BATCH: Final = 250
"""Demands asked in one task."""

PATIENCE: Final = "10s"
"""How long to wait for the scheduler."""


class ClusterError(Exception):
    """The cluster cannot be used; the message says what to do."""


@contextmanager
def connected(address: str, *, weights: Mapping[str, float] = WEIGHTS) -> Iterator[ClusterMatcher]:
    """A matcher on the cluster whose scheduler listens at ``address`` (``tcp://host:8786``).

    :raises ClusterError: Dask is not installed, or nobody answers there.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError as error:
        raise ClusterError("Matching on a cluster needs more packages: pip install duijie[cluster]") from error
    try:
        get_address_host_port(address)  # a client that fails leaves a thread behind
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ClusterError(f"No Dask scheduler answers at {address}; start one with: dask scheduler") from error
    with client:
        yield ClusterMatcher(client, weights=weights)


class ClusterMatcher(Matcher):
    """A ``Matcher`` whose index lives on the workers of ``client``; it is fitted whole and not edited.

    :param shard: products in one shard
    """

    at_once: ClassVar = 40 * BATCH

    def __init__(self, client: Any, *, weights: Mapping[str, float] = WEIGHTS, shard: int = SHARD) -> None:
        super().__init__(weights=weights)
        self._client = client
        self._size = shard
        self._total: Any = None
        self._shards: list[Any] = []

    def fit(self, products: Sequence[Document]) -> Self:
        """Replace everything by ``products``; returns when the statistics of all shards are summed.

        :raises ValueError: two of them have the same id; the message names it.
        """
        documents = by_id(products)
        ordered = sorted(documents.values(), key=lambda product: product.id)
        portions = [ordered[at : at + self._size] for at in range(0, len(ordered), self._size)] or [[]]
        cut_ones = [self._submit(_cut, msgspec.msgpack.encode(p), dict(self.weights)) for p in portions]
        self._total = self._submit(_summed, [self._submit(_counts, one) for one in cut_ones])
        self._shards = [self._submit(_opened, one, self._total) for one in cut_ones]
        self._total.result()
        self._state = State(self._state.index, documents)
        return self

    def add(self, products: Iterable[Document]) -> None:
        raise TypeError("an index on a cluster is fitted whole")

    def remove(self, ids: Iterable[str]) -> None:
        raise TypeError("an index on a cluster is fitted whole")

    def frequency(self, term: str) -> int:
        """How many of the documents held have this term of ``matching.text``."""
        found: int = self._submit(Index.frequency_of, self._total, term).result()
        return found

    def __len__(self) -> int:
        return len(self._state.documents)

    def each(
        self, demands: Sequence[Demand], k: int = 10, *, reasons: bool = False, today: date | None = None
    ) -> Iterator[list[Match]]:
        """``match``, handed over one by one as found."""
        return self.here(demands, k, reasons=reasons, today=today)

    def _tops(
        self, state: State, texts: Iterable[str], k: int, among: Collection[str] | None = None
    ) -> list[list[Hit]]:
        texts, among = list(texts), None if among is None else sorted(among)
        batches = []
        for at in range(0, len(texts), BATCH):
            asked = self._submit(_asked, self._total, texts[at : at + BATCH])
            found = [self._submit(_best, shard, asked, k, among) for shard in self._shards]
            batches.append(self._submit(_merged, found, k))
        return [hits for batch in self._client.gather(batches) for hits in batch]

    def _submit(self, work: Any, *inputs: Any) -> Any:
        return self._client.submit(work, *inputs, pure=False)


class _Counts(NamedTuple):
    """What a shard adds to the statistics: its terms, in how many bodies and glosses each is, documents, lengths."""

    terms: list[str]
    body: NDArray[np.int32]
    gloss: NDArray[np.int32]
    size: int
    lengths: tuple[float, float]


class _Asked(NamedTuple):
    """Weighted queries and the names of their terms."""

    queries: Weighted
    terms: list[str]


def _cut(portion: bytes, weights: Mapping[str, float]) -> Shard:
    return cut(msgspec.msgpack.decode(portion, type=list[Document]), weights, Analyser())


def _counts(shard: Shard) -> _Counts:
    index = join([shard])
    return _Counts(list(index.vocabulary), index.frequency, index.gloss_frequency, index.size, index.lengths)


def _summed(counts: Sequence[_Counts]) -> Index:
    """The statistics of the whole: an index without documents."""
    vocabulary = Vocabulary()
    numbers = [np.fromiter(map(vocabulary.__getitem__, c.terms), np.int64, len(c.terms)) for c in counts]
    body, gloss = np.zeros(len(vocabulary), np.int32), np.zeros(len(vocabulary), np.int32)
    for number, one in zip(numbers, counts, strict=True):
        body[number] += one.body
        gloss[number] += one.gloss
    lengths = (sum(c.lengths[0] for c in counts), sum(c.lengths[1] for c in counts))
    return Index(vocabulary, Places(), (), (), body, gloss, sum(c.size for c in counts), lengths)


def _opened(shard: Shard, total: Index) -> Index:
    """The index of a shard that counts with the statistics of the whole."""
    return replace(join([shard]), size=total.size, lengths=total.lengths)


def _asked(total: Index, texts: Sequence[str]) -> _Asked:
    names, analyser = list(total.vocabulary), Analyser()
    queries = weigh(read(texts, analyser), total)
    return _Asked(queries, [names[number] for number in queries.terms.tolist()])


def _best(index: Index, asked: _Asked, k: int, among: list[str] | None) -> list[list[Hit]]:
    # No posting has the number of a term the shard does not know.
    numbers = map(index.vocabulary.get, asked.terms, repeat(len(index.vocabulary)))
    return index.tops(replace(asked.queries, terms=np.fromiter(numbers, np.int32, len(asked.terms))), k, among)


def _merged(found: Sequence[list[list[Hit]]], k: int) -> list[list[Hit]]:
    """The best of what the shards found, of each query."""
    return [
        heapq.nsmallest(k, (hit for hits in of_one for hit in hits), key=lambda hit: (-hit[1], hit[0]))
        for of_one in zip(*found, strict=True)
    ]
