"""The demo's data as they are loaded: every state and story is there, and every list has something to show."""

import io
import re

import asyncpg
import pytest
from rich.console import Console

from market.app import create_app
from market.demo import loader
from market.demo.texts import DemoDemand, DemoProduct, read
from market.domain.demands import DemandState
from market.domain.products import ProductState
from market.settings import Settings
from tests import browsing, database
from tests.person import Person

pytestmark = pytest.mark.anyio
ENTERPRISE, SUPPLIER, BROKER = (email for _, email in loader.SIGN_INS)
REGISTRAR = "registrar@demo.example"
LISTS = {
    "": ("/", "/products", "/products?q=充电", "/demands", "/demands?q=air quality"),
    ENTERPRISE: (
        "/inbox",
        "/inbox?show=waiting",
        "/my/demands",
        "/matches",
        "/negotiations",
        "/negotiations?show=ended",
        "/agreements",
    ),
    SUPPLIER: (
        "/inbox",
        "/inbox?show=waiting",
        "/my/products",
        "/matches",
        "/routings",
        "/questions",
        "/negotiations",
        "/negotiations?show=ended",
        "/agreements",
    ),
    BROKER: (
        "/inbox",
        "/desk/demands",
        "/desk/demands?state=clarifying",
        "/matches",
        "/routings",
        "/negotiations",
        "/agreements",
    ),
    REGISTRAR: (
        "/inbox",
        "/desk/listings",
        "/desk/listings?tab=listed",
        "/desk/listings?tab=suspended",
        "/desk/organisations",
        "/desk/organisations?state=rejected",
        "/desk/organisations?state=suspended",
    ),
}
OBJECT = r"/(questions|products|demands|matches|negotiations|agreements|organisations|routings|desk/organisations)/\d+"
MOST = 12
"""Objects opened from one list."""


@pytest.fixture(scope="module")
async def url(server_url, template):
    """A database with the demo in it."""
    async with database.copy(server_url, template) as own:
        quiet = Console(file=io.StringIO())
        assert await loader.load_once(own, quiet)
        assert not await loader.load_once(own, quiet), "what is there is left alone"
        yield own


@pytest.fixture(scope="module")
async def people(url, tmp_path_factory):
    """Everybody of LISTS in a browser of their own, signed in."""
    app = create_app(Settings(database_url=url, data_dir=tmp_path_factory.mktemp("demo"), secret_key="k" * 32))
    async with browsing.several(app) as open_browser:
        found = {email: Person(open_browser()) for email in LISTS}
        for email, person in found.items():
            if email:
                await person.signs_in(email, loader.PASSWORD)
        yield found


@pytest.fixture
async def db(url):
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def states(db, statement):
    return {row[0]: row[1] for row in await db.fetch(statement)}


async def test_every_state_of_products_and_demands_is_there(db):
    products = await states(db, "SELECT state, count(*) FROM product GROUP BY state")
    demands = await states(db, "SELECT state, count(*) FROM demand GROUP BY state")
    assert products.keys() == set(ProductState)
    assert demands.keys() == set(DemandState)
    assert (sum(products.values()), sum(demands.values())) == (
        len(read("products", DemoProduct)),
        len(read("demands", DemoDemand)),
    )


async def test_every_demand_went_as_far_as_its_text_says(db):
    reached = await states(db, "SELECT title, state FROM demand")
    assert reached == {text.title: text.state for text in read("demands", DemoDemand)}


async def test_every_story_has_come_to_its_end(db):
    matches = await states(db, "SELECT state, count(*) FROM match GROUP BY state")
    assert matches.keys() >= {"broker_review", "proposed", "mutual", "converted", "declined", "rejected"}
    talks = await states(db, "SELECT state, count(*) FROM negotiation GROUP BY state")
    assert talks.keys() == {"requested", "offered", "accepted", "agreed", "verified", "finalized", "terminated"}
    assert await db.fetchval("SELECT count(*) FROM negotiation WHERE hold_reason IS NOT NULL") == 1
    agreements = await states(db, "SELECT state, count(*) FROM agreement GROUP BY state")
    assert agreements.keys() == {"drafted", "signed", "effective", "terminated"}


async def test_the_first_demand_of_the_tour_has_products_to_compare(people, db):
    demand = await db.fetchval("SELECT id FROM demand WHERE title = '江苏各县每日公路货运量'")
    person = people[ENTERPRISE]
    await person.open(f"/demands/{demand}")
    assert person.text.count("选中") >= 3, "three columns, each to be chosen"


async def test_some_of_what_nobody_offers_is_asked_for_by_several(people):
    answer = await people[BROKER].client.get("/wanted", headers=browsing.HTML)
    counts = [int(n) for n in re.findall(r'data-label="开放需求">(\d+)<', answer.text)]
    assert sum(count > 1 for count in counts) >= 2
    assert counts == sorted(counts, reverse=True)


async def test_the_first_page_is_mostly_chinese_and_not_only(people):
    answer = await people[""].client.get("/", headers=browsing.HTML)
    newest = [re.findall(rf'<li><a href="/{kind}/\d+">([^<]+)<', answer.text) for kind in ("products", "demands")]
    for titles in newest:
        english = [title for title in titles if title.isascii()]
        assert 0 < len(english) < len(titles) / 2, titles


async def test_the_matcher_itself_finds_what_the_stories_are_about(db):
    told = sum(text.story is not None for text in read("demands", DemoDemand))
    by_hand = await db.fetchval("SELECT count(*) FROM match WHERE origin = 'person'")
    assert by_hand <= told // 10


@pytest.mark.parametrize(("email", "path"), [(email, path) for email, paths in LISTS.items() for path in paths])
async def test_every_list_shows_something_and_what_it_shows_can_be_opened(people, email, path):
    person = people[email]
    await person.open(path)
    objects = person.page.objects(OBJECT)
    assert objects, person.text
    for found in objects[:MOST]:
        await person.open(found)
