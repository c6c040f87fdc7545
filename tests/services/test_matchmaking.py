"""The matcher of a process: filled at the start, following the database, back after it was away, off the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from market.domain.demands import DemandContent
from market.domain.products import ProductContent
from market.services import demands, indexes, listening, matchmaking, organisations, products
from market.services.indexes import LISTENER
from market.services.matchmaking import Matchmaker
from matching.matcher import Matcher

pytestmark = pytest.mark.anyio

PATIENCE = 120.0
"""Seconds until a test gives up waiting. Nothing is measured against it: a first start may have to compile."""


async def eventually(condition) -> None:
    """Return once the awaited condition holds; fails when it does not within PATIENCE."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - PostgreSQL tells the matcher, not the test
            await asyncio.sleep(0.01)


@asynccontextmanager
async def following(url) -> AsyncIterator[Matchmaker]:
    matchmaker = Matchmaker(url)
    async with matchmaker.following():
        async with asyncio.timeout(PATIENCE):
            await matchmaker.ready.wait()
        yield matchmaker


def finds(matchmaker, text, *ids):
    async def found():
        return await matchmaker.search_products(text) == list(ids)

    return found


async def test_it_starts_with_what_is_there(url, committed, monkeypatch):
    monkeypatch.setattr(indexes, "PORTION", 2)
    listed = [await committed.listed_product() for _ in range(5)]
    await committed.draft_product()
    demand = await committed.open_demand()
    async with following(url) as matchmaker:
        assert await matchmaker.search_products("公路货运量") == [product.id for product in listed]
        assert await matchmaker.search_demands("公路货运量") == [demand.id]


async def test_nothing_runs_on_when_it_stops(url):
    before = asyncio.all_tasks()
    async with following(url):
        pass
    assert asyncio.all_tasks() <= before


async def test_it_follows_listing_editing_and_delisting(url, committed):
    supplier = await committed.supplier()
    async with following(url) as matchmaker:
        product = await committed.listed_product(supplier)
        await eventually(finds(matchmaker, "公路货运量", product.id))
        content = ProductContent(
            title="水库水位", abstract="泸州水库的逐日水位记录", delivery=product.delivery, source_statement="水文站"
        )
        product = await products.edit(committed.db, supplier, product.id, product.version, content, now=committed.now)
        await eventually(finds(matchmaker, "水库水位", product.id))
        assert await matchmaker.search_products("公路货运量") == []
        await products.act(committed.db, supplier, product.id, "delist", now=committed.now, reason="停办")
        await eventually(finds(matchmaker, "水库水位"))


async def test_what_is_rolled_back_was_never_there(url, committed):
    async with following(url) as matchmaker:
        transaction = committed.db.transaction()
        await transaction.start()
        await committed.listed_product()
        await transaction.rollback()
        kept = await committed.listed_product(title="水库水位日记录", abstract="泸州水库的逐日水位记录")
        await eventually(finds(matchmaker, "水库水位", kept.id))
        assert await matchmaker.search_products("公路货运量") == []


async def test_it_follows_the_name_of_an_organisation(url, committed):
    """It is searched with its products, and covered in its sealed demands."""
    owner = await committed.supplier()
    product = await committed.listed_product(owner)
    text = "我们需要江苏公路货运量的日数据, 由青溪云帆牵头"
    demand = await committed.open_demand(owner, text=text, sealed=True)
    async with following(url) as matchmaker:
        assert await matchmaker.search_products("青溪云帆") == []
        assert await matchmaker.search_demands("青溪云帆") == [demand.id]
        async with committed.db.transaction():
            rename = "UPDATE organisation SET name = '青溪云帆' WHERE id = $1"
            await committed.db.execute(rename, owner.organisation_id)
            await organisations.note(committed.db, owner, owner.organisation_id, "edit", changed=["name"])
        await eventually(finds(matchmaker, "青溪云帆", product.id))

        async def covered():
            return await matchmaker.search_demands("青溪云帆") == []

        await eventually(covered)


async def test_it_comes_back_after_the_database_was_away(url, committed, monkeypatch):
    monkeypatch.setattr(listening, "RETRY_SECONDS", 0.01)
    async with following(url) as matchmaker:
        first = await committed.listed_product()
        await eventually(finds(matchmaker, "公路货运量", first.id))
        ended = await committed.db.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1 "
            "AND datname = current_database()",
            LISTENER,
        )
        assert ended == 1
        second = await committed.listed_product()
        await eventually(finds(matchmaker, "公路货运量", first.id, second.id))
        third = await committed.listed_product()
        await eventually(finds(matchmaker, "公路货运量", first.id, second.id, third.id))


async def test_a_fault_while_following_is_logged_and_mended(url, committed, monkeypatch, caplog):
    monkeypatch.setattr(listening, "RETRY_SECONDS", 0.01)
    async with following(url) as matchmaker:
        monkeypatch.setattr(matchmaker.products, "add", lambda _: 1 / 0)
        product = await committed.listed_product()
        await eventually(finds(matchmaker, "公路货运量", product.id))
    assert "ZeroDivisionError" in caplog.text


async def test_covered_words_are_not_searched_until_they_are_uncovered(url, committed):
    owner = await committed.demander()
    text = f"我们需要江苏公路货运量的日数据, {owner.organisation_name}"
    demand = await committed.open_demand(owner, text=text, sealed=True, masked=("江苏",))
    async with following(url) as matchmaker:
        assert await matchmaker.search_demands("公路货运量") == [demand.id]
        for covered in ("江苏", "江苏省", "Jiangsu", owner.organisation_name):
            assert await matchmaker.search_demands(covered) == []
        values = {name: getattr(demand, name) for name in DemandContent.__struct_fields__}
        opened = DemandContent(**(values | {"sealed": False, "masked": ()}))
        await demands.edit(committed.db, owner, demand.id, demand.version, opened, now=committed.now)

        async def uncovered():
            return await matchmaker.search_demands("江苏") == [demand.id]

        await eventually(uncovered)


async def test_the_same_words_are_searched_once_until_something_changes(db, given):
    matchmaker = Matchmaker("")
    await matchmaker.fill(db)
    nothing = await matchmaker.search_products("公路货运量")
    assert nothing == []
    assert await matchmaker.search_products("公路货运量") is nothing
    product, demand = await given.listed_product(), await given.open_demand()
    await matchmaker.refresh(db, "product", [product.id])
    assert await matchmaker.search_products("公路货运量") == [product.id]
    assert await matchmaker.search_demands("公路货运量") == []
    await matchmaker.refresh(db, "demand", [demand.id])
    assert await matchmaker.search_demands("公路货运量") == [demand.id]
    for number in range(2 * matchmaking.SEARCHES_KEPT):
        await matchmaker.search_products(f"公路货运量 {number}")
    assert len(matchmaker.found) == matchmaking.SEARCHES_KEPT


async def test_nothing_of_it_runs_on_the_event_loop(db, given):
    """Every call that computes is made from another thread than the loop's."""
    threads = set()

    def watched(name):
        def call(*args, **options):
            threads.add(threading.get_ident())
            return getattr(Matcher, name)(*args, **options)

        return call

    names = ("fit", "add", "remove", "match", "search", "score")
    watching = type("Watching", (Matcher,), {name: watched(name) for name in names})
    matchmaker = Matchmaker("")
    await matchmaker.fill(db)
    product, demand = await given.listed_product(), await given.open_demand()
    threads.clear()
    loop = threading.get_ident()
    matchmaker.products, matchmaker.demands, matchmaker.public = (watching().fit([]) for _ in range(3))
    assert threads == {loop}
    threads.clear()
    await matchmaker.refresh(db, "product", [product.id])
    await matchmaker.refresh(db, "demand", [demand.id])
    assert await matchmaker.search_products("公路货运量") == [product.id]
    assert await matchmaker.search_demands("公路货运量") == [demand.id]
    assert (await matchmaker.find([demand], 10, ()))[demand.id][0].product_id == product.id
    assert (await matchmaker.demands_for(product, 10))[0][0] == demand.id
    assert threads
    assert loop not in threads


async def test_what_many_were_ranked_for_holds_until_a_demand_is_edited(db, given):
    matchmaker = Matchmaker("")
    product, demand = await given.listed_product(), await given.open_demand()
    await matchmaker.fill(db)
    ranked = await matchmaker.rank([demand], 10)
    assert await matchmaker.find([demand], 10, (), ranked) == await matchmaker.find([demand], 10, ())
    assert [found for found, _ in ranked[demand.id, demand.revision]] == [product.id]
    matchmaker.products.remove([str(product.id)])
    edited = msgspec.structs.replace(demand, revision=demand.revision + 1)
    [found] = (await matchmaker.find([demand], 10, (), ranked))[demand.id]
    assert found.product_id == product.id
    assert await matchmaker.find([edited], 10, (), ranked) == {demand.id: []}
