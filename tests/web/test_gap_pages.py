"""Pages for when nothing fits, over HTTP as people without JavaScript use them."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from market import i18n
from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.products import UpdateCycle
from tests import browsing
from tests.given import FIELDS, TOPIC

pytestmark = pytest.mark.anyio

HOURLY = RequirementLine(level=LineLevel.MUST, kind=LineKind.UPDATE_CYCLE, value="每小时更新")


@pytest.fixture
async def committed(committed):
    """The builders with today's date: pages show how long there is."""
    committed.now = datetime.now(UTC)
    return committed


async def english(client, who):
    await browsing.sign_out(client)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, who)


async def test_one_click_and_a_confirmation_relax_a_line(client, committed):
    await committed.listed_product(update_cycle=UpdateCycle.MONTHLY)
    demander = await committed.demander()
    demand = await committed.open_demand(demander, lines=(TOPIC, HOURLY))
    await client.app.state.matchmaker.fill(committed.db)
    await english(client, demander)
    shown = (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert "1 more product fits" in shown
    links = [unescape(link) for link in re.findall(r'href="(/demands/\d+/relax[^"]+)"', shown)]
    link = next(link for link in links if link.endswith("wider="))
    confirm = (await browsing.get_page(client, link)).text
    fields = ("kind", "value", "wider", "version")
    form = {name: unescape(re.search(rf'name="{name}" value="([^"]*)"', confirm)[1]) for name in fields}
    answer = await browsing.post_form(client, f"/demands/{demand.id}/relax", form)
    assert answer.headers["location"] == f"/demands/{demand.id}"
    assert "1 more product fits" not in (await browsing.get_page(client, f"/demands/{demand.id}")).text
    assert (await browsing.post_form(client, f"/demands/{demand.id}/relax", form)).status_code == 409


async def test_from_the_desk_to_a_letter_the_demander_reads_and_prints(client, committed):
    await committed.listed_product()
    demander = await committed.demander()
    demand = await committed.open_demand(demander, lines=(TOPIC, FIELDS))
    await client.app.state.matchmaker.fill(committed.db)
    await english(client, await committed.staff())
    desk = (await browsing.get_page(client, "/desk/demands?state=open")).text
    assert f'href="/demands/{demand.id}/gap"' in desk
    assert f'href="/demands/{demand.id}/gap#letter"' in (await browsing.get_page(client, f"/demands/{demand.id}")).text
    shown = (await browsing.get_page(client, f"/demands/{demand.id}/gap")).text
    assert "Who is likely to hold it" in shown
    said = {"version": str(demand.version), "code": "not_shareable", "note": "只在内部使用"}
    refused = await browsing.post_form(client, f"/demands/{demand.id}/letters", said)
    assert refused.status_code == 422
    assert "只在内部使用" in refused.text
    sent = await browsing.post_form(client, f"/demands/{demand.id}/letters", said | {"article": "条例第八条"})
    assert sent.status_code == 303
    await english(client, demander)
    assert sent.headers["location"] in (await browsing.get_page(client, f"/demands/{demand.id}")).text
    letter = (await browsing.get_page(client, sent.headers["location"])).text
    for words in ("条例第八条", "车辆轴数", "What to do next", "Watched until", "The nearest products"):
        assert words in letter
    client.cookies.set("language", "zh")
    letter = (await browsing.get_page(client, sent.headers["location"])).text
    with i18n.speaking("zh"):
        assert i18n.gettext("What to do next") in letter


async def test_there_is_no_letter_to_write_where_a_product_meets_every_must(client, committed):
    await committed.listed_product()
    demand = await committed.open_demand(lines=(TOPIC,))
    await client.app.state.matchmaker.fill(committed.db)
    await english(client, await committed.staff())
    shown = (await browsing.get_page(client, f"/demands/{demand.id}/gap")).text
    assert "so there is none to write" in shown
    assert f'action="/demands/{demand.id}/letters"' not in shown


async def test_both_owners_ask_why_and_are_told(client, committed):
    demander, supplier = await committed.demander(), await committed.supplier()
    demand = await committed.open_demand(demander, lines=(TOPIC, FIELDS))
    product = await committed.listed_product(supplier)
    await client.app.state.matchmaker.fill(committed.db)
    path = f"/demands/{demand.id}/products/{product.id}"
    for who, search in ((demander, f"/demands/{demand.id}/products"), (supplier, f"/products/{product.id}/demands")):
        await english(client, who)
        assert f'href="{path}"' in (await browsing.get_page(client, f"{search}?q=公路货运量")).text
        shown = (await browsing.get_page(client, path)).text
        assert "It fits." in shown
        assert ("Ask the supplier" in shown) == (who is demander)
