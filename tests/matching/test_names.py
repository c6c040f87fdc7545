"""Titles that stand in a text as a whole."""

import random
import re
from copy import deepcopy

import pytest

from matching.index.names import Names, term
from matching.lists import Lists
from matching.text import HAN, Analyser, normalise


def letters(*texts: str) -> Lists:
    return Analyser().cut_all(texts).letters


def spelt(lists: Lists) -> list[str]:
    return ["".join(map(chr, lists.at(n))) for n in range(len(lists.ptr) - 1)]


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
    [plain] = spelt(letters(title))
    assert term(plain) == found


def test_letters_are_those_that_regular_expressions_leave():
    draw = random.Random(2)
    texts = ["".join(draw.choices([*"数据 ab1_-，・가É①臺\n\ud800"], k=draw.randrange(20))) for _ in range(500)]
    parted = [re.sub(rf"(?:[^\w{HAN}]|_)+", " ", normalise(text)).strip() for text in texts]
    assert spelt(letters(*texts)) == [re.sub(rf"(?<=[{HAN}]) | (?=[{HAN}])", "", text) for text in parted]


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
    assert [sorted(some) for some in names.within(letters(text, "", text))] == [sorted(found), [], sorted(found)]


def test_names_are_found_among_many_also_in_a_copy_and_where_they_came_later():
    draw = random.Random(4)
    titles = list({"".join(draw.choices("数据水库企业", k=draw.choice([5, 6, 9, 70, 134]))) for _ in range(3_000)})
    names = Names(f"={title}" for title in titles[:10])
    text = "".join(titles[::50])
    for title in titles[10:]:
        names.add(f"={title}")
    expected = {f"={title}" for title in titles if title in text}
    for known in (names, deepcopy(names)):
        [found] = known.within(letters(text))
        assert len(found) == len(set(found))
        assert set(found) == expected
