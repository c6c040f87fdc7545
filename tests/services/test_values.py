"""What the values of foreign files mean."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from market.services import values
from market.services.values import Odd


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("每日", "daily"), ("日", "daily"), ("每天", "daily"), ("动态 (每月更新)", "monthly"), ("按年更新", "yearly"),
        ("动态 (每一年更新)", "yearly"), ("每半年", "yearly"), ("每两年", "irregular"), ("季度", "quarterly"),
        ("实时", "realtime"), ("秒级别", "realtime"), ("每小时", "hourly"), ("不定期", "irregular"),
        ("按需更新", "irregular"), ("静态", "static"), ("一次性", "static"), ("不更新", "static"), ("‘每年’", "yearly"),
        ("Monthly", "monthly"), ("annually", "yearly"), ("real-time", "realtime"), ("weekly", "weekly"),
        ("once", "static"), ("quarterly", "quarterly"),
    ],
)  # fmt: skip
def test_update_cycles(written, meant):
    assert values.update_cycle(written) == meant


@pytest.mark.parametrize(
    "written", ["1次/日~1次/周", "牲畜饲养", "常规飞行区 30 天一更新，高频飞行区 7 天一更新", "x" * 50]
)
def test_what_is_not_one_cycle_is_asked_back(written):
    with pytest.raises(Odd):
        values.update_cycle(written)


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ("7000.00元", "7000.00", None), ("0.09元/次", "0.09", "call"), ("1元/1次", "1", "call"), ("免费", "0", None),
        ("面议", None, None), ("Negotiable", None, None), ("88.00元/月", "88.00", "month"), ("288元/年", "288", "year"),
        ("¥1,200.50", "1200.50", None), ("１２００元", "1200", None), ("1.5万元", "15000", None), (5000, "5000", None),
        (0.5, "0.5", None), ("3元/条", "3", "volume"), ("100 yuan per call", "100", "call"),
        ("95000.0元/次", "95000.0", "call"),
    ],
)  # fmt: skip
def test_prices(written, amount, unit):
    assert values.price(written) == (None if amount is None else Decimal(amount), unit)


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("NaN", "not a number"), ("-1", "negative"), ("inf", "not a number"), ("754300.0000000001元/次", "two decimal"),
        ("10元/100次", "for several"), ("413.89元/天", "for the product"), ("$100", "not a number"),
        ("about 5", "not a number"), ("1.2.3", "not a number"), ("9" * 14, "too large"),
    ],
)  # fmt: skip
def test_wrong_prices(written, part):
    with pytest.raises(Odd, match=part):
        values.price(written)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2024-05-13", (2024, 5, 13), (2024, 5, 13)), ("2024/5/3", (2024, 5, 3), (2024, 5, 3)),
        ("2024年5月", (2024, 5, 1), (2024, 5, 31)), ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2024年", (2024, 1, 1), (2024, 12, 31)), ("20240513", (2024, 5, 13), (2024, 5, 13)),
        ("2024-12", (2024, 12, 1), (2024, 12, 31)), ("2024-05-13 00:00:00", (2024, 5, 13), (2024, 5, 13)),
    ],
)  # fmt: skip
def test_dates(written, first, last):
    assert (values.day(written), values.day(written, last=True)) == (date(*first), date(*last))


def test_dates_of_spreadsheets_are_taken_as_they_are():
    assert values.day(datetime(2024, 5, 13, 8, 30)) == date(2024, 5, 13)


@pytest.mark.parametrize("written", ["45000", "2024-13-01", "2024-00", "31.12.2024", "soon", "2024-02-30"])
def test_what_is_no_date_is_asked_back(written):
    with pytest.raises(Odd):
        values.day(written)


@pytest.mark.parametrize(
    ("written", "begin", "end"),
    [
        ("2019年至今", date(2019, 1, 1), None),
        ("2019-2023", date(2019, 1, 1), date(2023, 12, 31)),
        ("2019-01-01至2020-06-30", date(2019, 1, 1), date(2020, 6, 30)),
        ("2019-03 - 2020-02", date(2019, 3, 1), date(2020, 2, 29)),
        ("2023年", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_time_spans(written, begin, end):
    assert values.time_span(written) == (begin, end)


@pytest.mark.parametrize(
    ("written", "modes"),
    [
        ("数据集", ("file",)), ("API数据", ("api",)), ("接口、文件下载", ("api", "file")), ("自行交付", ()),
        ("平台外交付", ()), ("模型算法", ("model",)), ("数据应用", ()), ("其他", ()), ("隐私计算", ("sandbox",)),
        ("核验", ("query",)), (["api", "file"], ("api", "file")),
    ],
)  # fmt: skip
def test_delivery(written, modes):
    assert values.delivery(written) == modes


def test_an_unknown_way_of_delivery_is_asked_back():
    with pytest.raises(Odd):
        values.delivery("快递")


def test_formats_say_how_data_are_delivered():
    assert values.delivery_of_formats(["xls", "CSV"]) == ("file",)
    assert values.delivery_of_formats(["api", "json"]) == ("api", "file")
    assert values.delivery_of_formats(["$type"]) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("无条件开放", "unconditional"), ("有条件开放", "conditional"), ("不予开放", "not_open"),
        ("unconditional", "unconditional"), ("conditional", "conditional"), ("not open", "not_open"),
        ("普通公开，简单注册用户可下载", "conditional"),
    ],
)  # fmt: skip
def test_opening_classes(written, meant):
    assert values.opening(written) == meant


def test_grades():
    assert [values.data_class(w) for w in ("一般数据-二级数据", "重要数据", "核心数据")] == [
        "general",
        "important",
        "core",
    ]


def test_columns_of_the_data_in_every_form():
    plain = values.fields("县代码：六位, 日期")
    assert [(f["name"], f["meaning"]) for f in plain] == [("县代码", "六位"), ("日期", "")]
    asked = values.fields('[{"名称": "吨", "类型": "数值", "说明": "重量"}, "县"]')
    assert asked == [
        {"name": "吨", "type": "number", "meaning": "重量"},
        {"name": "县", "type": "string", "meaning": ""},
    ]
