"""The estimator: ranking, exact edits, bad input."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Demand, Document, Matcher, as_demand, as_document
from matching.text import Analyser

PRODUCTS = [
    Document(id="air", title="合肥市空气质量小时数据", description="各监测站PM2.5、臭氧浓度", region="安徽省合肥市"),
    Document(id="water", title="泸州市水库水位", description="每日水位与蓄水量", tags=("水利",)),
    Document(id="bus", title="Bus arrival times", description="Real-time arrivals of city buses in Hefei"),
    Document(id="firms", title="企业工商登记信息", publisher="市场监督管理局"),
]
TEXTS = [
    "合肥空气质量",
    "水库 水位 数据",
    "real time bus",
    "企业登记",
    "数据",
    "要企业登记数据、空气质量水位与水库水位数据",
]
word = st.sampled_from(["空气", "质量", "水库", "水位", "企业", "登记", "合肥", "bus", "data", "数据"])
products = st.builds(
    lambda i, title, text: Document(id=f"p{i}", title=" ".join(title), description="".join(text)),
    st.integers(0, 12),
    st.lists(word, max_size=4),
    st.lists(word, max_size=8),
)
edits = st.lists(
    st.one_of(
        st.lists(products, max_size=4, unique_by=lambda p: p.id),
        st.sets(st.integers(0, 12).map("p{}".format), max_size=4),
    ),
    max_size=8,
)


def test_ranks_the_fitting_product_first() -> None:
    matcher = Matcher().fit(PRODUCTS)
    wanted = {
        "合肥空气質量": "air",
        "泸州水库": "water",
        "buses arriving in real time": "bus",
        "登记的企业": "firms",
    }
    assert {text: matcher.search(text, 1)[0][0] for text in wanted} == wanted


def test_match_gives_ranks_from_one_and_falling_scores() -> None:
    [matches] = Matcher().fit(PRODUCTS).match([Demand(id="d", text="合肥的水位、空气质量和企业数据")], 3)
    assert [m.rank for m in matches] == [1, 2, 3]
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)
    assert {m.demand for m in matches} == {"d"}


def test_search_among_some_products_only() -> None:
    matcher = Matcher().fit(PRODUCTS)
    assert [i for i, _ in matcher.search("空气质量数据", 5, among={"water", "air", "unknown"})] == ["air"]
    assert matcher.search("空气质量数据", 5, among=()) == []


def test_score_agrees_with_search_and_is_zero_without_a_shared_word() -> None:
    matcher = Matcher().fit(PRODUCTS)
    found = dict(matcher.search("合肥空气质量", 10))
    scores = matcher.score(Demand(id="d", text="合肥空气质量"), ["air", "bus", "nobody"])
    assert scores["air"] == found["air"]
    assert scores["bus"] == found.get("bus", 0.0)
    assert "nobody" not in scores


def test_a_product_named_in_full_comes_before_those_with_more_of_the_words() -> None:
    named = Document(id="z", title="普通公路路况", description="养护")
    fuller = Document(
        id="a", title="公路路况养护巡查", description="公路养护巡查的路况、桥梁与隧道数据，普通公路每月巡查"
    )
    text = "养护公司巡查桥梁和隧道，想看普通公路路况这类数据，每月更新"
    matcher = Matcher().fit([named, fuller])
    assert [i for i, _ in matcher.search(text, 2)] == ["z", "a"]
    assert [i for i, _ in matcher.search(text.replace("普通公路路况", "普通公路的路况"), 2)] == ["a", "z"]


def test_a_word_that_says_nothing_here_says_nothing_in_english() -> None:
    english = Document(id="english", title="Open data")
    matcher = Matcher().fit([english, PRODUCTS[1], *(Document(id=f"{n}", title=f"{n}号公交数据") for n in range(20))])
    scores = dict(matcher.search("水库数据", 30))
    assert scores["english"] < 0.1 * scores["water"]
    assert [i for i, _ in Matcher().fit([english, PRODUCTS[1]]).search("数据", 2)] == ["english"]


def test_products_find_demands_in_the_mirrored_index() -> None:
    demands = [
        Demand(id="d1", title="空气", text="需要合肥空气质量"),
        Demand(id="d2", text="bus arrival data"),
    ]
    mirror = Matcher().fit([as_document(d) for d in demands])
    [[best, *_], [bus, *_]] = mirror.match([as_demand(PRODUCTS[0]), as_demand(PRODUCTS[2])], 2)
    assert (best.product, bus.product) == ("d1", "d2")


@settings(max_examples=60, deadline=None)
@given(st.lists(products, max_size=6, unique_by=lambda p: p.id), edits)
def test_an_edited_index_answers_as_one_built_anew(start: list[Document], history: list[object]) -> None:
    matcher = Matcher().fit(start)
    held = {p.id: p for p in start}
    for edit in history:
        if isinstance(edit, list):
            matcher.add(edit)
            held |= {p.id: p for p in edit}
        elif isinstance(edit, set):
            matcher.remove(edit)
            held = {i: p for i, p in held.items() if i not in edit}
    anew = Matcher().fit(list(held.values()))
    assert len(matcher) == len(anew) == len(held)
    assert all((f"p{i}" in matcher) == (f"p{i}" in held) for i in range(13))
    for text in [*TEXTS, "空气质量数据 water", "bus bus 企业登记"]:
        assert matcher.search(text, 5) == anew.search(text, 5)


def test_readers_see_one_state_while_a_writer_works() -> None:
    matcher = Matcher().fit([Document(id=f"a{i}", title="空气质量") for i in range(20)])
    torn: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            torn.extend(n for n in [len(matcher.search("空气质量", 100))] if n not in (20, 40))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(30):
        matcher.add([Document(id=f"b{i}", title="空气质量") for i in range(20)])
        matcher.remove([f"b{i}" for i in range(20)])
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []


def test_duplicate_ids_are_named() -> None:
    twice = [Document(id="same"), Document(id="other"), Document(id="same")]
    with pytest.raises(ValueError, match="same id: same"):
        Matcher().fit(twice)
    with pytest.raises(ValueError, match="same id: same"):
        Matcher().add(twice)


ODD = {
    "empty": "",
    "space": " ",
    "one han": "数",
    "one letter": "a",
    "stop words": "the of and",
    "emoji": "😀🎉",
    "surrogates": "\ud800\udfff",
    "control": "\x00\x07\x1b",
    "1 MB han": "数据" * 170_000,
    "1 MB english": "data " * 200_000,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_any_text_is_taken_on_both_sides(text: str) -> None:
    matcher = Matcher().fit([*PRODUCTS, Document(id="odd", title=text, description=text, tags=(text,))])
    assert "odd" in matcher
    found = matcher.match([Demand(id="d", title=text, text=text)], 5)[0]
    assert len(found) <= 5
    assert matcher.search("合肥空气质量", 1)[0][0] == "air"
    matcher.remove(["odd"])
    assert len(matcher) == len(PRODUCTS)


def test_two_english_words_that_belong_together_count_more_than_apart() -> None:
    together = Document(id="z", title="Records", description="water quality of rivers and many other things")
    apart = Document(id="a", title="Records", description="quality of rivers, water and many other things")
    matcher = Matcher().fit([together, apart])
    assert [i for i, _ in matcher.search("water quality", 2)] == ["z", "a"]
    assert list(Analyser().cut("water-quality, of the rivers in China").pairs) == ["water qualiti", "river china"]


def test_a_place_is_matched_by_its_ground_more_than_by_its_name() -> None:
    matcher = Matcher().fit(
        [
            Document(id="a", title="合肥市合肥区合肥路牌", region="合肥市"),
            Document(id="inside", title="空气质量监测", region="安徽省合肥市"),
            Document(id="elsewhere", title="空气质量监测", region="四川省泸州市"),
        ]
    )
    assert [i for i, _ in matcher.search("合肥空气质量", 3)] == ["inside", "elsewhere", "a"]
    named, unnamed = (dict(matcher.search(text, 3)) for text in ("安徽空气质量", "空气质量"))
    assert named["elsewhere"] < 0.8 * named["inside"]
    assert unnamed["elsewhere"] == pytest.approx(unnamed["inside"], rel=0.01)


def test_a_long_query_asks_for_the_head_of_a_product() -> None:
    named = Document(id="z", title="桥梁形变卫星监测", description="本产品由公司提供，欢迎选购。")
    told = Document(id="a", title="综合服务", description="桥梁形变卫星监测等各类服务由公司提供。")
    matcher = Matcher().fit([named, told, Document(id="b", title="水库水位"), Document(id="c", title="企业名录")])
    text = "我们用雷达卫星做桥梁形变监测，桥面、桥墩和衔接道路每月各一次，找出沉降和倾斜，供养护单位安排检修。"
    assert matcher.search(text, 1)[0][0] == "z"


def test_ten_thousand_equal_products_stay_in_order_of_id() -> None:
    matcher = Matcher().fit([Document(id=f"{i:05}", title="企业名录") for i in reversed(range(10_000))])
    assert [i for i, _ in matcher.search("企业名录", 12)] == [f"{i:05}" for i in range(12)]


def test_a_demand_equal_to_a_product_finds_it_first() -> None:
    matcher = Matcher().fit(PRODUCTS)
    best = [found[0].product for found in matcher.match([as_demand(p) for p in PRODUCTS], 1)]
    assert best == [p.id for p in PRODUCTS]


def test_an_empty_matcher_answers() -> None:
    assert Matcher().search("空气", 5) == []
    assert Matcher().fit([]).match([Demand(id="d", text="空气")]) == [[]]


def test_stems_are_right_in_any_number_of_threads() -> None:
    words = [f"{head}{tail}" for head in ("region", "nation", "educat", "transport") for tail in ("ally", "ing", "ed")]
    wanted = [Analyser().stem(word) for word in words]
    analyser, found = Analyser(), []

    def work() -> None:
        for i in range(300):
            for word in words:
                analyser.stem(f"{word}{'x' * (i % 7)}{i}ing")
        found.append([analyser.stem(word) for word in words])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 8


def test_a_merged_index_answers_as_one_built_anew() -> None:
    matcher = Matcher().fit(PRODUCTS[:2])
    matcher.add([Document(id="a", title="空气质量监测站"), PRODUCTS[2]])
    matcher.remove(["water"])
    matcher.add([PRODUCTS[3], Document(id="a", title="水库大坝"), Document(id="z", title="合肥公交")])
    matcher.remove(["z"])
    before = [matcher.search(text, 10) for text in TEXTS]
    state = matcher.compacted()
    assert state.index.compact
    fresh = Matcher().fit(list(state.documents.values()))
    assert [matcher.search(text, 10) for text in TEXTS] == before == [fresh.search(text, 10) for text in TEXTS]
    matcher.add([Document(id="b", title="企业登记")])
    fresh.add([Document(id="b", title="企业登记")])
    assert [matcher.search(text, 10) for text in TEXTS] == [fresh.search(text, 10) for text in TEXTS]


def test_many_additions_are_merged_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.matcher.MERGE_AT", 3)
    matcher = Matcher()
    held = [Document(id=f"p{n:02}", title=f"水库{n} 水位", description="数据" * n) for n in range(11)]
    for document in held:
        matcher.add([document])
    matcher.remove(["p03"])
    fresh = Matcher().fit([document for document in held if document.id != "p03"])
    assert [matcher.search(text, 20) for text in TEXTS] == [fresh.search(text, 20) for text in TEXTS]


def test_reasons_are_the_same_in_any_number_of_threads() -> None:
    matcher = Matcher().fit(PRODUCTS)
    demands = [
        Demand(id=f"{n}", text=f"需要{text}，{2000 + n}年以来，每{n + 2}天更新。") for n in range(8) for text in TEXTS
    ]

    def ask(demand: Demand) -> object:
        return matcher.match([demand], 4, reasons=True, today=date(2026, 1, 1))

    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(ask, demands))
    assert found == [ask(demand) for demand in demands]
