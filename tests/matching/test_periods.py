"""Spans of time and update cycles."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.reading import periods

TODAY = date(2025, 6, 30)


@pytest.mark.parametrize(
    ("text", "phrase", "start", "end"),
    [
        ("2019年以来按日", "2019年以来", date(2019, 1, 1), None),
        ("时间为2010年至2024年,其中", "2010年至2024年", date(2010, 1, 1), date(2024, 12, 31)),
        ("2010—2023年", "2010—2023年", date(2010, 1, 1), date(2023, 12, 31)),
        ("2022年1月至2024年6月的", "2022年1月至2024年6月", date(2022, 1, 1), date(2024, 6, 30)),
        ("2021年至今", "2021年至今", date(2021, 1, 1), None),
        ("2021年度行情", "2021年度", date(2021, 1, 1), date(2021, 12, 31)),
        ("2022年1-12月份全市", "2022年1-12月份", date(2022, 1, 1), date(2022, 12, 31)),
        ("since 2010 by county", "since 2010", date(2010, 1, 1), None),
        ("from 2018 onward:", "from 2018 onward", date(2018, 1, 1), None),
        ("from January 2018 to the present", "from January 2018 to the present", date(2018, 1, 1), None),
        ("2003-2017", "2003-2017", date(2003, 1, 1), date(2017, 12, 31)),
        ("in 2016", "in 2016", date(2016, 1, 1), date(2016, 12, 31)),
    ],
)
def test_spans(text: str, phrase: str, start: date, end: date | None) -> None:
    span = periods.spans(text, TODAY)[0]
    assert (span.phrase, span.time_from, span.time_to) == (phrase, start, end)


@pytest.mark.parametrize(
    ("text", "years"),
    [("近五年", 5), ("最近3年", 3), ("近12个月", 1), ("the last 10 years", 10), ("past two years", 2)],
)
def test_lengths_count_back_from_today(text: str, years: int) -> None:
    start = periods.spans(text, TODAY)[0].time_from
    assert start is not None
    assert abs((TODAY - start).days - 365.25 * years) < 8


def test_no_time_is_invented() -> None:
    for text in ("电话13820191234", "编号20190", "两个月内完成交付", "一年更新一次", "第2期", "a flat of 20 years old"):
        assert [s for s in periods.spans(text, TODAY) if s.time_from] == [], text


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("每月更新", 30),
        ("按季度更新", 91),
        ("一年更新一次", 365),
        ("今后每半年更新", 182),
        ("T+1更新", 1),
        ("每月15日前更新", 30),
        ("5分钟更新一次", 5 / 1440),
        ("实时更新", 0),
        ("每年一期", 365),
        ("一次性交付", math.inf),
        ("monthly updates", 30),
        ("updated every 6 hours", 0.25),
        ("refreshed daily", 1),
    ],
)
def test_cycles_in_running_text(text: str, days: float) -> None:
    assert [cycle.days for cycle in periods.cycles(text)] == [pytest.approx(days)]


@pytest.mark.parametrize("text", ["按月统计", "每月推送报告给我们看", "monthly wages", "不要求持续更新", "年度数据"])
def test_no_cycle_without_renewal(text: str) -> None:
    assert periods.cycles(text) == ()


@pytest.mark.parametrize(
    ("label", "days"), [("每季度", 91), ("动态 (每半年更新)", 182), ("monthly", 30), ("静态", math.inf), ("日、月", 1)]
)
def test_short_labels(label: str, days: float) -> None:
    cycle = periods.cycle(label)
    assert cycle is not None
    assert cycle.days == days
    assert cycle.phrase in label


def test_labels_that_say_nothing() -> None:
    assert periods.cycle("其他") is None
    assert periods.cycle("不定期") is None


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("两", 2), ("十", 10), ("十二", 12), ("二十五", 25), ("三", 3)]
)
def test_small_numbers(text: str, value: float) -> None:
    assert periods.number(text) == value


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=200) | st.text(alphabet="近过去0123456789年月日-至到每更新以来 since 2019", max_size=60))
def test_phrases_are_where_they_say(text: str) -> None:
    for found in (*periods.spans(text, TODAY), *periods.cycles(text)):
        assert text[found.start : found.start + len(found.phrase)] == found.phrase
    for span in periods.spans(text, TODAY):
        assert span.time_from is None or span.time_to is None or span.time_from <= span.time_to
    for cycle in periods.cycles(text):
        assert cycle.label


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("从去年1月开始的都要", date(2024, 1, 1), None),
        ("去年四月到今年五月", date(2024, 4, 1), date(2025, 5, 31)),
        ("自前年十二月至今", date(2023, 12, 1), None),
        ("2020Q1—2024Q4的岗位", date(2020, 1, 1), date(2024, 12, 31)),
    ],
)
def test_years_told_by_their_distance_count_back_from_today(text: str, begin: date, end: date | None) -> None:
    (span,) = periods.spans(text, date(2025, 6, 1))
    assert (span.time_from, span.time_to) == (begin, end)
