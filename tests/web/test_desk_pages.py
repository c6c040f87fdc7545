"""The worklist over HTTP, as staff without JavaScript use it, and the same over the API."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.permissions import Role
from market.services import matches, negotiations
from tests import browsing
from tests.person import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
async def committed(committed):
    """The builders with today's date: pages show how long there is."""
    committed.now = datetime.now(UTC)
    return committed


async def english(client, who):
    client.cookies.set("language", "en")
    await browsing.sign_in(client, who)


def row_of(match):
    return f"match:{match.id}:{match.version}"


async def test_a_match_is_proposed_after_a_confirmation(client, committed):
    match = (await committed.match()).match
    broker = await committed.staff()
    await english(client, broker)
    person = Person(client)
    await person.open("/desk")
    await person.follow("Match 1")
    assert f"{match.demand_title} ↔ {match.product_title}" in person.text
    assert "1 waits. Match 1" in person.text
    asked = await browsing.post_form(client, "/desk", {"one": f"approve {row_of(match)}", "kind": "match"})
    assert asked.status_code == 200
    assert "Propose to both sides" in asked.text
    assert (await matches.get(committed.db, broker, match.id)).state == "broker_review", "not before it is confirmed"
    confirmed = {"row": [row_of(match)], "action": "approve", "confirmed": "yes", "kind": "match"}
    done = await browsing.post_form(client, "/desk", confirmed)
    assert (done.status_code, done.headers["location"]) == (303, "/desk?kind=match")
    after = (await browsing.get_page(client, "/desk?kind=match")).text
    assert "1 row done." in after
    assert "Nothing here fits what you look for." in after
    assert (await matches.get(committed.db, broker, match.id)).state == "proposed"


async def test_what_did_not_work_is_reported_and_can_be_tried_again(client, committed):
    one, two = (await committed.match()).match, (await committed.match()).match
    await english(client, await committed.staff())
    stale = f"match:{two.id}:{two.version + 1}"
    sent = {"row": [row_of(one), stale], "action": "decline", "confirmed": "yes", "code": "wrong_topic"}
    lacking = await browsing.post_form(client, "/desk", sent | {"code": "", "reason": "Rivers, not roads"})
    assert lacking.status_code == 422
    assert "Choose why." in lacking.text
    assert "Rivers, not roads" in lacking.text
    report = await browsing.post_form(client, "/desk", sent)
    assert report.status_code == 409
    assert "1 row done." in report.text
    assert "Somebody changed this while you were working on it." in report.text
    assert f'value="{row_of(two)}"' in report.text, "with the version it has now"
    assert f'value="{row_of(one)}"' not in report.text
    assert (await browsing.post_form(client, "/desk", sent | {"row": [row_of(two)]})).status_code == 303


async def test_rows_are_assigned_and_put_off(client, committed):
    match = (await committed.match()).match
    broker = await committed.staff()
    await english(client, broker)
    none = await browsing.post_form(client, "/desk", {"action": "assign", "person_id": str(broker.person_id)})
    assert none.status_code == 422
    assert "Tick at least one row." in none.text
    mine = {"row": [row_of(match)], "action": "assign", "person_id": str(broker.person_id)}
    assert (await browsing.post_form(client, "/desk", mine)).status_code == 303
    assert match.demand_title in (await browsing.get_page(client, "/desk?whose=mine")).text
    assert match.demand_title not in (await browsing.get_page(client, "/desk?whose=nobody")).text
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    later = {"one": f"put_off {row_of(match)}", "until": tomorrow}
    assert (await browsing.post_form(client, "/desk", later | {"until": "2000-01-01"})).status_code == 422
    assert (await browsing.post_form(client, "/desk", later)).status_code == 303
    assert match.demand_title not in (await browsing.get_page(client, "/desk")).text
    assert "Back now" in (await browsing.get_page(client, "/desk?whose=later")).text
    assert (await browsing.post_form(client, "/desk", {"one": f"take_back {row_of(match)}"})).status_code == 303
    assert match.demand_title in (await browsing.get_page(client, "/desk")).text
    note = await committed.db.fetchval("SELECT id FROM desk_item")
    journal = (await browsing.get_page(client, f"/desk/journal/desk/{note}")).text
    assert "Assigned" in journal


async def test_an_auditor_looks_on(client, committed):
    await committed.match()
    await english(client, await committed.staff(Role.AUDITOR))
    page = (await browsing.get_page(client, "/desk")).text
    assert 'name="row"' not in page
    assert "Nothing waits." in page


@pytest.mark.parametrize("row", ["", "match", "match:x:1", "match:1", "match:1:99999999999", "nonsense:1:1"])
async def test_rows_that_make_no_sense_do_no_harm(client, committed, row):
    await english(client, await committed.staff())
    answer = await browsing.post_form(client, "/desk", {"row": [row], "action": "approve", "confirmed": "yes"})
    assert answer.status_code in (409, 422)
    assert (await browsing.post_form(client, "/desk", {"row": [row], "action": "dance"})).status_code in (303, 422)


async def test_the_same_over_the_api(client, committed):
    one, two = (await committed.match()).match, (await committed.match()).match
    broker = await committed.staff()
    headers = await browsing.bearer(committed, broker)
    first = (await client.get("/api/v1/desk?limit=1", headers=headers)).json()
    second = (await client.get(f"/api/v1/desk?limit=1&cursor={first['next']}", headers=headers)).json()
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [one.id, two.id]
    assert first["items"][0]["action"] == "propose"
    assert second["next"] is None
    rows = [{"kind": "match", "id": one.id, "version": one.version}]
    (who,) = (await client.get("/api/v1/desk/colleagues", headers=headers)).json()
    assigned = {"rows": rows, "person_id": who["person_id"]}
    assert (await client.post("/api/v1/desk/assignments", headers=headers, json=assigned)).json()[0]["done"]
    mine = (await client.get("/api/v1/desk?whose=mine", headers=headers)).json()["items"]
    assert [item["assignee_name"] for item in mine] == [broker.name]
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    put_off = await client.post("/api/v1/desk/put-off", headers=headers, json={"rows": rows, "until": until})
    assert put_off.json() == [{"kind": "match", "id": one.id, "done": True, "problems": []}]
    both = [*rows, {"kind": "match", "id": two.id, "version": 99}]
    decided = await client.post("/api/v1/desk/decisions", headers=headers, json={"action": "approve", "rows": both})
    assert [outcome["done"] for outcome in decided.json()] == [True, False]
    none = await client.post("/api/v1/desk/decisions", headers=headers, json={"action": "approve", "rows": []})
    assert none.status_code == 400


async def test_a_pairing_is_shown_side_by_side_with_its_words_marked(client, committed):
    lines = (
        RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量", phrase="公路货运量", start=6),
        RequirementLine(level=LineLevel.MUST, kind=LineKind.UPDATE_CYCLE, value="每日", phrase="日数据", start=12),
    )
    first = (await committed.match()).match
    product = await committed.listed_product(update_cycle="yearly", price=Decimal(60_000), price_unit="year")
    second = (await committed.match(demand=await committed.open_demand(lines=lines), product=product)).match
    await english(client, await committed.staff())
    page = (await browsing.get_page(client, f"/desk/matches/{second.id}?kind=match")).text
    asked, offered = page.split('id="reasons"')
    assert '<mark data-lines="1">公路货运量<sup>1</sup></mark>的<mark data-lines="2">日数据<sup>2</sup></mark>' in asked
    assert 'data-lines="1">公路货运量<sup>1</sup></mark>' in offered, "the product's words for line 1"
    assert '<mark data-lines="2">Yearly<sup>2</sup></mark>' in offered, "a code, in words"
    assert "<dd>CN¥60,000.00</dd>" in offered, "an amount, in the reader's form"
    assert re.search(r'name="confirmed" value="yes"><button [^>]*value="approve"', page), "all of it has been seen"
    assert not re.search(r'name="confirmed" value="yes"><button [^>]*value="decline"', page), "a reason is asked for"
    assert f'href="/desk/matches/{first.id}?kind=match"' in page
    decision = {"row": [row_of(second)], "action": "approve", "confirmed": "yes", "then": str(first.id)}
    done = await browsing.post_form(client, "/desk", decision)
    assert done.headers["location"] == f"/desk/matches/{first.id}"
    sly = await browsing.post_form(client, "/desk", decision | {"row": [row_of(first)], "then": "//evil.example"})
    assert sly.headers["location"] == "/desk"
    assert "The pairing as both sides see it" in (await browsing.get_page(client, f"/desk/matches/{second.id}")).text


async def test_what_was_ticked_stays_ticked_when_it_cannot_be_given_to_somebody(client, committed):
    match = (await committed.match()).match
    registrar = await committed.staff(Role.REGISTRAR)
    await english(client, await committed.staff())
    sent = {"row": [row_of(match)], "action": "assign", "person_id": str(registrar.person_id)}
    again = await browsing.post_form(client, "/desk", sent)
    assert again.status_code == 422
    assert f'value="{row_of(match)}" checked' in again.text
    asked = (await browsing.post_form(client, "/desk", {"row": [row_of(match)], "action": "decline"})).text
    assert "<h1>Turn down</h1>" in asked, "what is done is called as on its button"
    assert ">In your own words</label>" in asked


async def test_a_mediator_is_not_offered_to_end_a_negotiation(client, committed):
    found, broker = (await committed.negotiation("offered")).negotiation, await committed.staff()
    await negotiations.act(
        committed.db, broker, found.id, "hold", version=found.version, now=committed.now, reason="源"
    )
    offers = {}
    for role in (Role.BROKER, Role.MEDIATOR):
        await english(client, await committed.staff(role))
        offers[role] = (await browsing.get_page(client, "/desk?kind=negotiation")).text
        assert "Release hold" in offers[role]
    assert "End as staff" in offers[Role.BROKER]
    assert "End as staff" not in offers[Role.MEDIATOR]
