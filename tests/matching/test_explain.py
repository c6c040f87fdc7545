"""Reasons: the verdict per kind of line, quotes that are really there, shares, questions."""

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.explain import Answer, explain, fits, question, with_answers
from matching.reading.lines import extract
from matching.types import Document, Kind, Level, Line, Reason, Verdict

TODAY = date(2025, 6, 30)
MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN


def line(kind: Kind, value: str, level: Level = Level.MUST) -> Line:
    return Line(level=level, kind=kind, value=value, phrase=value, start=0)


def one(kind: Kind, value: str, **attributes: Any) -> Reason:
    (reason,) = explain([line(kind, value)], Document(id="p", **attributes), today=TODAY)
    check(reason, Document(id="p", **attributes))
    return reason


def check(reason: Reason, document: Document) -> None:
    """A quote is literally in the attribute it names; only an unknown verdict has none."""
    assert bool(reason.quote) == (reason.verdict is not UNKNOWN)
    if reason.quote:
        value = getattr(document, reason.source)
        texts = value if isinstance(value, tuple) else (value if isinstance(value, str) else str(value),)
        assert any(reason.quote in text for text in texts)
    else:
        assert not reason.source


@pytest.mark.parametrize(
    ("asked", "attributes", "verdict", "quote"),
    [
        ("泸州市", {"region": "四川省"}, MET, "四川省"),
        ("泸州市", {"title": "泸州市水库名录"}, MET, "泸州市"),
        ("四川省", {"region": "四川省泸州市"}, UNKNOWN, ""),
        ("泸州市", {"title": "古蔺县水库名录"}, UNKNOWN, ""),
        ("四川省", {"title": "古蔺县水库名录"}, UNMET, "古蔺县"),
        ("全国", {"region": "四川省"}, UNKNOWN, ""),
        ("全国", {"region": "四川省泸州市"}, UNMET, "四川省泸州市"),
        ("泸州市", {"region": "宁夏回族自治区"}, UNMET, "宁夏回族自治区"),
        ("泸州市", {"region": "四川省", "title": "古蔺县水库名录"}, UNKNOWN, ""),
        ("江苏、浙江两省", {"region": "长三角"}, MET, "长三角"),
        ("江苏、浙江两省", {"region": "江苏省"}, UNKNOWN, ""),
        ("Sichuan", {"description": "数据覆盖全国"}, MET, "全国"),
        ("四川省", {"description": "本平台是全国领先的水文服务商"}, UNKNOWN, ""),
        ("四川省", {"description": "Observations from all over China"}, MET, "China"),
        ("全国", {"description": "本平台是全国领先的水文服务商"}, UNKNOWN, ""),
        ("合肥市", {"title": "水质数据", "publisher": "合肥市生态环境局"}, MET, "合肥市"),
        ("合肥市", {"title": "水质数据", "publisher": "合肥数据科技有限公司"}, UNKNOWN, ""),
        ("合肥市", {"title": "水质数据"}, UNKNOWN, ""),
    ],
)
def test_region(asked: str, attributes: dict[str, Any], verdict: Verdict, quote: str) -> None:
    reason = one(Kind.REGION, asked, **attributes)
    assert (reason.verdict, reason.quote) == (verdict, quote)


@pytest.mark.parametrize(
    ("asked", "attributes", "verdict"),
    [
        ("2019年以来", {"time_from": date(2015, 1, 1)}, MET),
        ("2019年以来", {"time_from": date(2015, 1, 1), "time_to": date(2018, 12, 31)}, UNMET),
        ("2019年以来", {"time_from": date(2024, 1, 1)}, UNMET),
        ("近三年", {"title": "2022年以来空气质量"}, MET),
        ("近三年", {"title": "2016年度空气质量"}, UNMET),
        ("2010—2020年", {"time_from": date(2010, 1, 1), "time_to": date(2020, 6, 1)}, MET),
        ("since 2010", {"description": "覆盖2008年至今"}, MET),
        ("历史", {"time_from": date(2001, 1, 1)}, MET),
        ("2019年以来", {"title": "空气质量"}, UNKNOWN),
    ],
)
def test_time_span(asked: str, attributes: dict[str, Any], verdict: Verdict) -> None:
    assert one(Kind.TIME_SPAN, asked, **attributes).verdict is verdict


@pytest.mark.parametrize(
    ("asked", "offered", "verdict"),
    [
        ("每月更新", "每日", MET),
        ("每月更新", "monthly", MET),
        ("每月更新", "每年", UNMET),
        ("T+1或按月更新", "每月", MET),
        ("实时更新", "动态 (每半年更新)", UNMET),
        ("持续更新", "每季度", MET),
        ("持续更新", "静态", UNMET),
        ("一次性交付", "静态", MET),
        ("一次性交付", "每年", UNKNOWN),
        ("每月更新", "不定期", UNKNOWN),
        ("每月更新", "", UNKNOWN),
    ],
)
def test_update_cycle(asked: str, offered: str, verdict: Verdict) -> None:
    assert one(Kind.UPDATE_CYCLE, asked, update_frequency=offered).verdict is verdict


@pytest.mark.parametrize(
    ("asked", "attributes", "verdict"),
    [
        ("按日", {"granularity": "小时"}, MET),
        ("按日", {"granularity": "月"}, UNMET),
        ("到区县", {"granularity": "乡镇"}, MET),
        ("到乡镇", {"granularity": "区县"}, UNMET),
        ("by county", {"granularity": "街道"}, MET),
        ("空间分辨率不低于30米", {"granularity": "10米"}, MET),
        ("小时", {"title": "市生态环境局-城市小时监测数据"}, MET),
        ("逐条记录", {"description": "按企业逐条提供"}, MET),
        ("按日", {"title": "空气质量"}, UNKNOWN),
        ("到区县", {"title": "乡镇人口数据", "description": "按省份存储"}, UNKNOWN),
    ],
)
def test_granularity(asked: str, attributes: dict[str, Any], verdict: Verdict) -> None:
    assert one(Kind.GRANULARITY, asked, **attributes).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "asked", "attributes", "verdict"),
    [
        (Kind.DELIVERY, "接口方式交付", {"delivery": ("API",)}, MET),
        (Kind.DELIVERY, "接口方式交付", {"formats": ("api",)}, MET),
        (Kind.DELIVERY, "网盘下载", {"formats": ("xlsx",)}, MET),
        (Kind.DELIVERY, "网盘下载", {"formats": ("xlsx",), "delivery": ("API",)}, UNMET),
        (Kind.DELIVERY, "可信环境内使用", {"delivery": ("沙箱",)}, MET),
        (Kind.DELIVERY, "接口方式交付", {"delivery": ("文件下载",)}, UNMET),
        (Kind.DELIVERY, "接口方式交付", {}, UNKNOWN),
        (Kind.DELIVERY, "每天推一个CSV文件", {"delivery": ("file",)}, MET),
        (Kind.DELIVERY, "推送", {"description": "避免反推到具体企业"}, UNKNOWN),
        (Kind.DELIVERY, "推送", {"description": "每晚推到贵方服务器"}, MET),
        (Kind.FORMAT, "Excel或CSV", {"formats": ("xls",)}, MET),
        (Kind.FORMAT, "JSON", {"formats": ("xls",)}, UNMET),
        (Kind.FORMAT, "shp", {"formats": ("GeoJSON",)}, UNKNOWN),
        (Kind.FORMAT, "矢量文件", {"formats": ("GeoJSON",)}, MET),
        (Kind.FORMAT, "CSV", {"formats": ("XLSX",)}, UNKNOWN),
        (Kind.FORMAT, "CSV或Excel", {"formats": ("XLSX",)}, MET),
        (Kind.FORMAT, "表格", {"formats": ("CSV",)}, MET),
        (Kind.FORMAT, "CGCS2000坐标系", {"formats": ("shp",)}, UNKNOWN),
        (Kind.FORMAT, "JSON", {"formats": ("file",)}, UNKNOWN),
    ],
)
def test_delivery_and_format(kind: Kind, asked: str, attributes: dict[str, Any], verdict: Verdict) -> None:
    assert one(kind, asked, **attributes).verdict is verdict


@pytest.mark.parametrize(
    ("asked", "price", "unit", "verdict"),
    [
        ("预算20万元以内", Decimal(150_000), "元/套", MET),
        ("预算20万元以内", Decimal(250_000), "元/套", UNMET),
        ("预算20万元左右", Decimal(210_000), "", MET),
        ("一年20万元以内", Decimal(15_000), "元/月", MET),
        ("一年20万元以内", Decimal(20_000), "元/月", UNMET),
        ("预算20万元以内", Decimal("0.5"), "元/次", UNKNOWN),
        ("每次不超过0.1元", Decimal("0.08"), "元/次", MET),
        ("每次不超过0.1元", Decimal("0.12"), "call", UNMET),
        ("每次不超过0.1元", Decimal("0.08"), "volume", UNKNOWN),
        ("每次不超过0.1元", Decimal(100), "month", UNKNOWN),
        ("一年20万元以内", Decimal("0.08"), "call", UNKNOWN),
        ("一年20万元以内", Decimal("0.08"), "volume", UNKNOWN),
        ("一年20万元以内", Decimal(20_000), "month", UNMET),
        ("一年20万元以内", Decimal(200_000), "year", MET),
        ("一年20万元以内", Decimal(200_000), "product", MET),
        ("预算20万元以内", Decimal("NaN"), "元/年", UNKNOWN),
        ("预算20万元以内", None, "", UNKNOWN),
        ("$5,000", Decimal(100), "元", UNKNOWN),
        ("预算20万元以内", Decimal(0), "", MET),
    ],
)
def test_budget(asked: str, price: Decimal | None, unit: str, verdict: Verdict) -> None:
    assert one(Kind.BUDGET, asked, price=price, price_unit=unit).verdict is verdict


@pytest.mark.parametrize(
    ("asked", "attributes", "verdict", "quote"),
    [
        ("空气质量", {"title": "环保局_PM2.5空气质量实时信息"}, MET, "空气质量"),
        ("空气质量", {"title": "白酒生产企业名单"}, UNMET, "白酒生产企业名单"),
        ("手机号在网时长核验", {"title": "手机在网时长-联通"}, MET, "在网时长"),
        ("芜湖医院清单", {"title": "芜湖市医疗机构信息"}, MET, "芜湖市医疗机构"),
        ("个人社保参保核验", {"title": "个人参保信息"}, MET, "个人参保"),
        ("药品和医疗器械经营企业名录", {"title": "药品采购中标公告"}, UNKNOWN, ""),
        ("矿山、工厂的环保处罚、安全许可", {"title": "矿山设备大全"}, UNKNOWN, ""),
        ("矿山、工厂的环保处罚、安全许可", {"title": "环保处罚公示"}, MET, "环保处罚"),
        ("诊所清单", {"title": "全市医院名单"}, UNMET, "全市医院名单"),
        ("手机号在网时长核验", {"title": "宽带在网时段"}, UNKNOWN, ""),
        ("医院、诊所清单", {"title": "全市医院信息"}, MET, "医院"),
        ("air quality readings", {"title": "Hourly Air Quality"}, MET, "Air Quality"),
        ("air quality", {"title": "空气质量日报"}, MET, "空气质量"),
        ("空气质量监测", {"title": "Air quality monitoring stations"}, MET, "Air quality monitoring"),
        ("空气质量监测", {"title": "Library opening hours"}, UNKNOWN, ""),
        ("水庫水位", {"title": "全市水库水位信息"}, MET, "水库水位"),
    ],
)
def test_topic(asked: str, attributes: dict[str, Any], verdict: Verdict, quote: str) -> None:
    reason = one(Kind.TOPIC, asked, **attributes)
    assert (reason.verdict, reason.quote) == (verdict, quote)


def test_fields_are_met_by_nearly_all_of_them() -> None:
    fields = ("企业名称", "统一社会信用代码", "经营地址")
    assert one(Kind.FIELDS, "企业名称、统一社会信用代码", title="名录", fields=fields).verdict is MET
    assert one(Kind.FIELDS, "企业名称、用电量、纳税额", title="名录", fields=fields).verdict is UNKNOWN


def test_a_weight_decides_what_is_essential() -> None:
    asked = [line(Kind.TOPIC, "羊肚菌企业")]
    product = Document(id="p", title="装备制造企业名录")
    rare = explain(asked, product, today=TODAY, weight=lambda term: 0.1 if "企业" in term else 9.0)
    assert rare[0].verdict is not MET


def test_shares_are_parts_of_one_and_must_weighs_most() -> None:
    asked = [
        line(Kind.REGION, "泸州市"),
        line(Kind.UPDATE_CYCLE, "每月更新"),
        line(Kind.FORMAT, "Excel", Level.NICE),
        line(Kind.TOPIC, "水库水位"),
    ]
    product = Document(
        id="p", title="泸州市水库水位信息", update_frequency="每日", formats=("xls",), region="四川省泸州市"
    )
    reasons = explain(asked, product, today=TODAY)
    assert [reason.verdict for reason in reasons] == [MET] * 4
    assert sum(reason.share for reason in reasons) == pytest.approx(1)
    shares = {reason.kind: reason.share for reason in reasons}
    assert shares[Kind.TOPIC] > shares[Kind.REGION] > shares[Kind.UPDATE_CYCLE] > shares[Kind.FORMAT]


def test_fits_unless_a_must_line_is_unmet() -> None:
    product = Document(id="p", title="泸州市水库名录", region="四川省泸州市", update_frequency="每年")
    assert fits(explain([line(Kind.REGION, "泸州市"), line(Kind.GRANULARITY, "按日")], product, today=TODAY))
    assert not fits(explain([line(Kind.REGION, "合肥市")], product, today=TODAY))
    assert fits(explain([line(Kind.UPDATE_CYCLE, "每日更新", Level.SHOULD)], product, today=TODAY))
    two = [line(Kind.TOPIC, "水库名录"), line(Kind.TOPIC, "白酒企业")]
    assert fits(explain(two, product, today=TODAY))
    assert not fits(explain(two[1:], product, today=TODAY))
    assert fits(())


def test_questions_in_both_languages() -> None:
    asked = line(Kind.UPDATE_CYCLE, "每月更新")
    assert question(asked, "zh") == "数据能否做到“每月更新”？"
    assert "每月更新" in question(asked, "en")
    assert all(question(line(kind, "x"), language) for kind in Kind for language in ("zh", "en"))
    with pytest.raises(ValueError, match="fr"):
        question(asked, "fr")


# ------------------------------------------------------------------------------------------- properties
TOKENS = (
    "泸州市 四川省 2019年以来 每月更新 按日 空气质量 水库 API 接口 csv Excel 免费 monthly county air quality "
    "预算20万元以内 名称、地址 \ud800 ﬁ İ 😀 、 , 全国 实时 到区县"
)
TEXT = st.text(max_size=30) | st.lists(
    st.sampled_from(TOKENS.split(" ")),
    max_size=6,
).map(" ".join)
DOCUMENTS = st.builds(
    Document,
    id=st.just("p"),
    title=TEXT,
    description=TEXT,
    detail=TEXT,
    tags=st.lists(TEXT, max_size=2).map(tuple),
    themes=st.lists(TEXT, max_size=2).map(tuple),
    publisher=TEXT,
    fields=st.lists(TEXT, max_size=3).map(tuple),
    region=TEXT,
    granularity=TEXT,
    time_from=st.none() | st.dates(),
    time_to=st.none() | st.dates(),
    update_frequency=TEXT,
    formats=st.lists(TEXT, max_size=2).map(tuple),
    delivery=st.lists(TEXT, max_size=2).map(tuple),
    price=st.none() | st.decimals(allow_nan=True, allow_infinity=True),
    price_unit=st.sampled_from(["", "元/年", "元/月", "元/次", "\x00"]),
)
LINES = st.builds(
    Line, level=st.sampled_from(Level), kind=st.sampled_from(Kind), value=TEXT, phrase=TEXT, start=st.just(0)
)


@settings(deadline=None, max_examples=200)
@given(st.lists(LINES, max_size=6), DOCUMENTS)
def test_never_a_reason_that_is_not_in_the_texts(lines: list[Line], document: Document) -> None:
    reasons = explain(lines, document, today=TODAY)
    assert [(r.kind, r.level, r.value, r.phrase) for r in reasons] == [
        (x.kind, x.level, x.value, x.phrase) for x in lines
    ]
    for reason in reasons:
        check(reason, document)
        assert reason.share >= 0
    assert sum(reason.share for reason in reasons) <= 1 + 1e-9


# -------------------------------------------------------------------------------------- graded pairings
def test_verdicts_rise_with_the_grades_of_real_pairings(shared_data: Path) -> None:
    folder = shared_data / "collections/market_demands_dev"
    names = ("listings/china_data_exchanges", "catalogues/china_local_portals")
    catalogues = [shared_data / f"{name}.jsonl.gz" for name in names]
    rows = [row.split("\t") for row in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    wanted = {row[1] for row in rows}
    products = {r["id"]: r for path in catalogues for r in records(path) if r["id"] in wanted}
    texts = {record["id"]: record["text"] for record in records(folder / "queries.jsonl.gz")}
    demands = {demand: extract(text) for demand, text in texts.items()}
    share: dict[str, list[float]] = {}
    fitting: dict[str, list[bool]] = {}
    for demand, product, grade in rows:
        document = as_document(products[product])
        reasons = explain(demands[demand], document, today=date(2023, 12, 1))
        for reason in reasons:
            check(reason, document)
            assert reason.phrase in texts[demand]
        share.setdefault(grade, []).append(sum(reason.share for reason in reasons))
        fitting.setdefault(grade, []).append(fits(reasons))
    shares = [sum(share[grade]) / len(share[grade]) for grade in "0123"]
    fit = [sum(fitting[grade]) / len(fitting[grade]) for grade in "0123"]
    assert shares == sorted(shares)
    assert shares[3] > 2.5 * shares[0]
    assert fit[3] > 0.85
    assert fit[3] > 2.5 * fit[0]


def records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


def as_document(record: dict[str, Any]) -> Document:
    return Document(
        id=record["id"],
        title=record["title"] or "",
        description=record["description"] or "",
        detail=record.get("detail") or "",
        tags=tuple(record["tags"] or ()),
        themes=tuple(record["themes"] or ()),
        publisher=record["publisher"] or "",
        region=record.get("region") or record.get("coverage") or "",
        update_frequency=record["update_frequency"] or "",
        formats=tuple(record.get("formats") or ()),
    )


def test_a_topic_is_told_by_its_words_wherever_they_stand() -> None:
    abstract = "台风预警期间各渔港和锚地的设计容量、在港渔船数与剩余泊位，平时每日一报。"
    reason = one(Kind.TOPIC, "台风期间渔港剩余泊位", title="渔港避风锚地容量", description=abstract)
    assert (reason.verdict, reason.quote) == (MET, "剩余泊位")


def test_a_quote_for_a_topic_holds_a_word_of_it() -> None:
    reason = one(Kind.TOPIC, "（市、区）公路货运量", title="公路货运量", fields=("县（市、区）名称",))
    assert reason.quote == "公路货运量"
    bare = one(Kind.TOPIC, "（市、区）牲畜", title="县（市、区）名称表", description="共九十五个。")
    assert bare.verdict is not MET


def test_what_a_product_says_goes_before_what_was_answered() -> None:
    line = Line(level=Level.MUST, kind=Kind.REGION, value="江苏省")
    no = {(line.kind, line.value): Answer(Verdict.UNMET, 0.0, "不提供")}
    said = explain([line], Document(id="p", title="江苏省公路货运量"), today=date(2026, 1, 1))
    assert said[0].verdict is Verdict.MET
    assert with_answers(said, no) == said
    silent = explain([line], Document(id="p", title="公路货运量"), today=date(2026, 1, 1))
    assert [(r.verdict, r.quote) for r in with_answers(silent, no)] == [(Verdict.UNMET, "不提供")]


def test_half_is_not_enough_and_what_is_not_said_of_a_purpose_is_unknown() -> None:
    def verdict(kind: Kind, value: str, **said: Any) -> Verdict:
        line = Line(level=Level.MUST, kind=kind, value=value)
        return explain([line], Document(id="p", title="江苏省公路货运量", **said), today=date(2026, 1, 1))[0].verdict

    years = {"time_from": date(2022, 1, 1), "time_to": date(2024, 12, 31)}
    assert verdict(Kind.TIME_SPAN, "2020年至2024年", **years) is Verdict.UNMET
    assert verdict(Kind.FIELDS, "车牌号、车型、轴数、载重", fields=("车牌号", "车型")) is Verdict.UNKNOWN
    assert verdict(Kind.PURPOSE, "信贷审查") is Verdict.UNKNOWN
