"""Places: what is found, what contains what."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import regions


def codes(text: str) -> list[set[str]]:
    return [set(place.options[0]) for place in regions.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("泸州水库水位", [{"CN5105"}]),
        ("四川省泸州市古蔺县的白酒企业", [{"CN510525"}]),
        ("内江东兴区与德阳旌阳区", [{"CN511011"}, {"CN510603"}]),
        ("南京市鼓楼区", [{"CN320106"}]),
        ("全国各地", [{"CN"}]),
        ("京津冀", [{"CN11", "CN12", "CN13"}]),
        ("臺北以外的台灣", [{"CN7101"}, {"CN71"}]),
        ("Guangdong, Xi'an and Hong Kong", [{"CN44"}, {"CN6101"}, {"CN81"}]),
        ("registered in New York City", [{"US-NY"}]),
        ("新加坡与日本", [{"SG"}, {"JP"}]),
        ("杭州市钱塘区", [{"CN330114"}]),
        ("苏州工业园区写字楼", [{"CN3205"}]),
        ("医保定点医院", []),
    ],
)
def test_named_places_are_found(text: str, found: list[set[str]]) -> None:
    assert codes(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "医保定点药店",
        "格栅和县级汇总表",
        "农民合作社",
        "中国移动通信数据",
        "白银价格",
        "polish china cups",
        "城区道路",
        "",
    ],
)
def test_ordinary_words_are_no_places(text: str) -> None:
    assert regions.find(text) == ()


def test_a_county_lies_in_its_province_and_in_the_country() -> None:
    county, city, province, country, world = (frozenset([code]) for code in ("CN510525", "CN5105", "CN51", "CN", ""))
    for inner, outer in [(county, city), (city, province), (province, country), (country, world), (county, world)]:
        assert regions.covers(outer, inner)
        assert not regions.covers(inner, outer)
        assert regions.overlaps(inner, outer)


def test_a_zone_covers_its_members_and_no_member_covers_the_zone() -> None:
    (delta,) = codes("长三角")
    assert regions.covers(frozenset(delta), frozenset(["CN3401"]))
    assert not regions.covers(frozenset(["CN34"]), frozenset(delta))
    assert not regions.overlaps(frozenset(delta), frozenset(["CN51"]))


def test_a_shared_name_keeps_its_meanings_until_the_text_decides() -> None:
    assert len(regions.find("Suzhou")[0].options) == 2
    assert regions.find("Anhui, for instance Suzhou")[1].options == (frozenset(["CN3413"]),)


def test_labels_are_full_names() -> None:
    assert [regions.label(frozenset([code])) for code in ("CN5105", "CN510525", "CN", "CN11", "SG")] == [
        "泸州市",
        "泸州市古蔺县",
        "全国",
        "北京市",
        "新加坡",
    ]
    assert regions.label(frozenset(["CN51", "CN50"])) == ""


def test_texts_read_together_are_read_as_each_alone() -> None:
    words = [
        "四川省",
        "泸州",
        "古蔺县",
        "京津冀",
        "云贵两省",
        "臺北",
        "Suzhou",
        "Anhui",
        "北",
        "京",
        "白酒",
        "\n",
        "，",
        "😀",
        "\ud800",
    ]
    draw = random.Random(3)
    texts = ["".join(draw.choices([*words, *"\n，😀\ud800"], k=draw.randrange(9))) for _ in range(300)]
    assert list(regions.find_all(texts)) == [regions.find(text) for text in texts]
    assert list(regions.find_all([])) == []
    # A name that the end of a text cuts in two is none.
    assert list(regions.find_all(["四川省泸", "州"])) == [regions.find("四川省"), ()]


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=200) | st.text(alphabet="北京上海市区县泸州省、 ABeijing", max_size=60))
def test_every_place_stands_where_it_says(text: str) -> None:
    at = 0
    for place in regions.find(text):
        assert text[place.start : place.end] == place.phrase
        assert place.start >= at
        at = place.end


@pytest.mark.parametrize(
    ("text", "sea"),
    [
        ("fishing in China seas", "China seas"),
        ("traffic in the South China Sea", "the South China Sea"),
        ("oil spills in the Gulf of Mexico", "the Gulf of Mexico"),
        ("中国近海渔获量", "中国近海"),
        ("西北太平洋台风路径", "西北太平洋"),
        ("南海渔场海温", "南海渔场"),
    ],
)
def test_a_sea_is_no_part_of_the_country_it_is_named_after(text: str, sea: str) -> None:
    assert [(place.phrase, place.options) for place in regions.areas(text)] == [(sea, (frozenset(),))]


def test_what_only_begins_like_a_sea_is_none() -> None:
    assert codes("佛山市南海区企业") == [{"CN440605"}]
    assert codes("中国海关进口额") == [{"CN"}]
    assert [place.phrase for place in regions.areas("河南海绵城市")] == ["河南"]
    assert [place.phrase for place in regions.areas("China Seafood")] == ["China"]
