"""Files in and out: every format, and what is refused with its place."""

from __future__ import annotations

import csv
import gzip
import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from matching import Demand, Document, Kind, Level, Match, Reason, Verdict
from matching.readers import InputError, read_demands, read_products, write_matches

ROWS = [
    {
        "id": "p1", "title": "空气质量", "description": "小时数据", "tags": "环境；空气", "price": "0.15元/次",
        "coverage": "合肥市", "unknown": "x",
    },
    {"id": "p2", "title": "Buses", "description": "", "tags": "", "price": "面议", "coverage": "", "unknown": ""},
]  # fmt: skip
WANTED = [
    Document(
        id="p1", title="空气质量", description="小时数据", tags=("环境", "空气"), price=Decimal("0.15"),
        price_unit="次", region="合肥市",
    ),
    Document(id="p2", title="Buses"),
]  # fmt: skip


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    if path.name.endswith(".xlsx"):
        book = Workbook()
        book.active.append(list(rows[0]))
        for row in rows:
            book.active.append([value or None for value in row.values()])
        book.save(path)
    elif path.name.endswith(".csv"):
        with path.open("w", encoding="gb18030" if "gb" in path.name else "utf-8-sig", newline="") as out:
            table = csv.DictWriter(out, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
    else:
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        path.write_bytes(gzip.compress(text) if path.name.endswith(".gz") else text)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "gb.csv", "a.xlsx"])
def test_products_are_the_same_from_every_format(tmp_path: Path, name: str) -> None:
    assert read_products(write_rows(tmp_path / name, ROWS)) == WANTED


def test_demands_take_text_or_description(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "d.jsonl", [{"id": "1", "title": "t", "text": "要空气质量"}])
    assert read_demands(path) == [Demand(id="1", title="t", text="要空气质量")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"title": "a"}], "no column id"),
        ([{"id": "1", "name": "a"}], "no column title or description"),
        ([{"id": "1", "title": "a"}, {"id": "1", "title": "b"}], "line 2: the id '1' occurs twice"),
        ([{"id": "", "title": "a"}], "line 1: column id: empty"),
        ([{"id": "1", "title": "a", "price": "-1"}], "line 1: column price: '-1'"),
        ([{"id": "1", "title": "a", "price": "NaN"}], "column price: 'NaN'"),
        ([{"id": "1", "title": "a", "time_from": "yesterday"}], "column time_from: 'yesterday'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_products(write_rows(tmp_path / "a.jsonl", rows))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"id,title"),
        ("a.xlsx", b"PK broken"),
        ("a.jsonl", b'{"id": "1", "ti'),
        ("a.jsonl", b"[1]"),
        ("a.jsonl.gz", gzip.compress(b'{"id": "1", "title": "a"}\n' * 999, mtime=0)[:40]),
        ("a.csv", b"id,title\n1,\xff\xff\xff"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"a\."):
        read_products(tmp_path / name)


MATCH = Match(
    demand="=1+1",
    product="p1",
    rank=1,
    score=0.5,
    reasons=(Reason(level=Level.MUST, kind=Kind.TOPIC, value="空气", verdict=Verdict.MET, quote="空气"),),
)


def test_matches_keep_their_reasons_in_every_format(tmp_path: Path) -> None:
    for name in ("m.jsonl", "m.jsonl.gz", "m.csv", "m.xlsx"):
        assert write_matches(tmp_path / name, [MATCH]) == 1
    [record] = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text("utf-8").splitlines()]
    assert msgspec.convert(record, Match) == MATCH
    assert gzip.decompress((tmp_path / "m.jsonl.gz").read_bytes()) == (tmp_path / "m.jsonl").read_bytes()
    with (tmp_path / "m.csv").open(encoding="utf-8-sig", newline="") as lines:
        header, row = csv.reader(lines)
    assert header == ["demand", "product", "rank", "score", "reasons"]
    assert row[0] == "'=1+1"
    assert json.loads(row[4])[0]["value"] == "空气"
    sheet = load_workbook(tmp_path / "m.xlsx").active
    assert [cell.value for cell in sheet[2]][:4] == ["'=1+1", "p1", 1, 0.5]


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_text_survives_a_table(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    matches = [msgspec.structs.replace(MATCH, product=text, rank=n) for n, text in enumerate(texts, 1)]
    for name in ("m.csv", "m.xlsx"):
        assert write_matches(folder / name, matches) == len(texts)
