"""Saved searches: who is told of what, once, and not too often."""

from datetime import timedelta

import msgspec
import pytest

from market.domain.errors import Invalid, NotFound
from market.domain.facets import Asked
from market.domain.searches import MOST, SearchChange, SearchIn, SearchKind
from market.services import notices, products, searches
from market.services.matchmaking import Matchmaker
from market.settings import Settings
from tests import mailbox

pytestmark = pytest.mark.anyio
QUIET = Settings(base_url="https://market.example", language="en")
MAILING = msgspec.structs.replace(QUIET, smtp_url="smtp://mail.example")


@pytest.fixture
def matchmaker():
    return Matchmaker("postgresql://nowhere/none")


async def saved(given, actor, kind="product", **asked):
    """A search that looked long before anything in this test was made (now() stands still in it)."""
    search = SearchIn(kind=SearchKind(kind), name="news", asked=Asked(**asked))
    made = await searches.save(given.db, actor, search, now=given.now)
    await given.db.execute("UPDATE saved_search SET looked_at = now() - interval '1 day' WHERE id = $1", made.id)
    return made


async def look(given, matchmaker, search, settings=QUIET, **later):
    now = await given.db.fetchval("SELECT now()") + timedelta(**later)
    told = await searches.look(given.db, matchmaker, search.id, now=now, settings=settings)
    await given.db.execute("UPDATE saved_search SET looked_at = now() - interval '1 day' WHERE id = $1", search.id)
    return told


async def test_news_are_told_once_and_a_change_again_after_a_pause(given, matchmaker):
    reader, owner = await given.demander(), await given.supplier()
    search = await saved(given, reader, theme="交通")
    product = await given.listed_product(owner, theme="交通")
    await given.listed_product(owner, theme="气象")
    await given.draft_product(owner, theme="交通")
    assert await look(given, matchmaker, search) == 1
    [notice] = (await notices.page(given.db, reader)).items
    assert (notice.kind, notice.object_id, notice.title) == ("search", search.id, "news · 1")
    assert await look(given, matchmaker, search, hours=2) == 0
    content = msgspec.convert(products.content_of(product) | {"title": "改过的题目"}, products.ProductContent)
    await products.edit(given.db, owner, product.id, product.version, content, now=given.now)
    assert await look(given, matchmaker, search, minutes=30) == 0
    assert await look(given, matchmaker, search, hours=2) == 1
    assert len((await notices.page(given.db, reader)).items) == 2


async def test_words_count_by_the_matchers_score(given, matchmaker):
    reader = await given.demander()
    search = await saved(given, reader, q="公路货运量", region="CN32")
    near = await given.listed_product(region="江苏省南京市")
    far = await given.listed_product(title="电影票房", abstract="全国影院每日票房与场次的汇总", region="江苏省")
    away = await given.listed_product(region="四川省")
    await matchmaker.refresh(given.db, "product", [near.id, far.id, away.id])
    assert await look(given, matchmaker, search) == 1
    assert await given.db.fetchval("SELECT object_id FROM saved_search_hit") == near.id


async def test_a_covered_word_of_a_demand_is_not_found(given, matchmaker):
    reader = await given.supplier()
    hidden = {"sealed": True, "masked": ("苏州",), "text": "苏州的公路货运量", "theme": "苏州物流", "lines": None}
    sealed = await given.open_demand(**hidden)
    await matchmaker.refresh(given.db, "demand", [sealed.id])
    for asked in ({"theme": "苏州物流"}, {"q": "苏州"}):
        assert await look(given, matchmaker, await saved(given, reader, "demand", **asked)) == 0
    assert await look(given, matchmaker, await saved(given, reader, "demand", q="公路货运量")) == 1


async def test_ones_own_and_what_is_paused_or_left_is_silent(given, matchmaker):
    owner = await given.supplier()
    search = await saved(given, owner, theme="交通")
    await given.listed_product(owner, theme="交通")
    assert await look(given, matchmaker, search) == 0
    await given.listed_product(theme="交通")
    await searches.change(given.db, owner, search.id, SearchChange(active=False), now=given.now)
    assert await look(given, matchmaker, search) == 0
    assert await searches.due(given.db, now=given.now) == []
    await searches.change(given.db, owner, search.id, SearchChange(active=True, name=" new  name "), now=given.now)
    assert (await searches.get(given.db, owner, search.id)).name == "new name"
    assert await searches.due(given.db, now=given.now) == [search.id]
    await given.db.execute("DELETE FROM membership WHERE person_id = $1", owner.person_id)
    assert await searches.due(given.db, now=given.now) == []


async def test_a_mail_says_where_to_stop_it(given, matchmaker):
    search = await saved(given, await given.demander(), theme="交通")
    await given.listed_product(theme="交通")
    assert await look(given, matchmaker, search, MAILING) == 1
    [mail] = await mailbox.waiting(given)
    assert f"https://market.example/searches/{search.id}" in mail.body


async def test_what_cannot_be_saved(given):
    reader = await given.demander()
    for kind, name, asked in (
        ("product", "all", Asked()),
        ("product", " ", Asked(q="x")),
        ("demand", "x", Asked(delivery="api")),
    ):
        with pytest.raises(Invalid):
            await searches.save(
                given.db, reader, SearchIn(kind=SearchKind(kind), name=name, asked=asked), now=given.now
            )
    for _ in range(MOST):
        await saved(given, reader, q="x")
    with pytest.raises(Invalid):
        await saved(given, reader, q="x")


async def test_nobody_elses_search_is_there(given):
    search = await saved(given, await given.demander(), q="x")
    other = await given.demander()
    with pytest.raises(NotFound):
        await searches.get(given.db, other, search.id)
    with pytest.raises(NotFound):
        await searches.change(given.db, other, search.id, SearchChange(name="mine"), now=given.now)
    with pytest.raises(NotFound):
        await searches.delete(given.db, other, search.id)
