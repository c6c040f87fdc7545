"""Pages of negotiations over HTTP."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.negotiations import Clause
from market.services import negotiations
from tests import browsing
from tests.browsing import get_page, post_form
from tests.given import TOPIC
from tests.person import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
def committed(committed):
    """Made now: an offer made long ago has lapsed by the site's clock."""
    committed.now = datetime.now(UTC)
    return committed


MARKUP = "<img src=x onerror=alert(1)>"
FORM = {
    "price": "1300",
    "price_unit": "year",
    "period_from": "2099-01-01",
    "period_to": "2099-12-31",
    "delivery": "api",
    "permitted_use": "内部路线规划",
    "clause_title": ["更新"],
    "clause_text": ["每日"],
    "valid_days": "14",
}


def version_of(html):
    return re.search(r'name="version" value="(\d+)"', html)[1]


async def test_strangers_and_nobody_find_nothing(client, committed):
    talk = await committed.negotiation("offered")
    deal = await committed.agreement()
    room, contract = f"/negotiations/{talk.negotiation.id}", f"/agreements/{deal.agreement.id}"
    pages = (room, f"{room}/offer", contract, f"/negotiations/new?match={talk.negotiation.match_id}")
    for page in pages:
        assert (await get_page(client, page)).headers["location"].startswith("/sign-in?next=")
    await browsing.sign_in(client, await committed.demander())
    for page in pages:
        assert (await get_page(client, page)).status_code == 404, page
    for form in (f"{room}/actions/accept", f"{room}/messages", f"{room}/offer", f"{contract}/actions/terminate"):
        answer = await post_form(client, form, FORM | {"version": "1", "reason": "x", "body": "x", "password": "x"})
        assert answer.status_code == 404, form
    for listing in ("/negotiations", "/agreements"):
        shown = await get_page(client, listing)
        assert shown.status_code == 200
        assert talk.negotiation.product_title not in shown.text


async def test_two_members_accept_at_once(app, committed):
    talk = await committed.negotiation("offered")
    room = f"/negotiations/{talk.negotiation.id}"
    async with browsing.several(app) as open_browser:
        browsers = open_browser(), open_browser()
        for browser in browsers:
            await browsing.sign_in(browser, talk.consumer)
        press = {"version": version_of((await get_page(browsers[0], room)).text), "action": "accept"}
        answers = await asyncio.gather(*(post_form(b, f"{room}/actions/accept", press) for b in browsers))
    assert sorted(a.status_code for a in answers) == [303, 409]
    late = next(a for a in answers if a.status_code == 409)
    assert 'role="alert"' in late.text
    assert 'action="' + room + '/actions/accept"' not in late.text, "the page shows what came of it"
    events = await committed.db.fetch("SELECT action FROM journal WHERE kind = 'negotiation' AND action = 'accept'")
    assert len(events) == 1


async def test_markup_in_every_text_is_shown_as_text(client, committed):
    talk = await committed.negotiation("requested", permitted_use=MARKUP, obligations=MARKUP)
    found, now = talk.negotiation, committed.now
    sent = committed.offer(
        permitted_use=f"{MARKUP}!", clauses=(Clause(title=MARKUP, text=MARKUP),), note=MARKUP, price=Decimal(5)
    )
    found = await negotiations.counter(committed.db, talk.provider, found.id, sent, version=found.version, now=now)
    await negotiations.say(committed.db, talk.provider, found.id, MARKUP, now=now)
    await browsing.sign_in(client, talk.consumer)
    assert "<img" not in (await get_page(client, f"/negotiations/{found.id}/offer")).text
    broker = await committed.staff()
    found = await negotiations.act(
        committed.db, broker, found.id, "hold", version=found.version, now=now, reason=MARKUP
    )
    assert (await get_page(client, f"/negotiations/{found.id}/offer")).headers[
        "location"
    ] == f"/negotiations/{found.id}"
    for page in (f"/negotiations/{found.id}?before=1&after=2", "/negotiations"):
        shown = await get_page(client, page)
        assert shown.status_code == 200
        assert "<img" not in shown.text
    deal = await committed.agreement(permitted_use=MARKUP, clauses=(Clause(title=MARKUP, text=MARKUP),))
    await browsing.sign_in(client, deal.provider)
    assert "<img" not in (await get_page(client, f"/agreements/{deal.agreement.id}")).text


async def test_a_wrong_offer_comes_back_as_it_was_typed(client, committed):
    pairing = await committed.mutual_match()
    await browsing.sign_in(client, pairing.supplier)
    path = f"/negotiations/new?match={pairing.match.id}"
    filled = (await get_page(client, path)).text
    assert 'value="14"' in filled
    wrong = FORM | {
        "price": "NaN",
        "period_from": "2099-06-01",
        "period_to": "2099-05-01",
        "clause_title": ["保密"],
        "clause_text": ["x" * 10_001],
        "valid_days": "a week",
    }
    answer = await post_form(client, path, wrong)
    assert answer.status_code == 422
    for name in ("clauses", "valid_days"):
        assert f'href="#f-{name}"' in answer.text
    answer = await post_form(client, path, wrong | {"clause_text": ["五年"], "valid_days": "7"})
    assert answer.status_code == 422
    for name in ("price", "period_to"):
        assert f'href="#f-{name}"' in answer.text
    assert 'value="NaN"' in answer.text
    assert "五年" in answer.text
    assert (await post_form(client, path, FORM | {"price": "-1"})).status_code == 422
    assert await committed.db.fetchval("SELECT count(*) FROM negotiation") == 0


async def test_the_room_says_whose_turn_it_is(client, committed):
    talk = await committed.negotiation("offered")
    room = f"/negotiations/{talk.negotiation.id}"
    await browsing.sign_in(client, talk.consumer)
    shown = (await get_page(client, room)).text
    assert 'class="turn mine"' in shown
    assert f'href="{room}/offer"' in shown
    await browsing.sign_in(client, talk.provider)
    shown = (await get_page(client, room)).text
    assert 'class="turn"' in shown
    assert f'href="{room}/offer"' not in shown
    assert f'action="{room}/actions/terminate"' in shown
    for form in ("terminate", "accept"):
        refused = await post_form(client, f"{room}/actions/{form}", {"version": "1", "action": form, "reason": ""})
        assert refused.status_code == (422 if form == "terminate" else 403)
    assert (await get_page(client, f"{room}/offer")).status_code == 403
    assert (await get_page(client, f"{room}?before=1&after=9")).status_code == 404
    assert (await get_page(client, f"{room}?cursor=nonsense")).status_code == 422


async def test_what_is_checked_while_it_is_written_has_not_failed(client, committed):
    talk = await committed.negotiation("requested")
    path = f"/negotiations/{talk.negotiation.id}/offer"
    await browsing.sign_in(client, talk.provider)
    for unfinished, status in (({}, 422), ({"unfinished": "1"}, 200)):
        answer = await post_form(client, path, FORM | {"clause_text": [""]} | unfinished)
        assert answer.status_code == status
        assert 'href="#f-clauses"' in answer.text


async def test_the_brokers_hold_is_shown_with_its_reason(app, committed):
    talk = await committed.negotiation("offered")
    room = f"/negotiations/{talk.negotiation.id}"
    async with browsing.several(app) as open_browser:
        broker, user = open_browser(), open_browser()
        await browsing.sign_in(broker, await committed.staff())
        await browsing.sign_in(user, talk.consumer)
        shown = (await get_page(broker, room)).text
        assert talk.negotiation.product_title in (await get_page(broker, "/negotiations")).text
        press = {"version": version_of(shown), "action": "hold", "reason": "先核实价格口径"}
        assert (await post_form(broker, f"{room}/actions/hold", press)).status_code == 303
        shown = (await get_page(user, room)).text
        assert "先核实价格口径" in shown
        refused = await post_form(user, f"{room}/actions/accept", {"version": version_of(shown), "action": "accept"})
        assert refused.status_code == 422
        assert (await post_form(user, f"{room}/messages", {"body": "价格含税"})).status_code == 303
        shown = (await get_page(broker, room)).text
        assert "价格含税" in shown
        press = {"version": version_of(shown), "action": "release"}
        assert (await post_form(broker, f"{room}/actions/release", press)).status_code == 303
        shown = (await get_page(user, room)).text
        press = {"version": version_of(shown), "action": "accept"}
        assert (await post_form(user, f"{room}/actions/accept", press)).status_code == 303


async def test_what_came_too_late_is_not_lost(client, committed):
    pairing = await committed.mutual_match()
    await browsing.sign_in(client, pairing.supplier)
    path = f"/negotiations/new?match={pairing.match.id}"
    assert (await get_page(client, path)).status_code == 200
    found = await negotiations.start(
        committed.db, pairing.demander, pairing.match.id, committed.offer(), now=committed.now
    )
    late = await post_form(client, path, FORM | {"note": "我们也正想报价"})
    assert late.status_code == 409
    assert "我们也正想报价" in late.text
    assert (await get_page(client, path)).headers["location"] == f"/negotiations/{found.id}"
    room = f"/negotiations/{found.id}"
    written = FORM | {"version": str(found.version), "note": "另一个价格"}
    review = await post_form(client, f"{room}/offer", written)
    confirmed = written | {"reviewed": re.search(r'name="reviewed" value="(\w+)"', review.text)[1], "send": "1"}
    await negotiations.act(
        committed.db, pairing.demander, found.id, "terminate", version=found.version, now=committed.now, reason="晚了"
    )
    for form, fields, words in (("offer", confirmed, "另一个价格"), ("messages", {"body": "还在吗"}, "还在吗")):
        late = await post_form(client, f"{room}/{form}", fields)
        assert late.status_code == 409, form
        assert 'role="alert"' in late.text
        assert words in late.text


async def test_who_has_seen_what_is_told_by_side(app, committed):
    talk = await committed.negotiation("offered")
    room = f"/negotiations/{talk.negotiation.id}"
    async with browsing.several(app) as open_browser:
        provider, consumer, broker = people = [Person(open_browser()) for _ in range(3)]
        for person in people:
            person.client.cookies.set("language", "en")
        await browsing.sign_in(provider.client, talk.provider)
        await browsing.sign_in(consumer.client, talk.consumer)
        await browsing.sign_in(broker.client, await committed.staff())
        await broker.open(room)
        assert "The supplier last looked in here on" in broker.text, "it has sent an offer"
        await provider.open(room)
        assert "Not seen by the data user yet" in provider.text
        assert "The data user has not looked in here yet." in provider.text
        await consumer.open(room)
        assert "Seen by" not in consumer.text, "one's own looks are no news"
        await provider.open(room)
        assert "Seen by the data user on" in provider.text
        assert talk.consumer.name not in provider.text
        await broker.open(room)
        assert "The supplier last looked in here on" in broker.text
        assert "The data user last looked in here on" in broker.text


async def test_the_terms_on_the_table_say_what_they_were(client, committed):
    talk = await committed.negotiation(
        "requested",
        clauses=(Clause(title="更新", text="每日"), Clause(title="退款", text="七日内")),
        obligations="互不转让",
    )
    sent = committed.offer(
        price=Decimal(999), clauses=(Clause(title="更新", text="每周"), Clause(title="保密", text="五年"))
    )
    now, found = committed.now, talk.negotiation
    await negotiations.counter(committed.db, talk.provider, found.id, sent, version=found.version, now=now)
    client.cookies.set("language", "en")
    await browsing.sign_in(client, talk.consumer)
    shown = (await get_page(client, f"/negotiations/{found.id}")).text
    terms = shown[shown.index('id="terms"') :]
    for was, after in (("1,200.00", "999.00"), ("每日", "每周"), ("互不转让", "")):
        assert re.search(f"<del>(?:(?!</del>).)*{re.escape(was)}", terms, re.DOTALL), was
        assert re.search(f"<ins>(?:(?!</ins>).)*{re.escape(after)}", terms, re.DOTALL), after
    assert "<del>退款</del>" in terms
    assert re.search("五年.*?new", terms, re.DOTALL)
    unchanged = terms[terms.index("Permitted use") : terms.index("Obligations")]
    assert "<ins>" not in unchanged


async def test_the_list_shows_what_is_held_overdue_or_in_one_state(client, committed):
    held, late, fresh = [await committed.negotiation("offered") for _ in range(3)]
    broker, n = await committed.staff(), held.negotiation
    await negotiations.act(committed.db, broker, n.id, "hold", version=n.version, reason="源", now=committed.now)
    past = "UPDATE negotiation SET due_at = now() - interval '1 day' WHERE id = $1"
    await committed.db.execute(past, late.negotiation.id)
    await browsing.sign_in(client, broker)
    of = {"held": held, "late": late, "fresh": fresh}

    async def shown(query):
        text = (await get_page(client, f"/negotiations{query}")).text
        return {name for name, talk in of.items() if f'href="/negotiations/{talk.negotiation.id}"' in text}

    assert await shown("") == await shown("?show=nothing") == await shown("?show=offered") == set(of)
    assert await shown("?show=held") == {"held"}
    assert await shown("?show=overdue") == {"late"}
    assert await shown("?show=accepted") == await shown("?show=ended") == set()
    headers = await browsing.bearer(committed, broker)
    for query, talk in (("held", held), ("overdue", late)):
        found = (await client.get(f"/api/v1/negotiations?{query}=true", headers=headers)).json()
        assert [card["id"] for card in found["items"]] == [talk.negotiation.id]


async def test_what_was_answered_was_seen(client, committed):
    talk = await committed.negotiation("requested")
    client.cookies.set("language", "en")
    await browsing.sign_in(client, talk.consumer)
    path = f"/negotiations/{talk.negotiation.id}"
    assert "Not seen by the supplier yet" in (await get_page(client, path)).text
    other, version = committed.offer(price=Decimal(1500)), talk.negotiation.version
    await negotiations.counter(
        committed.db, talk.provider, talk.negotiation.id, other, version=version, now=committed.now
    )
    assert "Not seen by the supplier yet" not in (await get_page(client, path)).text


async def test_the_first_terms_begin_with_the_purpose_read_out_of_the_demand(client, committed):
    demander = await committed.demander()
    purpose = RequirementLine(level=LineLevel.SHOULD, kind=LineKind.PURPOSE, value="挑选承运商")
    demand = await committed.open_demand(demander, purpose="", lines=(TOPIC, purpose))
    pairing = await committed.mutual_match(demander, demand=demand)
    await browsing.sign_in(client, demander)
    shown = (await get_page(client, f"/negotiations/new?match={pairing.match.id}")).text
    assert ">挑选承运商</textarea>" in shown


async def test_agreeing_stands_out_and_other_terms_stand_beside_it(client, committed):
    client.cookies.set("language", "en")
    talk = await committed.negotiation("offered")
    await browsing.sign_in(client, talk.consumer)
    room = (await get_page(client, f"/negotiations/{talk.negotiation.id}")).text
    assert re.search(r'<details class="step main">\s*<summary>Accept offer</summary>', room)
    assert f'<a class="button quiet" href="/negotiations/{talk.negotiation.id}/offer">Ask for other terms</a>' in room


async def test_an_offer_that_has_lapsed_is_not_to_be_accepted(client, committed):
    committed.now = datetime.now(UTC) - timedelta(days=60)
    talk = await committed.negotiation("offered")
    client.cookies.set("language", "en")
    await browsing.sign_in(client, talk.consumer)
    room = (await get_page(client, f"/negotiations/{talk.negotiation.id}")).text
    assert "Offer 1 has lapsed; only other terms can follow." in room
    assert "Accept" not in room[room.index('id="turn"') : room.index("</section>", room.index('id="turn"'))]
    assert f'<a class="button" href="/negotiations/{talk.negotiation.id}/offer">Ask for other terms</a>' in room
