"""The estimator: products in, ranked matches out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from multiprocessing import current_process
from typing import ClassVar, Final, Self

import msgspec

from matching import regions
from matching.index.building import build, cut
from matching.index.lexical import Hit, Index
from matching.index.query import read
from matching.index.segment import Shard
from matching.index.weighing import weigh
from matching.processes import forked
from matching.text import Analyser
from matching.types import Demand, Document, Match

WEIGHTS: Final[Mapping[str, float]] = {
    "title": 2.0,
    "description": 1.0,
    "detail": 0.125,
    "tags": 1.5,
    "fields": 1.0,
    "publisher": 0.5,
    "themes": 0.5,
    "region": 0.5,
    "granularity": 0.25,
    "update_frequency": 0.25,
    "formats": 0.25,
    "delivery": 0.25,
}
"""What a word counts for in each attribute of a document; multiples of 1/8 (see ``segment.SCALE``)."""

MANY: Final = 2_000
"""Demands from which on they are matched by several processes."""

PORTION: Final = 250
"""Demands one process answers at a time."""

MANY_EXPLAINED, PORTION_EXPLAINED = 200, 10
"""The same when their matches are explained, which takes more than ten times as long."""

MERGE_AT: Final = 2048
"""Documents in the side segment at which it is merged into the main one."""


def as_demand(document: Document) -> Demand:
    """``document`` as a query, to find the demands (indexed as documents) that a product could serve."""
    texts = (document.description, *document.tags, *document.fields, document.region)
    return Demand(id=document.id, title=document.title, text="\n".join(filter(None, texts)))


def as_document(demand: Demand) -> Document:
    """``demand`` as something to be found, the mirror of ``as_demand``."""
    named = dict.fromkeys(place.phrase for place in regions.find(query_text(demand)))
    return Document(id=demand.id, title=demand.title, description=demand.text, region="、".join(named))


def query_text(demand: Demand) -> str:
    """Title and text of a demand as one query; a title that only repeats the text counts once."""
    if demand.title in demand.text:
        return demand.text
    return f"{demand.title}\n{demand.text}"


@dataclass(frozen=True, slots=True)
class State:
    """What readers see: an index and the documents in it, always of the same moment."""

    index: Index
    documents: Mapping[str, Document | msgspec.Raw]
    """By id; one that was opened from a file stays as written there until somebody asks for it."""

    def document(self, product_id: str) -> Document:
        """
        :raises KeyError: it is not held.
        """
        held = self.documents[product_id]
        return msgspec.msgpack.decode(held, type=Document) if isinstance(held, msgspec.Raw) else held


class Matcher:
    """Ranks products for demands.

    >>> matcher = Matcher().fit([Document(id="p1", title="合肥市空气质量小时数据")])
    >>> matcher.search("合肥 空气质量", 10)[0][0]
    'p1'

    Readers may run in any number of threads beside one writer: each call works on the state that was current
    when it began. ``add`` and ``remove`` are exact: afterwards every answer equals that of a matcher
    fitted on the same products from scratch.

    :param weights: what a word counts for in each attribute of a ``Document``; multiples of 1/8.
    """

    at_once: ClassVar = PORTION
    """Demands looked up in one go."""

    def __init__(self, *, weights: Mapping[str, float] = WEIGHTS) -> None:
        self.weights = weights
        self._analyser = Analyser()
        self._writing = threading.Lock()
        self._state = State(build((), weights, self._analyser), {})

    def fit(self, products: Sequence[Document]) -> Self:
        """Replace everything by ``products``.

        :raises ValueError: two of them have the same id; the message names it.
        """
        documents = by_id(products)
        with self._writing:
            self._state = State(build(products, self.weights, self._analyser), documents)
        return self

    def add(self, products: Iterable[Document]) -> None:
        """Insert ``products``, replacing those with the same id.

        :raises ValueError: two of them have the same id.
        """
        documents = by_id(products)
        shard = self._cut(documents.values())
        with self._writing:
            state, held = self._state, self._state.documents
            index = state.index.without(self._cut(map(state.document, held.keys() & documents.keys()))).plus(shard)
            self._state = State(index.merged() if index.side >= MERGE_AT else index, {**held, **documents})

    def remove(self, ids: Iterable[str]) -> None:
        """Forget the products ``ids``; ids that are not held are passed over."""
        with self._writing:
            state, documents = self._state, dict(self._state.documents)
            gone = documents.keys() & ids
            for i in gone:
                del documents[i]
            self._state = State(state.index.without(self._cut(map(state.document, gone))), documents)

    def match(
        self, demands: Sequence[Demand], k: int = 10, *, reasons: bool = False, today: date | None = None
    ) -> list[list[Match]]:
        """The best ``k`` products of each demand, highest score first, equal scores by id.

        :param reasons: add the verdict on every requirement line (read from the text when not given).
        :param today: the day "the last three years" of a demand is counted back from; today by default.
        """
        return list(self.each(demands, k, reasons=reasons, today=today))

    def each(
        self, demands: Sequence[Demand], k: int = 10, *, reasons: bool = False, today: date | None = None
    ) -> Iterator[list[Match]]:
        """``match``, handed over one by one as found; many demands are shared out to processes on all processors."""
        many, size = (MANY_EXPLAINED, PORTION_EXPLAINED) if reasons else (MANY, PORTION)
        day = today or date.today()
        if len(demands) < many or current_process().daemon:
            return self.here(demands, k, reasons=reasons, today=day)

        def answered(portion: Sequence[Demand]) -> bytes:
            return msgspec.msgpack.encode(list(self.here(portion, k, reasons=reasons, today=day)))

        answered(demands[:1])  # loads what the copies would each load for themselves
        answers = forked(answered, [demands[at : at + size] for at in range(0, len(demands), size)])
        return chain.from_iterable(msgspec.msgpack.decode(answer, type=list[list[Match]]) for answer in answers)

    def here(
        self, demands: Sequence[Demand], k: int = 10, *, reasons: bool = False, today: date | None = None
    ) -> Iterator[list[Match]]:
        """``each``, in this process."""
        state, day = self._state, today or date.today()
        for at in range(0, len(demands), self.at_once):
            some = demands[at : at + self.at_once]
            for demand, hits in zip(some, self._tops(state, map(query_text, some), k), strict=True):
                found = _ranked(demand, hits)
                yield _explained(state, demand, found, day) if reasons else found

    def search(self, text: str, k: int, *, among: Collection[str] | None = None) -> list[Hit]:
        """The best ``k`` products for a text as (id, score), only those in ``among`` when it is given."""
        return self._tops(self._state, [text], k, among)[0]

    def score(self, demand: Demand, ids: Iterable[str]) -> dict[str, float]:
        """The score of ``demand`` with each product held among ``ids``; 0 where they share nothing."""
        state = self._state
        held = [i for i in ids if i in state.documents]
        [found] = self._tops(state, [query_text(demand)], len(held), held)
        return dict.fromkeys(held, 0.0) | dict(found)

    def frequency(self, term: str) -> int:
        """How many of the documents held have this term of ``matching.text``."""
        return self._state.index.frequency_of(term)

    @classmethod
    def opened(cls, state: State, weights: Mapping[str, float]) -> Self:
        """A matcher in ``state``, as if fitted."""
        matcher = cls(weights=weights)
        matcher._state = state
        return matcher

    def take(self, other: Matcher) -> None:
        """Hold what ``other`` holds, instead of what was held."""
        with self._writing:
            self._state = other._state

    def compacted(self) -> State:
        """The state with everything in one segment."""
        with self._writing:
            if not self._state.index.compact:
                self._state = State(self._state.index.merged(), self._state.documents)
            return self._state

    def document(self, product_id: str) -> Document | None:
        """The product as it was last added."""
        state = self._state
        return state.document(product_id) if product_id in state.documents else None

    def __len__(self) -> int:
        return self._state.index.size

    def __contains__(self, product_id: object) -> bool:
        return product_id in self._state.documents

    def _tops(
        self, state: State, texts: Iterable[str], k: int, among: Collection[str] | None = None
    ) -> list[list[Hit]]:
        queries = read(list(texts), self._analyser)
        return state.index.tops(weigh(queries, state.index), k, among)

    def _cut(self, products: Iterable[Document]) -> Shard:
        return cut(products, self.weights, self._analyser)


def by_id(products: Iterable[Document]) -> dict[str, Document]:
    """``products`` by id.

    :raises ValueError: two of them have the same id; the message names it.
    """
    products = list(products)
    documents = {product.id: product for product in products}
    if len(documents) < len(products):
        twice = [i for i, n in Counter(product.id for product in products).items() if n > 1]
        raise ValueError(f"products with the same id: {', '.join(sorted(twice)[:10])}")
    return documents


def _ranked(demand: Demand, hits: Sequence[Hit]) -> list[Match]:
    return [Match(demand=demand.id, product=i, rank=rank, score=score) for rank, (i, score) in enumerate(hits, 1)]


def _explained(state: State, demand: Demand, matches: Sequence[Match], today: date) -> list[Match]:
    # Lines and reasons know periods, amounts and more: nobody pays for loading that who only ranks.
    from matching.explain import explain
    from matching.reading.lines import extract_titled

    lines = extract_titled(demand.title, demand.text) if demand.lines is None else demand.lines
    return [
        msgspec.structs.replace(match, reasons=explain(lines, state.document(match.product), today=today))
        for match in matches
    ]
