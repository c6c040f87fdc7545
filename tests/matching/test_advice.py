"""What-if against changing the product and looking again; the most wanted product against counting by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.advice import ATTRIBUTES, most_wanted, offering, subject, what_if
from matching.explain import explain
from matching.types import Document, Kind, Level, Line, Verdict

TODAY = date(2026, 3, 2)
BUS = Document(id="p", title="合肥市公交客流", region="合肥市", granularity="市级", update_frequency="monthly")


def must(kind: Kind, value: str, level: Level = Level.MUST) -> Line:
    return Line(level=level, kind=kind, value=value, phrase=value, start=0)


TOPIC = must(Kind.TOPIC, "公交客流")


def test_the_change_that_opens_most_comes_first_and_finer_opens_what_asks_for_less() -> None:
    demands = {
        "d1": [TOPIC, must(Kind.GRANULARITY, "区县级")],
        "d2": [TOPIC, must(Kind.GRANULARITY, "街道级")],
        "d3": [TOPIC, must(Kind.FORMAT, "CSV")],
        "d4": [TOPIC, must(Kind.FORMAT, "CSV"), must(Kind.GRANULARITY, "街道级")],
        "d5": [must(Kind.TOPIC, "渔港泊位"), must(Kind.GRANULARITY, "区县级")],
        "d6": [TOPIC, must(Kind.REGION, "合肥市")],
    }
    found = what_if(BUS, demands, today=TODAY)
    assert [(c.kind, c.value, c.verdict, c.demands) for c in found.changes] == [
        (Kind.GRANULARITY, "街道级", Verdict.UNMET, ("d1", "d2")),
        (Kind.FORMAT, "CSV", Verdict.UNKNOWN, ("d3",)),
        (Kind.GRANULARITY, "区县级", Verdict.UNMET, ("d1",)),
    ]
    assert found.near == ("d1", "d2", "d3", "d4", "d6")
    assert found.open == ("d6",)
    assert found.asked == {Kind.FORMAT: 2}


def test_what_no_single_change_mends_is_not_promised() -> None:
    demands = {
        "another subject": [must(Kind.TOPIC, "渔港泊位")],
        "two things": [TOPIC, must(Kind.DELIVERY, "接口"), must(Kind.UPDATE_CYCLE, "每日")],
        "a subject beside": [TOPIC, must(Kind.FIELDS, "???")],
        "only nice": [TOPIC, must(Kind.DELIVERY, "接口", Level.NICE)],
    }
    found = what_if(BUS, demands, today=TODAY)
    assert found.changes == ()
    assert found.open == ("only nice",)


def test_a_demand_without_a_topic_is_near_when_anything_is_met() -> None:
    demands = {"here": [must(Kind.REGION, "合肥市"), must(Kind.FORMAT, "CSV")], "away": [must(Kind.REGION, "拉萨市")]}
    assert what_if(BUS, demands, today=TODAY).near == ("here",)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Kind.FIELDS, "站点、上车人数", {}),
        (Kind.GRANULARITY, "街道级", {}),
        (Kind.TIME_SPAN, "2019年至2023年", {"time_from": date(2022, 1, 1), "time_to": date(2022, 12, 31)}),
        (Kind.TIME_SPAN, "至少一年历史数据", {}),
        (Kind.UPDATE_CYCLE, "每日", {}),
        (Kind.REGION, "芜湖市", {}),
        (Kind.REGION, "安徽省", {"title": "公交客流"}),
        (Kind.DELIVERY, "接口", {"delivery": ("file",)}),
        (Kind.FORMAT, "CSV", {"formats": ("PDF",)}),
        (Kind.BUDGET, "预算20万元以内", {"price": Decimal(300_000)}),
        (Kind.BUDGET, "每月5000元以内", {}),
        (Kind.BUDGET, "每次不超过0.1元", {"price": Decimal("0.2"), "price_unit": "call"}),
    ],
)
def test_a_change_of_one_attribute_meets_the_line(kind: Kind, value: str, said: dict[str, Any]) -> None:
    before = msgspec.structs.replace(BUS, **said)
    asked = must(kind, value)
    after = offering(before, asked, TODAY)
    assert after is not None
    assert explain([asked], after, today=TODAY)[0].verdict is Verdict.MET
    moved = {f for f in Document.__struct_fields__ if getattr(before, f) != getattr(after, f)}
    beside = {Kind.TIME_SPAN: {"time_to"}, Kind.BUDGET: {"price_unit"}, Kind.REGION: {"title"}}.get(kind, set())
    assert ATTRIBUTES[kind] in moved
    assert moved - {ATTRIBUTES[kind]} <= beside


@pytest.mark.parametrize(
    ("kind", "value"), [(Kind.REGION, "拉萨市"), (Kind.TOPIC, "渔港泊位"), (Kind.PURPOSE, "选址"), (Kind.FIELDS, " ")]
)
def test_what_makes_another_product_is_no_change(kind: Kind, value: str) -> None:
    assert offering(BUS, must(kind, value), TODAY) is None


LINES = st.builds(
    must,
    st.sampled_from(list(Kind)),
    st.sampled_from(
        ["公交客流", "合肥市", "安徽省", "每日", "每月", "街道级", "CSV", "接口", "近五年", "预算10万元", ""]
    ),
    st.sampled_from(list(Level)),
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(LINES, min_size=1, max_size=4), max_size=6))
def test_every_promise_holds_when_the_product_is_changed(demands: dict[str, list[Line]]) -> None:
    found = what_if(BUS, demands, today=TODAY, k=100)
    for change in found.changes:
        lines = [line for lines in demands.values() for line in lines if line.kind is change.kind]
        asked = next(line for line in lines if change.value in (line.value, line.phrase))
        changed = offering(BUS, asked, TODAY)
        assert changed is not None
        after = what_if(changed, demands, today=TODAY)
        assert set(change.demands) <= set(after.open)
        assert not set(change.demands) & set(found.open)


def test_the_most_wanted_product_counts_other_spellings_and_smaller_places() -> None:
    demands = {
        "d1": [must(Kind.TOPIC, "充电桩位置"), must(Kind.REGION, "合肥")],
        "d2": [must(Kind.TOPIC, "充电桩位置数据"), must(Kind.REGION, "合肥市")],
        "d3": [must(Kind.TOPIC, "充电桩位置"), must(Kind.REGION, "安徽省")],
        "d4": [must(Kind.TOPIC, "充电桩位置"), must(Kind.REGION, "拉萨市")],
        "d5": [must(Kind.TOPIC, "渔港泊位")],
        "d6": [must(Kind.TOPIC, "充电桩位置", Level.NICE), must(Kind.REGION, "安徽省")],
    }
    found = most_wanted(demands, today=TODAY)
    assert [(w.topic, w.place, w.demands) for w in found] == [
        ("充电桩位置", "安徽省", ("d1", "d2", "d3")),
        ("充电桩位置", "拉萨市", ("d4",)),
        ("渔港泊位", "", ("d5",)),
    ]
    assert most_wanted(demands, today=TODAY, k=1) == found[:1]
    assert most_wanted({}, today=TODAY) == []


@given(st.text(max_size=40))
def test_any_text_can_stand_as_a_topic(text: str) -> None:
    subject(text)
    most_wanted({"d": [must(Kind.TOPIC, text), must(Kind.REGION, text)]}, today=TODAY)
