"""Measures against figures worked out by hand, and the whole evaluation on a small collection."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from matching import Demand, Document, evaluate, plain
from matching.readers import InputError


def test_measures_by_hand() -> None:
    grades = {"a": 3, "b": 1, "c": 0}
    assert evaluate.ndcg(["a", "b"], grades) == 1.0
    assert evaluate.ndcg(["b", "a"], grades) == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))
    assert evaluate.recall(["x", "b"], grades) == 0.5
    assert evaluate.reciprocal_rank(["x", "c", "b"], grades) == pytest.approx(1 / 3)
    assert evaluate.ndcg([], grades) == evaluate.reciprocal_rank([], grades) == 0.0


def test_the_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = np.random.default_rng(1).random(50)
    figure = evaluate.bootstrap(values)
    assert figure.low < figure.mean < figure.high
    assert figure == evaluate.bootstrap(values)


def write_collection(folder: Path, *, corpus: bool = True) -> Path:
    folder.mkdir(parents=True)
    products = [{"id": "p1", "title": "空气质量", "text": "合肥"}, {"id": "p2", "title": "水库水位", "text": "泸州"}]
    queries = [{"id": "q1", "text": "空气质量数据"}, {"id": "q2", "text": "水库"}, {"id": "q3", "text": "无"}]
    for name, records in (("corpus", products if corpus else []), ("queries", queries)):
        if records:
            packed = gzip.compress("\n".join(map(json.dumps, records)).encode())
            (folder / f"{name}.jsonl.gz").write_bytes(packed)
    (folder / "qrels.tsv").write_text("query_id\tdoc_id\trel\nq1\tp1\t3\nq2\tp2\t2\nq3\tp1\t1\n")
    return folder


def test_every_method_is_measured_on_the_queries_that_have_an_answer(tmp_path: Path, server_url: str) -> None:
    collection = evaluate.load(write_collection(tmp_path / "small"))
    assert [d.id for d in collection.demands] == ["q1", "q2"]
    *figures, (name, gain) = evaluate.evaluate(collection, evaluate.methods(server_url))
    assert [method for method, _ in figures] == ["Duijie", "TF-IDF cosine", "BM25 (bm25s)", "PostgreSQL ts_rank"]
    assert {f["nDCG@10"].mean for _, f in figures} == {1.0}
    assert name == "Duijie - TF-IDF cosine"
    assert gain["nDCG@10"] == (0.0, 0.0, 0.0)


def test_the_gain_is_over_the_best_of_the_others(tmp_path: Path) -> None:
    collection = evaluate.load(write_collection(tmp_path / "small"))
    answers = {"Mine": [["p1"], ["p1", "p2"]], "Worst": [[], []], "Half": [["p1"], []]}
    compared = {name: lambda products, demands, k, ranking=ranking: ranking for name, ranking in answers.items()}
    *_, (name, gain) = evaluate.evaluate(collection, compared)
    assert name == "Mine - Half"
    assert gain["MRR@10"].mean == pytest.approx(0.25)
    assert gain["MRR@10"].low == 0.0


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("market_demands_dev", 0.60),
        ("exchange_usecase_dev", 0.80),
        ("xquad_zh2en", 0.86),
        ("xquad_en2zh", 0.84),
        ("cranfield", 0.405),
    ],
)
def test_ranking_is_as_good_as_it_was(shared_data: Path, name: str, least: float) -> None:
    collection = evaluate.load(shared_data / "collections" / name)
    ranking = evaluate.duijie(collection.products, collection.demands, 10)
    assert evaluate.measure(collection, ranking)["nDCG@10"].mean() >= least


def test_the_corpus_is_found_beside_the_collections(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "collections" / "small", corpus=False)
    with pytest.raises(InputError, match="no listings"):
        evaluate.load(folder)
    for place, ids in {"listings": ["p1", "x"], "catalogues/b": ["p2"], "catalogues/a": ["other"]}.items():
        path = tmp_path / (f"{place}/l.jsonl.gz" if place == "listings" else f"{place}.jsonl.gz")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress("\n".join(json.dumps({"id": i, "title": "t"}) for i in ids).encode()))
    assert [d.id for d in evaluate.load(folder).products] == ["p1", "x", "p2"]


def test_a_folder_that_is_no_collection_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no queries\.jsonl\.gz"):
        evaluate.load(tmp_path)


def test_a_server_is_started_for_ts_rank_where_none_is_given() -> None:
    products = [Document(id="p1", title="空气质量"), Document(id="p2", title="水库水位")]
    with plain.server() as url:
        assert plain.ts_rank(url, products, [Demand(id="d", text="水库")], 5) == [["p2"]]
