"""``python -m matching`` as people call it: what it writes, and what it says when a file is of no use."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from matching.__main__ import main
from matching.readers import write

PRODUCTS = [
    {"id": "p1", "title": "合肥市空气质量小时数据", "description": "各监测站臭氧浓度", "region": "安徽省合肥市"},
    {"id": "p2", "title": "泸州市水库水位", "description": "每日水位与蓄水量"},
    {"id": "p3", "title": "Bus arrival times", "description": "Real-time arrivals of city buses"},
]
DEMANDS = [
    {"id": "d1", "text": "需要合肥市空气质量数据，每小时更新。"},
    {"id": "d2", "text": "水库水位"},
]


def jsonl(path: Path, records: list[dict[str, Any]]) -> str:
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    return jsonl(tmp_path / "products.jsonl", PRODUCTS), jsonl(tmp_path / "demands.jsonl", DEMANDS)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["matching", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code


def test_match_writes_ranked_pairs_with_reasons(tmp_path: Path, files: tuple[str, str]) -> None:
    out = tmp_path / "found.jsonl"
    command = [sys.executable, "-m", "matching", *files, "--out", str(out), "--top", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert "2 pairs of 2 demands and 3 products" in " ".join(done.stderr.split())
    pairs = [json.loads(row) for row in out.read_text(encoding="utf-8").splitlines()]
    assert [(pair["demand"], pair["product"], pair["rank"]) for pair in pairs] == [("d1", "p1", 1), ("d2", "p2", 1)]
    assert {"topic", "region", "update_cycle"} <= {reason["kind"] for reason in pairs[0]["reasons"]}


def test_lines_are_written_with_their_phrases(
    tmp_path: Path, files: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "lines.jsonl.gz"
    assert run(monkeypatch, "lines", files[1], "--out", str(out)) == 0
    first, second = (json.loads(row) for row in gzip.decompress(out.read_bytes()).splitlines())
    assert {"level": "must", "kind": "update_cycle", "value": "每小时", "phrase": "每小时更新"} in first["lines"]
    assert [line["phrase"] for line in second["lines"]] == ["水库水位"]


def test_evaluate_prints_every_method(
    tmp_path: Path, server_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, records in (("corpus", PRODUCTS), ("queries", DEMANDS)):
        rows = "\n".join(json.dumps(record) for record in records)
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(rows.encode()))
    (folder / "qrels.tsv").write_text("query_id\tdoc_id\trel\nd1\tp1\t3\nd2\tp2\t2\n", encoding="utf-8")
    assert run(monkeypatch, "evaluate", str(folder), "--postgres", server_url) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("tiny", "TF-IDF", "BM25", "ts_rank"))
    assert "1.0000" in printed


def test_evaluate_lines_prints_every_kind(
    tmp_path: Path, files: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    label = {"level": "must", "kind": "region", "phrase": "合肥市"}
    wrong = {"level": "must", "kind": "region", "phrase": "空气"}
    labels = jsonl(tmp_path / "labels.jsonl", [{"id": "d1", "lines": [label, wrong]}])
    assert run(monkeypatch, "evaluate-lines", labels, "--texts", files[1]) == 0
    [region] = [row for row in capsys.readouterr().out.splitlines() if "region" in row]
    assert [cell.strip() for cell in region.split("│")[2:6]] == ["2", "1", "1.00", "0.50"]
    assert run(monkeypatch, "evaluate-lines", labels) == 2
    assert "line 1: no text for the id 'd1'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("products", "said"),
    [
        (None, "products.jsonl: No such file or directory"),
        ([{"name": "x"}], "no column id (there are: name)"),
        ([{"id": "1", "name": "x"}], "no column title or description (there are: id, name)"),
        ([*PRODUCTS, PRODUCTS[0]], "line 4: the id 'p1' occurs twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_one_line(
    tmp_path: Path,
    files: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    products: list[dict[str, Any]] | None,
    said: str,
) -> None:
    given = Path(files[0])
    if products is None:
        given.unlink()
    else:
        jsonl(given, products)
    out = tmp_path / "found.jsonl"
    assert run(monkeypatch, "match", *files, "--out", str(out)) == 2
    (told,) = capsys.readouterr().err.strip().splitlines()
    assert said in told
    assert not out.exists()


@pytest.mark.parametrize(("read", "out"), [(0, "products.jsonl"), (1, "demands.jsonl"), (1, "found.pdf")])
def test_what_is_read_is_not_written_over_and_what_cannot_be_written_is_told_at_once(
    tmp_path: Path,
    files: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    read: int,
    out: str,
) -> None:
    before = Path(files[read]).read_bytes()
    assert run(monkeypatch, "match", *files, "--out", str(tmp_path / out)) == 2
    (told,) = capsys.readouterr().err.strip().splitlines()
    assert out in told
    assert Path(files[read]).read_bytes() == before


def test_what_was_there_stays_until_all_is_written(tmp_path: Path) -> None:
    def records() -> Iterator[dict[str, str]]:
        yield {"id": "1"}
        raise KeyboardInterrupt

    for name in ("found.jsonl", "found.jsonl.gz", "found.csv", "found.xlsx"):
        out = tmp_path / name
        out.write_text("before", encoding="utf-8")
        with pytest.raises(KeyboardInterrupt):
            write(out, records(), ["id"])
        assert out.read_text(encoding="utf-8") == "before"
    assert len(list(tmp_path.iterdir())) == 4
