"""Questions over HTTP, as people without JavaScript ask and answer them."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from tests import browsing
from tests.given import FIELDS, TOPIC

pytestmark = pytest.mark.anyio

MARKUP = "<script>alert('x')</script>"
DAILY = RequirementLine(level=LineLevel.SHOULD, kind=LineKind.UPDATE_CYCLE, value="每日更新")


@pytest.fixture
async def committed(committed):
    """The builders with today's date: pages show how long there is."""
    committed.now = datetime.now(UTC)
    return committed


async def english(client, who):
    await browsing.sign_out(client)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, who)


def hidden(text, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return unescape(found.group(1))


async def pairing_with(given, *lines):
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, *lines))
    return await given.proposed_match(demander, demand=demand)


async def test_one_click_asks_one_click_answers_and_both_read_it_in_the_match(client, committed):
    pairing = await pairing_with(committed, DAILY)
    path = f"/matches/{pairing.match.id}"
    await english(client, pairing.demander)
    shown = (await browsing.get_page(client, path)).text
    assert "Ask the supplier" in shown
    form = {name: hidden(shown, name) for name in ("demand_id", "product_id", "kind", "value")}
    answer = await browsing.post_form(client, "/questions", form)
    assert answer.status_code == 303
    question = answer.headers["location"]
    assert "The supplier has been asked" in (await browsing.get_page(client, question)).text
    assert f'href="{question}"' in (await browsing.get_page(client, path)).text

    await english(client, pairing.supplier)
    assert f'href="{question}"' in (await browsing.get_page(client, "/inbox")).text
    shown = (await browsing.get_page(client, question)).text
    assert "write it into the product" in shown
    said = {
        "version": hidden(shown, "version"),
        "verdict": "yes",
        "shared": "on",
        "into_product": "on",
        "answer": MARKUP,
    }
    assert (await browsing.post_form(client, f"{question}/answer", said)).status_code == 303
    product = (await browsing.get_page(client, f"/products/{pairing.match.product_id}")).text
    assert "Asked and answered" in product
    assert MARKUP not in product
    assert "Daily" in product

    await english(client, pairing.demander)
    shown = (await browsing.get_page(client, path)).text
    assert "Ask the supplier" not in shown
    assert MARKUP not in (await browsing.get_page(client, question)).text


async def test_the_words_can_be_changed_before_they_are_sent(client, committed):
    pairing = await pairing_with(committed, FIELDS)
    await english(client, pairing.demander)
    shown = (await browsing.get_page(client, f"/matches/{pairing.match.id}")).text
    link = re.search(r'href="(/questions/new[^"]+)"', shown)
    assert link
    form = (await browsing.get_page(client, unescape(link.group(1)))).text
    assert "车辆轴数" in form
    typed = {name: hidden(form, name) for name in ("demand_id", "product_id", "kind", "value")}
    short = await browsing.post_form(client, "/questions", typed | {"text": "?"})
    assert short.status_code == 422
    answer = await browsing.post_form(client, "/questions", typed | {"text": "能提供车型与轴数吗"})
    assert "能提供车型与轴数吗" in (await browsing.get_page(client, answer.headers["location"])).text


async def test_what_the_supplier_typed_is_kept_when_something_is_missing(client, committed):
    question, _, supplier = await committed.question()
    await english(client, supplier)
    said = {"version": "1", "verdict": "partly", "answer": ""}
    answer = await browsing.post_form(client, f"/questions/{question.id}/answer", said)
    assert answer.status_code == 422
    assert "Say which part you can provide." in answer.text
    said = {"version": "1", "verdict": "no", "answer": "只有车型", "into_product": "on"}
    answer = await browsing.post_form(client, f"/questions/{question.id}/answer", said)
    assert answer.status_code == 422
    assert "只有车型" in answer.text


async def test_the_broker_reads_question_and_answer(client, committed):
    question, *_ = await committed.question()
    await english(client, await committed.staff())
    assert question.text in (await browsing.get_page(client, "/questions")).text
    page = (await browsing.get_page(client, f"/questions/{question.id}")).text
    assert question.text in page
    assert 'name="verdict"' not in page


async def test_a_question_is_withdrawn_and_an_answer_taken_back(client, committed):
    question, demander, supplier = await committed.question()
    other, *_ = await committed.question(demander, supplier)
    await english(client, demander)
    path = f"/questions/{question.id}"
    assert (await browsing.post_form(client, f"{path}/actions/withdraw", {"version": "1"})).status_code == 303
    assert "Withdrawn" in (await browsing.get_page(client, path)).text
    await english(client, supplier)
    path = f"/questions/{other.id}"
    await browsing.post_form(client, f"{path}/answer", {"version": "1", "verdict": "no"})
    assert (await browsing.post_form(client, f"{path}/actions/retract", {"version": "2"})).status_code == 303
    assert "Your turn" in (await browsing.get_page(client, path)).text
