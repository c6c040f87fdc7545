"""How many statements a page takes: few, and no more for twenty rows than for two."""

import asyncio

import pytest

from market.db import connect
from market.services import demands, negotiations
from market.settings import Settings
from tests import access_world, browsing, database
from tests.access_table import pages
from tests.conftest import assembled
from tests.given import Given
from tests.recording import recording

pytestmark = pytest.mark.anyio
READERS = ("anonymous", "consumer_owner", "provider_owner", "broker", "registrar", "admin")
MOST = 13
"""Statements of a page, who reads and what is unread with them."""
MORE: dict[str, int] = {}
"""Pages that take more, and how many."""
FEW, MANY = 2, 18


@pytest.fixture
async def world(server_url, template, tmp_path):
    async with database.copy(server_url, template) as url:
        site = assembled("k" * 32, False)
        site.state.settings = Settings(
            database_url=url, data_dir=tmp_path, secret_key="k" * 32, private_webhooks=True, pool_size=5
        )
        db = await connect(url)
        async with access_world.running(site, db) as running:
            yield running, Given(db), site
        await db.close()


async def add(given, world, count):
    """So many more of everything that stands in a list."""
    consumer, provider = world.people["consumer_owner"], world.people["provider_owner"]
    talk = world.ids["negotiation"]
    compared = await demands.get(given.db, consumer, world.ids["open_demand"])
    for _ in range(count):
        product, demand = await given.listed_product(provider), await given.open_demand(consumer)
        await given.match(consumer, provider, demand=demand, product=product)
        await given.proposed_match(consumer, provider, demand=demand)
        await given.proposed_match(consumer, provider, demand=compared)
        await given.mutual_match(consumer, provider, product=product)
        await given.negotiation("offered", await given.mutual_match(consumer, provider, demand=demand))
        await given.negotiation("finalized", await given.mutual_match(consumer, provider, product=product))
        await given.question(consumer, provider)
        await negotiations.say(given.db, consumer, talk, "请看第二条", now=given.now)
        await given.draft_product(provider)
        await given.colleague(consumer)


async def taken_up(given, site):
    """Wait until the site has heard of all that was added: whatever it takes up, what it keeps is worked out anew."""
    demand, product = await given.open_demand(), await given.listed_product()
    await browsing.searchable(site, product.id)
    async with asyncio.timeout(60):
        while str(demand.id) not in site.state.matchmaker.public:  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.01)


async def counted(world):
    """Statements by page and reader, the second time it is opened: what the site keeps is there by then. What working
    it out takes the first time depends on what was asked before, by whomever, and is not bounded here."""
    found = {}
    for reader in READERS:
        for path in pages(world.ids):
            answer = await browsing.get_page(world.browsers[reader], path)
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                with recording() as statements:
                    await browsing.get_page(world.browsers[reader], path)
                found[path, reader] = len(statements)
    return found


async def test_a_page_takes_few_statements_however_many_rows_it_shows(world):
    market, given, site = world
    await add(given, market, FEW)
    await taken_up(given, site)
    few = await counted(market)
    await add(given, market, MANY)
    await taken_up(given, site)
    many = await counted(market)
    assert {page: (few[page], n) for page, n in many.items() if n > few[page]} == {}
    assert {page: n for page, n in many.items() if n > MORE.get(page[0], MOST)} == {}
