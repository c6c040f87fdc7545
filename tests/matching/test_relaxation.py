"""Lines dropped or widened, counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from matching import Document, Kind, Level, Line, Verdict
from matching.relaxation import relaxations
from matching.verdicts import judge
from matching.widening import accepts, wider


def must(kind: Kind, value: str) -> Line:
    return Line(level=Level.MUST, kind=kind, value=value)


def test_relaxation_counts_what_only_this_line_keeps_away() -> None:
    met, unmet, unknown = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
    lines = [must(Kind.TOPIC, "水位"), must(Kind.TOPIC, "雨量"), must(Kind.REGION, "x"), must(Kind.FORMAT, "y")]
    told = {
        "a": [met, unmet, met, unmet],
        "b": [unmet, met, met, unmet],
        "c": [met, met, unmet, unknown],
        "d": [met, met, unmet, unmet],
        "e": [met, met, met, met],
        "off the topic": [unmet, unknown, unmet, met],
    }
    found = relaxations(lines, told)
    assert [(r.number, r.products, r.wider) for r in found] == [(3, ("a", "b"), None), (2, ("c",), None)]


def test_without_its_topic_a_demand_would_be_another() -> None:
    lines = [must(Kind.TOPIC, "水位"), must(Kind.REGION, "泸州市")]
    assert relaxations(lines, {"a": [Verdict.UNMET, Verdict.MET]}) == []
    assert relaxations(lines, {"a": [Verdict.UNKNOWN, Verdict.UNMET]}) == [], "nor where nothing is said of it"


def test_what_is_no_must_keeps_nobody_away() -> None:
    lines = [must(Kind.TOPIC, "水位"), must(Kind.REGION, "x"), Line(level=Level.SHOULD, kind=Kind.FORMAT, value="y")]
    [way] = relaxations(lines, {"a": [Verdict.MET, Verdict.UNMET, Verdict.UNMET]})
    assert (way.number, way.products) == (1, ("a",))


TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("asked", "products", "steps"),
    [
        (
            must(Kind.REGION, "古蔺县"),
            {"a": {"title": "叙永县水位"}, "b": {"title": "叙永县水位月报"}, "c": {"region": "四川省成都市武侯区"}},
            [("泸州市", "ab"), ("四川省", "abc"), ("", "abc")],
        ),
        (
            must(Kind.UPDATE_CYCLE, "每小时更新"),
            {"a": {"update_frequency": "每日"}, "b": {"update_frequency": "每年"}},
            [("每日更新", "a"), ("每年更新", "ab"), ("", "ab")],
        ),
        (
            must(Kind.GRANULARITY, "到村"),
            {"a": {"granularity": "乡镇"}, "b": {"granularity": "省"}},
            [("到乡镇", "a"), ("到省", "ab"), ("", "ab")],
        ),
        (
            must(Kind.GRANULARITY, "10米"),
            {"a": {"granularity": "30米"}},
            [("30米", "a"), ("", "a")],
        ),
        (
            must(Kind.TIME_SPAN, "近十年"),
            {"a": {"time_from": date(2021, 1, 1)}, "b": {"time_from": date(2026, 6, 1)}},
            [("2021年以来", "a"), ("", "ab")],
        ),
        (
            must(Kind.DELIVERY, "接口"),
            {"a": {"delivery": ("文件下载",)}, "b": {"delivery": ("沙箱",)}},
            [("接口或文件下载", "a"), ("", "ab")],
        ),
        (
            must(Kind.BUDGET, "每年20万元以内"),
            {"a": {"price": Decimal(215_000)}, "b": {"price": Decimal(999_000)}},
            [("每年22万元以内", "a"), ("", "ab")],
        ),
        (must(Kind.FORMAT, "JSON"), {"a": {"formats": ("pdf",)}}, [("", "a")]),
    ],
)
def test_a_line_is_widened_step_by_step(
    asked: Line, products: dict[str, dict[str, Any]], steps: list[tuple[str, str]]
) -> None:
    documents = {name: Document(id=name, **told) for name, told in products.items()}
    verdicts = {name: [judge(asked, document, TODAY).verdict] for name, document in documents.items()}
    assert all(told == [Verdict.UNMET] for told in verdicts.values())
    found = relaxations([asked], verdicts, documents, today=TODAY)
    assert [(r.wider.value if r.wider else "", "".join(r.products)) for r in found] == steps


KINDS = {
    Kind.REGION: ("古蔺县", "泸州市", "四川省", "长三角", "Chengdu"),
    Kind.GRANULARITY: ("按日", "到村", "10米", "by county"),
    Kind.UPDATE_CYCLE: ("实时", "每周更新", "一次性"),
    Kind.TIME_SPAN: ("近五年", "2010—2020年", "since 2010", "历史"),
    Kind.BUDGET: ("预算20万元以内", "¥5,000 per month", "$5,000"),
    Kind.DELIVERY: ("API接口", "网盘下载"),
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in KINDS.items() for value in values])
def test_each_wider_form_takes_in_what_the_one_before_took(kind: Kind, value: str) -> None:
    documents = [
        Document(id=f"{n}", region=region, granularity=grain, update_frequency=cycle, time_from=start,
                 delivery=("API",) if n % 2 else ("文件下载",), price=Decimal(price))
        for n, (region, grain, cycle, start, price) in enumerate(zip(
            ("四川省泸州市古蔺县", "四川省泸州市", "四川省", "全国", "上海市"),
            ("小时", "日", "到区县", "30米", "年"), ("实时", "每日", "每月", "每年", "静态"),
            (date(2005, 1, 1), date(2015, 1, 1), date(2022, 1, 1), date(2025, 1, 1), date(2026, 1, 1)),
            (0, 4_000, 60_000, 210_000, 390_000), strict=True))
    ]  # fmt: skip
    before: set[str] = set()
    for form in wider(must(kind, value), TODAY):
        taken = {document.id for document in documents if accepts(form, document, TODAY)}
        assert before <= taken, form.value
        before = taken
