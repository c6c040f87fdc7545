"""The public search: what each filter leaves, which place lies in which, what is marked, what is not told."""

from decimal import Decimal

import pytest

from market.domain.accounts import ANONYMOUS
from market.domain.facets import Asked, Sort
from market.domain.products import Delivery, PriceUnit, UpdateCycle
from market.services import facets, products, texts
from market.services.matchmaking import Matchmaker

pytestmark = pytest.mark.anyio


@pytest.fixture
def matchmaker():
    return Matchmaker("postgresql://nowhere/none")


async def stalls(given):
    """Five products that differ in what one can filter by."""
    owner = await given.supplier()
    made = {}
    for key, content in {
        "nanjing": {"theme": "交通", "region": "江苏省南京市", "price": Decimal(0), "update_cycle": UpdateCycle.DAILY},
        "jiangsu": {"theme": "交通", "region": "江苏省", "price": Decimal(500), "price_unit": PriceUnit.YEAR},
        "china": {"theme": "气象", "region": "全国", "price": Decimal(20_000), "price_unit": PriceUnit.YEAR},
        "singapore": {"theme": "气象", "region": "新加坡", "delivery": (Delivery.API,)},
        "nowhere": {"theme": "气象", "title": "Hourly water quality", "delivery": (Delivery.SANDBOX, Delivery.API)},
    }.items():
        made[key] = (await given.listed_product(owner, **{"title": f"公路货运量 {key}"} | content)).id
    return made


def counts(found, name):
    """value -> results, of one facet."""
    [facet] = [facet for facet in found.facets if facet.name == name]
    return {choice.value: choice.count for choice in facet.choices}


def ids(found):
    return [result.card.id for result in found.items]


async def test_a_facet_is_counted_with_every_filter_but_its_own(given, matchmaker):
    made = await stalls(given)
    await given.draft_product(theme="交通")
    found = await facets.products(given.db, matchmaker, Asked(theme="交通", price="free"))
    assert ids(found) == [made["nanjing"]]
    assert counts(found, "theme") == {"交通": 1}
    assert counts(found, "price") == {"free": 1, "to_1000": 1}
    assert counts(found, "update_cycle") == {"daily": 1}
    assert found.total == 1
    assert found.without == {"theme": 1, "price": 2}


async def test_one_of_several_deliveries_is_enough(given, matchmaker):
    made = await stalls(given)
    found = await facets.products(given.db, matchmaker, Asked(delivery="sandbox"))
    assert ids(found) == [made["nowhere"]]
    assert counts(found, "delivery") == {"api": 5, "file": 3, "sandbox": 1}


async def test_a_region_holds_what_lies_in_it(given, matchmaker):
    made = await stalls(given)
    everything = await facets.products(given.db, matchmaker, Asked())
    assert counts(everything, "region") == {"CN": 3, "CN32": 2, "SG": 1}
    for named in ("江苏", "CN32", "Jiangsu"):
        found = await facets.products(given.db, matchmaker, Asked(region=named))
        assert set(ids(found)) == {made["nanjing"], made["jiangsu"]}
        assert found.asked.region == "CN32"
        assert counts(found, "region") == {"CN3201": 1}
        [facet] = [facet for facet in found.facets if facet.name == "region"]
        assert [(choice.value, choice.count) for choice in facet.within] == [("CN", 3)]
    assert ids(await facets.products(given.db, matchmaker, Asked(region="南京"))) == [made["nanjing"]]
    assert ids(await facets.products(given.db, matchmaker, Asked(region="火星"))) == []


async def test_a_product_that_changes_is_counted_anew(given, matchmaker):
    owner = await given.supplier()
    product = await given.listed_product(owner, theme="交通")
    assert (await facets.products(given.db, matchmaker, Asked())).total == 1
    await given.db.execute("UPDATE product SET updated_at = updated_at - interval '1 hour'")  # now() stands still here
    assert (await facets.products(given.db, matchmaker, Asked())).total == 1
    await products.act(given.db, owner, product.id, "suspend", now=given.now, reason="…")
    found = await facets.products(given.db, matchmaker, Asked())
    assert (found.total, ids(found), counts(found, "theme")) == (0, [], {})


async def test_orders_and_pages(given, matchmaker):
    made = await stalls(given)
    cheap = await facets.products(given.db, matchmaker, Asked(), sort="cheapest", limit=2)
    assert ids(cheap) == [made["nanjing"], made["jiangsu"]]
    assert cheap.next == 2
    rest = await facets.products(given.db, matchmaker, Asked(), sort="cheapest", start=2, limit=3)
    assert ids(rest) == [made["china"], made["nowhere"], made["singapore"]]
    assert rest.next is None
    dear = await facets.products(given.db, matchmaker, Asked(), sort="dearest")
    assert ids(dear)[:3] == [made["china"], made["jiangsu"], made["nanjing"]]
    odd = await facets.products(given.db, matchmaker, Asked(), sort="'; DROP TABLE", start=-5)
    assert odd.sort is Sort.NEWEST
    assert len(odd.items) == 5


async def test_words_rank_and_are_marked(given, matchmaker):
    made = await stalls(given)
    await matchmaker.refresh(given.db, "product", list(made.values()))
    found = await facets.products(given.db, matchmaker, Asked(q="water qualities"))
    assert found.sort is Sort.BEST
    assert ids(found)[0] == made["nowhere"]
    first = found.items[0]
    assert [piece.text for piece in first.title if piece.marked] == ["water", "quality"]
    assert "".join(piece.text for piece in first.title) == first.card.title
    filtered = await facets.products(given.db, matchmaker, Asked(q="公路货运量", theme="气象", delivery="file"))
    assert ids(filtered) == [made["china"]]


async def test_a_covered_word_is_told_by_no_filter(given, matchmaker):
    owner = await given.demander()
    hidden = {"sealed": True, "masked": ("苏州",), "text": "苏州的公路货运量", "region": "苏州市", "theme": "苏州物流"}
    sealed = await given.open_demand(owner, **hidden, lines=None)
    plain = await given.open_demand(theme="物流", region="江苏省")
    seen = await facets.demands(given.db, ANONYMOUS, matchmaker, Asked())
    assert set(ids(seen)) == {sealed.id, plain.id}
    assert counts(seen, "theme") == {"物流": 1}
    assert counts(seen, "region") == {"CN": 1, "CN32": 1}
    shown = next(result for result in seen.items if result.card.id == sealed.id)
    assert "苏州" not in "".join(piece.text for piece in (*shown.title, *shown.excerpt)) + shown.card.region
    for asked in (Asked(region="苏州"), Asked(theme="苏州物流")):
        assert ids(await facets.demands(given.db, ANONYMOUS, matchmaker, asked)) == []
        assert ids(await facets.demands(given.db, await given.supplier(), matchmaker, asked)) == []
        assert ids(await facets.demands(given.db, owner, matchmaker, asked)) == [sealed.id]


@pytest.mark.parametrize(
    ("asked", "text", "marked"),
    [
        ("公路货运量", "江苏省公路货运量日汇总", ["公路货运量"]),
        ("貨運", "公路货运量", ["货运"]),
        ("vehicle", "Vehicles, and VEHICLE tracks", ["Vehicles", "VEHICLE"]),
        ("the of", "the end of it", []),
        ("", "公路", []),
        ("空气质量", "hourly air quality", ["air", "quality"]),
    ],
)
def test_what_is_marked(asked, text, marked):
    pieces = texts.marked(text, texts.wanted(asked))
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.marked] == marked


def test_an_excerpt_goes_to_where_the_words_stand():
    text = "无关的话。" * 80 + "这里说到公路货运量的每日汇总。" + "别的话。" * 80
    pieces = texts.excerpt(text, texts.wanted("公路货运量"))
    whole = "".join(piece.text for piece in pieces)
    assert "公路货运量" in [piece.text for piece in pieces if piece.marked]
    assert whole.startswith("…")
    assert whole.endswith("…")
    assert len(whole) <= texts.EXCERPT + 2
    assert "".join(piece.text for piece in texts.excerpt(text, texts.wanted(""))).startswith("无关的话")
