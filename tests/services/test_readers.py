"""Files as rows."""

import gzip
import json
from datetime import date

import pytest

from market.domain.errors import Invalid
from market.services import readers
from market.services.readers import UNREADABLE, open_source
from tests.sheets import workbook

CSV = '标题,描述,价格\n公路货运量,每日汇总,7000\n\n水库水位,"两行\n的描述",面议\n'


def has_title(names):
    return "标题" in names or "title" in names


def read(path, sheet=None):
    return list(open_source(path, has_title, sheet).rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_every_encoding_with_the_line_a_person_finds(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV.encode(encoding))
    rows = read(path)
    assert [(row.line, row.values["标题"], row.values["描述"]) for row in rows] == [
        (2, "公路货运量", "每日汇总"),
        (4, "水库水位", "两行\n的描述"),
    ]


def test_other_separators_and_compressed_files(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("标题\t价格\r\n公路,货运量\t7000\r\n".encode("gb18030")))
    assert [row.values for row in read(path)] == [{"标题": "公路,货运量", "价格": "7000"}]


def test_a_row_with_more_cells_than_names_is_reported_and_kept_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("标题,价格\n公路,货运量,7000\n水位,1\n")
    first, second = read(path)
    assert first.wrong
    assert first.values == {"标题": "公路", "价格": "货运量", UNREADABLE: "7000"}
    assert not second.wrong


def test_the_heading_may_stand_below_a_banner_and_twice(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("某市公共数据目录,,\n,,\n标题,描述,描述\n公路,一,二\n")
    (row,) = read(path)
    assert (row.line, row.values) == (4, {"标题": "公路", "描述": "一", "描述 (2)": "二"})


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("a.csv", b"\xff\xfe\x00\x01", "neither UTF-8 nor GB18030"),
        ("a.csv", "名字,别的\n1,2\n".encode(), "名字, 别的"),
        ("a.csv", b"", "empty"),
        ("a.doc", b"x", "give a file of kind"),
        ("a.xlsx", b"PK not a workbook", "not a workbook"),
        ("a.jsonl.gz", gzip.compress(b'{"title": "x"}\n' * 5000, mtime=0)[:-20], "ends half-way"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path, name, data, part):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(Invalid) as wrong:
        read(path)
    assert part in wrong.value.message


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(Invalid, match="no such file"):
        read(tmp_path / "none.csv")


def test_json_lines_with_broken_ones_among_them(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"title": "a"}\n\n{"title": \nnot json\n[1]\n{"title": "\xff"}\n{"title": "b"}\n')
    rows = read(path)
    assert [(row.line, bool(row.wrong)) for row in rows] == [
        (1, False), (3, True), (4, True), (5, True), (6, True), (7, False)
    ]  # fmt: skip
    assert rows[2].values == {UNREADABLE: "not json"}


def test_ten_megabytes_in_a_cell_are_read_and_left_to_the_field_to_refuse(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("标题,描述\n公路," + "长" * (10 * 1024 * 1024 // 3) + "\n")
    (row,) = read(path)
    assert len(row.values["描述"]) > 3_000_000


def test_a_workbook_with_dates_numbers_and_empty_rows(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", [["标题", "价格", "开始"], ["公路", 7000.0, date(2024, 5, 1)], [], ["水位", 0.5]]
    )
    rows = read(path)
    assert [row.line for row in rows] == [2, 4]
    assert readers.text_of(rows[0].values["价格"]) == "7000"
    assert readers.text_of(rows[0].values["开始"]) == "2024-05-01"


def test_formulas_count_with_their_stored_value_and_are_reported_without_one(tmp_path):
    rows = [["标题", "价格", "描述"], ["甲", "=3500*2", "x"], ["乙", "=1+1", "x"], ["丙", "=1/0", "x"]]
    path = workbook(tmp_path / "a.xlsx", rows, stored={"B2": "7000"})
    stored, without, _ = read(path)
    assert (stored.values["价格"], stored.faults) == (7000, {})
    assert set(without.faults) == {"价格"}
    assert "formula" in without.faults["价格"]


def test_an_error_of_the_spreadsheet_is_a_fault(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["标题", "价格"], ["甲", "#DIV/0!"]])
    (row,) = read(path)
    assert set(row.faults) == {"价格"}


def test_every_cell_of_a_merged_range_has_the_value_of_its_top_left_one(tmp_path):
    rows = [
        ["某市公共数据目录", None, None],
        ["单位", "标题", "描述"],
        ["交通局", "公路", "一"],
        [None, "铁路", "二"],
        [None, "航道", "三"],
        ["水利局", "水位", "=1+1"],
        [None, "雨量", None],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, merge=["A1:C1", "A3:A5", "A6:A7", "C6:C7"])
    found = read(path)
    assert [(row.line, row.values["单位"], row.values["标题"]) for row in found] == [
        (3, "交通局", "公路"),
        (4, "交通局", "铁路"),
        (5, "交通局", "航道"),
        (6, "水利局", "水位"),
        (7, "水利局", "雨量"),
    ]
    assert [set(row.faults) for row in found] == [set(), set(), set(), {"描述"}, {"描述"}]


def test_a_heading_of_two_merged_rows_is_no_row(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", [["标题", "价格", None], [None, "数额", "单位"], ["甲", 1, "次"]], merge=["A1:A2", "B1:C1"]
    )
    (row,) = read(path)
    assert (row.line, row.values["标题"]) == (3, "甲")


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["标题"], ["甲"]])
    assert len(read(path, "Sheet")) == 1
    with pytest.raises(Invalid, match="there are Sheet"):
        read(path, "目录")


def test_rows_of_a_file_know_how_far_they_are(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"title": f"t{n}"}) + "\n" for n in range(20_000)))
    source = open_source(path, has_title)
    assert sum(1 for _ in source.rows()) == 20_000
    assert source.done == source.total
