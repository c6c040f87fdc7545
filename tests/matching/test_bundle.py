"""Bundles against trying every set, advice against counting by hand, pools of near demands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Demand, Document, Kind, Level, Line, Verdict
from matching.bundle import Aim, Check, bundles, check
from matching.matcher import Matcher, as_document
from matching.pool import Pool, grouped, near, pools

verdict = st.sampled_from(list(Verdict))
prices = st.none() | st.integers(0, 9).map(Decimal)


def musts(n: int) -> list[Line]:
    return [Line(level=Level.MUST, kind=Kind.TOPIC, value=f"t{i}") for i in range(n)]


@st.composite
def offers(draw: st.DrawFn) -> tuple[int, dict[str, list[Verdict]], dict[str, Document]]:
    lines = draw(st.integers(1, 4))
    ids = [f"p{i}" for i in range(draw(st.integers(1, 6)))]
    told = {i: draw(st.lists(verdict, min_size=lines, max_size=lines)) for i in ids}
    keys = st.sampled_from([(), ("id",), ("plate",), ("id", "plate")])
    return lines, told, {i: Document(id=i, fields=draw(keys), price=draw(prices)) for i in ids}


@settings(deadline=None)
@given(offers(), st.sampled_from(Aim), st.integers(1, 60))
def test_no_other_set_of_products_is_better(
    offer: tuple[int, dict[str, list[Verdict]], dict[str, Document]], aim: Aim, k: int
) -> None:
    lines, told, documents = offer

    def meets(members: tuple[str, ...]) -> bool:
        return all(any(told[m][n] is Verdict.MET for m in members) for n in range(lines))

    def licensed(one: Document, other: Document) -> Verdict:
        return Verdict.UNMET if {one.id, other.id} == {"p0", "p1"} else Verdict.UNKNOWN

    def fit(members: tuple[str, ...]) -> bool:
        pairs = combinations((documents[m] for m in members), 2)
        return all(Verdict.UNMET not in check(a, b, licensed).values() for a, b in pairs)

    def cost(members: tuple[str, ...]) -> tuple[Decimal | int, ...]:
        stated = [price for m in members if (price := documents[m].price) is not None]
        unpriced, size = len(members) - len(stated), len(members)
        return (unpriced, sum(stated), size) if aim is Aim.CHEAPEST else (size, unpriced, sum(stated))

    every = [
        members
        for n in (2, 3, 4)
        for members in combinations(sorted(told), n)
        if meets(members) and fit(members) and not any(meets(part) for part in combinations(members, n - 1))
    ]
    found = bundles(musts(lines), told, documents, aim=aim, k=k, licensed=licensed)
    members = [bundle.products for bundle in found]
    assert [cost(m) for m in members] == sorted(map(cost, every))[:k]
    assert len(set(members)) == len(members)
    assert set(members) <= set(every)
    assert all(bundle.exact and Check.LICENCE in bundle.open for bundle in found)


def test_a_search_cut_short_says_so_and_gives_what_it_has() -> None:
    told = {f"p{i}": [Verdict.MET if i % 3 == n else Verdict.UNMET for n in range(3)] for i in range(90)}
    documents = {i: Document(id=i, price=Decimal(len(i))) for i in told}
    for aim in Aim:
        [bundle] = bundles(musts(3), told, documents, aim=aim, k=1)
        assert (bundle.price, bundle.exact) == (Decimal(6), True)
        [bundle] = bundles(musts(3), told, documents, aim=aim, k=1, tries=100)
        assert not bundle.exact
    assert bundles(musts(3), told, documents, tries=1) == []


def test_a_product_of_another_place_covers_nothing_here() -> None:
    met, unmet = Verdict.MET, Verdict.UNMET
    lines = [*musts(1), *(Line(level=Level.MUST, kind=Kind.REGION, value=place) for place in ("福建省", "江西省"))]
    told = {"elsewhere": [met, unmet, unmet], "here": [unmet, met, met], "half": [met, unmet, met]}
    documents = {i: Document(id=i) for i in told}
    assert [bundle.products for bundle in bundles(lines, told, documents)] == [("half", "here")]


def test_a_budget_is_not_one_members_matter() -> None:
    budget = Line(level=Level.MUST, kind=Kind.BUDGET, value="5 万元")
    told = {"a": [Verdict.MET, Verdict.UNMET, Verdict.UNMET], "b": [Verdict.UNMET, Verdict.MET, Verdict.UNMET]}
    [bundle] = bundles([*musts(2), budget], told, {i: Document(id=i) for i in told})
    assert set(bundle.covers) == {0, 1}


def test_the_cheapest_bundle_may_be_larger() -> None:
    met, unmet = Verdict.MET, Verdict.UNMET
    told = {"a": [met, met, unmet], "b": [unmet, unmet, met], "c": [met, unmet, unmet], "d": [unmet, met, unmet]}
    documents = {i: Document(id=i, price=Decimal(p)) for i, p in {"a": 100, "b": 1, "c": 1, "d": 1}.items()}
    assert bundles(musts(3), told, documents, k=1)[0].products == ("a", "b")
    [cheapest] = bundles(musts(3), told, documents, aim=Aim.CHEAPEST, k=1)
    assert (cheapest.products, cheapest.price) == (("b", "c", "d"), Decimal(3))
    told, documents = {"a": told["a"], "b": told["b"], "e": told["a"]}, documents | {"e": Document(id="e")}
    [cheapest] = bundles(musts(3), told, documents, aim=Aim.CHEAPEST, k=1)
    assert cheapest.products == ("a", "b"), "what has no price is not cheap"


def test_members_must_fit_and_what_is_not_said_is_noted() -> None:
    old = Document(id="old", title="合肥市企业名单", fields=("统一社会信用代码",), time_to=date(2019, 1, 1))
    new = Document(id="new", title="合肥企业处罚", fields=("统一社会信用代码",), time_from=date(2020, 1, 1))
    here = Document(id="here", title="安徽企业处罚", fields=("统一社会信用代码 18 位",))
    assert check(old, new)[Check.PERIOD] is Verdict.UNMET
    assert check(old, here) == {
        Check.JOIN_KEY: Verdict.MET,
        Check.REGION: Verdict.MET,
        Check.PERIOD: Verdict.UNKNOWN,
    }
    told = {
        "old": [Verdict.MET, Verdict.UNMET],
        "new": [Verdict.UNMET, Verdict.MET],
        "here": [Verdict.UNMET, Verdict.MET],
    }
    [bundle] = bundles(musts(2), told, {d.id: d for d in (old, new, here)})
    assert bundle.products == ("here", "old")
    assert bundle.keys == ("统一社会信用代码",)
    assert bundle.open == (Check.PERIOD,)
    assert bundles(musts(2), told, {d.id: d for d in (old, here)}, licensed=lambda a, b: Verdict.UNMET) == []


@pytest.mark.parametrize(
    ("one", "other", "what", "verdict"),
    [
        ({"fields": ("企业名称",)}, {"fields": ("车牌号",)}, Check.JOIN_KEY, Verdict.UNMET),
        ({"fields": ("企业名称", "ID 编号")}, {"fields": ("ｉｄ",)}, Check.JOIN_KEY, Verdict.MET),
        ({"fields": ("企业名称",)}, {}, Check.JOIN_KEY, Verdict.UNKNOWN),
        ({"time_to": date(2019, 12, 31)}, {"time_from": date(2020, 1, 1)}, Check.PERIOD, Verdict.UNMET),
        ({"time_to": date(2020, 1, 1)}, {"time_from": date(2020, 1, 1)}, Check.PERIOD, Verdict.MET),
        ({"time_from": date(2015, 1, 1)}, {"time_from": date(2021, 1, 1)}, Check.PERIOD, Verdict.MET),
        ({"time_from": date(2015, 1, 1)}, {}, Check.PERIOD, Verdict.UNKNOWN),
        ({"region": "合肥市"}, {"region": "芜湖市"}, Check.REGION, Verdict.UNMET),
        ({"region": "合肥市"}, {"region": "安徽省"}, Check.REGION, Verdict.MET),
        ({"region": "合肥市"}, {}, Check.REGION, Verdict.UNKNOWN),
    ],
)
def test_two_products_are_checked_the_same_from_either_side(
    one: dict[str, Any], other: dict[str, Any], what: Check, verdict: Verdict
) -> None:
    a, b = Document(id="a", **one), Document(id="b", **other)
    assert check(a, b)[what] is check(b, a)[what] is verdict


def test_keys_are_what_all_members_have_and_a_price_not_stated_is_no_sum() -> None:
    met, unmet = Verdict.MET, Verdict.UNMET
    told = {"a": [met, unmet, unmet], "b": [unmet, met, unmet], "c": [unmet, unmet, met]}
    fields = {"a": ("id", "plate"), "b": ("id", "name"), "c": ("id", "plate", "name")}
    documents = {i: Document(id=i, fields=fields[i], price=None if i == "b" else Decimal(5)) for i in told}
    [bundle] = bundles(musts(3), told, documents)
    assert (bundle.products, bundle.keys, bundle.price) == (("a", "b", "c"), ("id",), None)
    documents = {"a": documents["a"], "b": Document(id="b", fields=("name",)), "c": documents["c"]}
    assert bundles(musts(3), told, documents) == [], "a and b cannot be joined"


def test_a_product_of_another_time_covers_nothing_now() -> None:
    met, unmet = Verdict.MET, Verdict.UNMET
    lines = [*musts(1), Line(level=Level.MUST, kind=Kind.TIME_SPAN, value="2024年")]
    told = {"then": [met, unmet], "now": [unmet, met]}
    assert bundles(lines, told, {i: Document(id=i) for i in told}) == []


DEMANDS = [
    Demand(id="a", text="需要合肥市公共充电桩的位置、数量和实时状态，接口方式"),
    Demand(id="b", text="想要合肥市公共充电桩位置、数量与实时状态，用接口"),
    Demand(id="c", text="需要芜湖市公共充电桩的位置、数量和实时状态，接口方式"),
    Demand(id="d", text="Hourly rainfall records of the Pearl River basin since 2010"),
    Demand(id="e", text="采购银川市幼儿园名单和地址"),
]


def test_near_demands_are_pooled_and_other_places_are_not() -> None:
    assert [pool.demands for pool in pools(DEMANDS)] == [("a", "b")]
    [(one, other, cosine)] = near(DEMANDS)
    assert (one, other) == ("a", "b")
    assert pools(DEMANDS)[0].nearness == cosine
    assert pools([]) == pools([Demand(id="x")]) == []


def test_demands_for_other_years_are_not_near() -> None:
    texts = {
        "a": "需要广东省2021年企业用电量",
        "b": "想要广东省2022年企业用电量",
        "c": "需要广东省2020-2022年企业用电量",
    }
    found = near([Demand(id=i, text=text) for i, text in texts.items()], today=date(2026, 1, 1))
    assert {(one, other) for one, other, _ in found} == {("a", "c"), ("b", "c")}


def test_a_part_of_the_demands_is_as_near_as_among_all() -> None:
    whole = Matcher().fit([as_document(demand) for demand in DEMANDS])
    assert near(DEMANDS[:2], among=whole) == near(DEMANDS)


@settings(deadline=None)
@given(st.lists(st.sampled_from(DEMANDS), unique_by=lambda d: d.id), st.floats(0.05, 0.9))
def test_pools_are_disjoint_and_each_member_is_near_every_other(demands: list[Demand], least: float) -> None:
    pairs = {frozenset((a, b)) for a, b, _ in near(demands, least)}
    found = pools(demands, least)
    members = [m for pool in found for m in pool.demands]
    assert len(members) == len(set(members))
    assert all(frozenset(pair) in pairs for pool in found for pair in combinations(pool.demands, 2))


def test_a_group_grows_by_who_is_near_all_of_it_and_is_as_near_as_its_farthest_two() -> None:
    assert grouped([("a", "b", 0.9), ("b", "c", 0.8)]) == [Pool(("a", "b"), 0.9)]
    assert grouped([("a", "b", 0.9), ("a", "c", 0.8), ("b", "c", 0.7)]) == [Pool(("a", "b", "c"), 0.7)]


def test_one_story_with_different_needs_is_less_near_than_with_the_same() -> None:
    story = "我们是一家物流企业,正在建设调度平台,"
    texts = {"a": story + "需要公路货运量", "b": story + "需要港口泊位数"}
    needs = {"a": "公路货运量", "b": "港口泊位数"}
    lines = {i: (Line(level=Level.MUST, kind=Kind.TOPIC, value=value),) for i, value in needs.items()}
    [told] = near([Demand(id=i, text=text) for i, text in texts.items()], 0.01)
    [apart] = near([Demand(id=i, text=text, lines=lines[i]) for i, text in texts.items()], 0.01)
    assert apart[2] < told[2]
