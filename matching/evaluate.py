"""How well the matcher ranks, beside plain methods in the same run.

A collection is a folder with ``queries.jsonl.gz``, ``qrels.tsv`` (query, document, grade) and, unless it is
about the listings and catalogues beside the collections, ``corpus.jsonl.gz``. Grades are linear gains;
collections graded beyond 1 are scored on the queries that have a product of grade 2 or better.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching import plain
from matching.matcher import Matcher
from matching.readers import InputError, read_demands, read_products
from matching.types import Demand, Document

DEPTH: Final = 100
Ranking = list[list[str]]
Method = Callable[[Sequence[Document], Sequence[Demand], int], Ranking]


class Collection(NamedTuple):
    """Products, demands, and for each demand the grades of the judged products."""

    name: str
    products: list[Document]
    demands: list[Demand]
    grades: dict[str, dict[str, int]]


class Figure(NamedTuple):
    """A mean over queries with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def load(folder: Path, products: Sequence[Path] = ()) -> Collection:
    """Read a collection; ``products`` are the files of its corpus when it has none of its own.

    :raises InputError: a file is missing or cannot be read.
    """
    for name in ("queries.jsonl.gz", "qrels.tsv"):
        if not (folder / name).exists():
            raise InputError(f"{folder}: no {name}")
    grades = _grades(folder / "qrels.tsv")
    own = folder / "corpus.jsonl.gz"
    paths = list(products) or ([own] if own.exists() else None)
    corpus = _around(folder, grades) if paths is None else [d for path in paths for d in read_products(path)]
    enough = 2 if any(grade > 1 for judged in grades.values() for grade in judged.values()) else 1
    demands = [
        demand
        for demand in read_demands(folder / "queries.jsonl.gz")
        if max(grades.get(demand.id, {}).values(), default=0) >= enough
    ]
    return Collection(folder.name, corpus, demands, grades)


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            grades.setdefault(row["query_id"], {})[row["doc_id"]] = int(row["rel"])
    return grades


def _around(folder: Path, grades: Mapping[str, Mapping[str, int]]) -> list[Document]:
    """The listings, and of the catalogues the first ones that hold a judged product the others do not."""
    root = folder.resolve().parent.parent
    missing = {doc_id for judged in grades.values() for doc_id in judged}
    corpus: list[Document] = []
    for path in [*sorted((root / "listings").glob("*.jsonl.gz")), *sorted((root / "catalogues").glob("*.jsonl.gz"))]:
        found = read_products(path)
        ids = {document.id for document in found}
        if ids & missing or path.parent.name == "listings":
            corpus += found
            missing -= ids
        if not missing:
            break
    if not corpus:
        raise InputError(f"{folder}: no corpus.jsonl.gz and no listings beside the collections; give --products")
    return corpus


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002) with the grade as gain."""
    gain = sum(grades.get(doc, 0) / np.log2(rank + 1) for rank, doc in enumerate(ranked[:depth], 1))
    ideal = sorted(grades.values(), reverse=True)[:depth]
    most = sum(grade / np.log2(rank + 1) for rank, grade in enumerate(ideal, 1))
    return float(gain / most) if most else 0.0


def recall(ranked: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """The part of the relevant documents (grade 1 or better) among the first ``depth``."""
    relevant = {doc for doc, grade in grades.items() if grade > 0}
    return len(relevant & set(ranked[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """1 / the rank of the first relevant document, 0 when it is not among the first ``depth``."""
    return next((1 / rank for rank, doc in enumerate(ranked[:depth], 1) if grades.get(doc, 0) > 0), 0.0)


MEASURES: Final = {"nDCG@10": ndcg, "Recall@100": recall, "MRR@10": reciprocal_rank}


def bootstrap(values: NDArray[np.float64], rounds: int = 2000, seed: int = 0) -> Figure:
    """Mean and percentile interval over resampled queries."""
    sample = np.random.default_rng(seed).integers(0, len(values), (rounds, len(values)))
    low, high = np.percentile(values[sample].mean(axis=1), [2.5, 97.5])
    return Figure(float(values.mean()), float(low), float(high))


def measure(collection: Collection, ranking: Ranking) -> dict[str, NDArray[np.float64]]:
    """Every measure for every query."""
    pairs = [(ranked, collection.grades[d.id]) for ranked, d in zip(ranking, collection.demands, strict=True)]
    return {name: np.array([score(*pair) for pair in pairs]) for name, score in MEASURES.items()}


def duijie(products: Sequence[Document], demands: Sequence[Demand], k: int) -> Ranking:
    """The matcher as it is shipped."""
    return [[m.product for m in matches] for matches in Matcher().fit(products).match(demands, k)]


def methods(postgres: str) -> dict[str, Method]:
    """The matcher and the plain methods it is measured against; ``postgres`` is the URL of a server."""
    return {
        "Duijie": duijie,
        "TF-IDF cosine": plain.cosine,
        "BM25 (bm25s)": plain.bm25,
        "PostgreSQL ts_rank": lambda products, demands, k: plain.ts_rank(postgres, products, demands, k),
    }


def evaluate(collection: Collection, compared: Mapping[str, Method]) -> Iterator[tuple[str, dict[str, Figure]]]:
    """The figures of one method after another, then the gain of the first over the best of the others.

    The gain is paired: the interval is that of the differences query by query.
    """
    values: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, method in compared.items():
        values[name] = measure(collection, method(collection.products, collection.demands, DEPTH))
        yield name, {measured: bootstrap(per_query) for measured, per_query in values[name].items()}
    first, *others = values
    best = max(others, key=lambda name: float(values[name]["nDCG@10"].mean()))
    yield f"{first} - {best}", {m: bootstrap(values[first][m] - values[best][m]) for m in MEASURES}
