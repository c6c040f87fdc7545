"""The estimator: products in, ranked matches out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import msgspec

from matching.lexical import Counts, Index
from matching.text import Analyser
from matching.types import Demand, Document, Match

WEIGHTS: Final[Mapping[str, float]] = {
    "title": 2.0,
    "tags": 1.0,
    "description": 1.0,
    "fields": 1.0,
    "publisher": 0.5,
    "themes": 0.5,
    "region": 0.5,
    "granularity": 0.5,
    "update_frequency": 0.25,
    "formats": 0.25,
    "delivery": 0.25,
}
"""What a word counts for in each attribute of a document; multiples of 1/4 (see ``lexical.Counts``)."""

MERGE_AT: Final = 2048
"""Documents in the side segment at which it is merged into the main one."""


def as_demand(document: Document) -> Demand:
    """``document`` as a query, to find the demands (indexed as documents) that a product could serve."""
    texts = (document.description, *document.tags, *document.fields, document.region)
    return Demand(id=document.id, title=document.title, text="\n".join(filter(None, texts)))


def as_document(demand: Demand) -> Document:
    """``demand`` as something to be found, the mirror of ``as_demand``."""
    return Document(id=demand.id, title=demand.title, description=demand.text)


def query_text(demand: Demand) -> str:
    """Title and text of a demand as one query; a title that only repeats the text counts once."""
    if demand.title in demand.text:
        return demand.text
    return f"{demand.title}\n{demand.text}"


@dataclass(frozen=True, slots=True)
class State:
    """What readers see: an index and the documents in it, always of the same moment."""

    index: Index
    documents: dict[str, Document]


class Matcher:
    """Ranks products for demands.

    >>> matcher = Matcher().fit([Document(id="p1", title="合肥市空气质量小时数据")])
    >>> matcher.search("合肥 空气质量", 10)[0][0]
    'p1'

    Readers may run in any number of threads beside one writer: each call works on the state that was current
    when it began. ``add`` and ``remove`` are exact: afterwards every answer equals that of a matcher
    fitted on the same products from scratch.

    :param weights: what a word counts for in each attribute of a ``Document``; multiples of 1/4.
    """

    def __init__(self, *, weights: Mapping[str, float] = WEIGHTS) -> None:
        self.weights = weights
        self._analyser = Analyser()
        self._writing = threading.Lock()
        self._state = State(Index.build({}), {})

    def fit(self, products: Sequence[Document]) -> Self:
        """Replace everything by ``products``.

        :raises ValueError: two of them have the same id; the message names it.
        """
        counts = self._counts_of(products)
        with self._writing:
            self._state = State(Index.build(counts), {product.id: product for product in products})
        return self

    def add(self, products: Iterable[Document]) -> None:
        """Insert ``products``, replacing those with the same id.

        :raises ValueError: two of them have the same id.
        """
        products = list(products)
        counts = self._counts_of(products)
        with self._writing:
            index = self._state.index.plus(counts)
            index = index.merged() if len(index.segments[1].ids) >= MERGE_AT else index
            self._state = State(index, self._state.documents | {p.id: p for p in products})

    def remove(self, ids: Iterable[str]) -> None:
        """Forget the products ``ids``; ids that are not held are passed over."""
        ids = set(ids)
        with self._writing:
            documents = {i: d for i, d in self._state.documents.items() if i not in ids}
            self._state = State(self._state.index.without(ids), documents)

    def match(self, demands: Sequence[Demand], k: int = 10, *, reasons: bool = False) -> list[list[Match]]:
        """The best ``k`` products of each demand, highest score first, equal scores by id.

        :param reasons: add the verdict on every requirement line (read from the text when not given).
        """
        state = self._state
        found = [self._match(state, demand, k) for demand in demands]
        if not reasons:
            return found
        return [_explained(state, d, matches) for d, matches in zip(demands, found, strict=True)]

    def search(self, text: str, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """The best ``k`` products for a text as (id, score), only those in ``among`` when it is given."""
        index = self._state.index
        return index.top(self.query_counts(text), k, None if among is None else index.places(among))

    def score(self, demand: Demand, ids: Iterable[str]) -> dict[str, float]:
        """The score of ``demand`` with each product held among ``ids``; 0 where they share nothing."""
        index = self._state.index
        ids = [i for i in ids if index.find(i)]
        found = index.top(self.query_counts(query_text(demand)), len(ids), index.places(ids))
        return dict.fromkeys(ids, 0.0) | dict(found)

    def document(self, product_id: str) -> Document | None:
        """The product as it was last added."""
        return self._state.documents.get(product_id)

    def __len__(self) -> int:
        return self._state.index.size

    def __contains__(self, product_id: object) -> bool:
        return isinstance(product_id, str) and self._state.index.find(product_id) is not None

    def query_counts(self, text: str) -> Counts:
        """The terms of a query and how often each occurs, in order of first appearance."""
        return Counter(self._analyser.terms(text))

    def document_counts(self, product: Document) -> Counts:
        """The weighted terms of a product, in order of first appearance."""
        counts: dict[str, float] = {}
        for field, weight in self.weights.items():
            value: str | tuple[str, ...] = getattr(product, field)
            text = value if isinstance(value, str) else "\n".join(value)
            for term in self._analyser.terms(text) if text else ():
                counts[term] = counts.get(term, 0.0) + weight
        return counts

    def _match(self, state: State, demand: Demand, k: int) -> list[Match]:
        hits = state.index.top(self.query_counts(query_text(demand)), k)
        return [
            Match(demand=demand.id, product=product, rank=rank, score=score)
            for rank, (product, score) in enumerate(hits, 1)
        ]

    def _counts_of(self, products: Sequence[Document]) -> dict[str, Counts]:
        counts = {product.id: self.document_counts(product) for product in products}
        if len(counts) < len(products):
            twice = [i for i, n in Counter(product.id for product in products).items() if n > 1]
            raise ValueError(f"products with the same id: {', '.join(sorted(twice)[:10])}")
        return counts


def _explained(state: State, demand: Demand, matches: Sequence[Match]) -> list[Match]:
    # Lines and reasons know regions, periods and more: nobody pays for loading that who only ranks.
    from matching.explain import explain
    from matching.lines import extract

    lines = extract(query_text(demand)) if demand.lines is None else demand.lines
    return [
        msgspec.structs.replace(match, reasons=tuple(explain(demand, lines, state.documents[match.product])))
        for match in matches
    ]
