"""Indexes kept between starts: only what changed is cut again, and nothing kept is believed that does not fit."""

from pathlib import Path

import pytest

from market.domain.products import ProductContent
from market.services import indexes, products
from market.services.matchmaking import Matchmaker
from matching.matcher import Matcher

pytestmark = pytest.mark.anyio
QUERIES = ("公路货运量", "水库水位", "泸州", "高速公路通行")


@pytest.fixture(autouse=True)
def _keep_small_ones(monkeypatch):
    monkeypatch.setattr(indexes, "SAVED_FROM", 1)


async def filled(db, folder=None) -> Matchmaker:
    matchmaker = Matchmaker("", folder=folder)
    await matchmaker.fill(db)
    return matchmaker


async def answers(matchmaker):
    """What the products and the demands answer, scores and all."""
    return [index.search(text, 50) for text in QUERIES for index in (matchmaker.products, matchmaker.demands)] + [
        await matchmaker.search_demands(text) for text in QUERIES
    ]


def forbid_fitting(monkeypatch):
    def fit(*_):
        raise AssertionError("everything was cut anew")

    monkeypatch.setattr(Matcher, "fit", fit)


async def some(given):
    """Products, and demands one of which is sealed."""
    listed = [await given.listed_product(title=f"公路货运量 {n}") for n in range(12)]
    await given.open_demand()
    await given.open_demand(text="我们需要泸州公路货运量的日数据", sealed=True, masked=("泸州",))
    return listed


async def test_a_start_takes_up_what_was_kept_and_what_changed_since(db, given, tmp_path, monkeypatch):
    supplier = await given.supplier()
    changing = await given.listed_product(supplier, title="高速公路通行量")
    listed = await some(given)
    await filled(db, tmp_path)
    await given.listed_product(title="水库水位日记录", abstract="泸州水库的逐日水位记录")
    content = ProductContent(
        title="泸州水位", abstract="泸州水库的逐日水位记录", delivery=changing.delivery, source_statement="水文站"
    )
    await products.edit(db, supplier, changing.id, changing.version, content, now=given.now)
    gone = await given.listed_product(supplier, title="水库水位")
    await filled(db, tmp_path)
    await products.act(db, supplier, gone.id, "delist", now=given.now, reason="停办")
    anew = await answers(await filled(db))
    forbid_fitting(monkeypatch)
    again = await filled(db, tmp_path)
    assert await answers(again) == anew
    assert len(again.products) == len(listed) + 2


async def test_a_row_changed_behind_the_markets_back_is_seen(db, given, tmp_path, monkeypatch):
    listed = await some(given)
    await filled(db, tmp_path)
    await db.execute("UPDATE product SET title = '水库水位' WHERE id = $1", listed[3].id)
    await db.execute("UPDATE organisation SET name = '泸州水务' WHERE id = $1", listed[5].organisation_id)
    anew = await answers(await filled(db))
    forbid_fitting(monkeypatch)
    assert await answers(await filled(db, tmp_path)) == anew


@pytest.mark.parametrize("name", ["manifest.json", "documents.msgpack", "head.posting.npy"])
async def test_what_is_damaged_is_made_anew_and_kept_again(db, given, tmp_path, monkeypatch, name):
    await some(given)
    right = await answers(await filled(db, tmp_path))
    [path] = (tmp_path / "products").glob(f"v*/{name}")
    path.write_bytes(path.read_bytes()[:-20])
    assert await answers(await filled(db, tmp_path)) == right
    forbid_fitting(monkeypatch)
    assert await answers(await filled(db, tmp_path)) == right


async def test_what_other_code_made_is_made_anew(db, given, tmp_path, monkeypatch):
    await some(given)
    right = await answers(await filled(db, tmp_path))
    monkeypatch.setattr(indexes, "_made_by", lambda: "another version")
    assert await answers(await filled(db, tmp_path)) == right
    forbid_fitting(monkeypatch)
    assert await answers(await filled(db, tmp_path)) == right


async def test_what_another_market_kept_is_not_believed(db, given, tmp_path):
    await some(given)
    other = Matcher().fit([indexes.Document(id=str(n), title="水库水位") for n in range(1, 500)])
    indexes._keep(other, tmp_path, "products", dict.fromkeys(map(str, range(1, 500)), 7))
    assert await answers(await filled(db, tmp_path)) == await answers(await filled(db))


async def test_without_a_folder_that_can_be_written_it_is_made_anew(db, given, caplog):
    await some(given)
    assert await answers(await filled(db, Path("/dev/null/index"))) == await answers(await filled(db))
    assert "not kept between starts" in caplog.text
