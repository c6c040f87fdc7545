"""Titles that stand in a text as a whole."""

import pytest

from matching.index.names import Names, plain, term


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("企业失信被执行人", "=企业失信被执行人"),
        ("企業（失信）被執行人", "=企业失信被执行人"),
        ("Bus  Arrival-Times", "=bus arrival times"),
        ("PM2.5 小时数据", "=pm2 5小时数据"),
        ("行政处罚", None),
        ("Dengue", None),
        ("", None),
    ],
)
def test_a_title_is_a_name_when_it_is_long_enough(title, found):
    assert term(title) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("查一下企业失信被执行人名单", ["=企业失信被执行人", "=失信被执行人"]),
        ("查企业、失信被执行人", ["=企业失信被执行人", "=失信被执行人"]),
        ("the bus arrival times of Hefei", ["=bus arrival times"]),
        ("the minibus arrival times", []),
        ("bus arrival timestamps", []),
        ("失信被执行", []),
        ("", []),
    ],
)
def test_names_are_found_where_no_word_of_letters_is_cut(text, found):
    names = Names(["=企业失信被执行人", "=失信被执行人", "=bus arrival times", "企业失信", "=企业失信被执行人"])
    assert names.within(plain(text)) == found
