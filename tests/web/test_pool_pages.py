"""Pool pages over HTTP, as people without JavaScript use them, and the same for programs."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from market.services import pools
from tests import browsing
from tests.services.test_pools import TEXTS, joined, posted

pytestmark = pytest.mark.anyio


@pytest.fixture
async def committed(committed):
    """The builders with today's date: an offer must still stand."""
    committed.now = datetime.now(UTC)
    return committed


async def english(client, who):
    client.cookies.set("language", "en")
    await browsing.sign_in(client, who)


def version_in(text):
    return re.search(r'name="version" value="(\d+)"', text)[1]


async def test_the_broker_confirms_and_an_owner_joins_and_leaves(client, committed):
    owners, found = await posted(committed, *TEXTS[:2])
    pool = await committed.pool(*found)
    await english(client, await committed.staff())
    address = f"/pools/{pool.id}"
    assert f'href="{address}"' in (await browsing.get_page(client, "/pools")).text
    shown = (await browsing.get_page(client, address)).text
    assert owners[0].organisation_name in shown
    few = await browsing.post_form(client, f"{address}/confirm", {"version": version_in(shown), "quorum": "9"})
    assert few.status_code == 422
    assert 'value="9"' in few.text
    done = await browsing.post_form(client, f"{address}/confirm", {"version": version_in(shown), "quorum": "2"})
    assert done.status_code == 303

    await english(client, owners[0])
    assert f'href="{address}"' in (await browsing.get_page(client, f"/demands/{found[0].id}")).text
    shown = (await browsing.get_page(client, address)).text
    assert "0 of 2 have joined" in shown
    assert owners[1].organisation_name not in shown
    assert "Member 2" in shown
    wrong = await browsing.post_form(client, f"{address}/join", {"version": version_in(shown), "weight": "0"})
    assert wrong.status_code == 422
    for step in ("join", "leave", "join"):
        shown = (await browsing.get_page(client, address)).text
        answer = await browsing.post_form(client, f"{address}/{step}", {"version": version_in(shown)})
        assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert "1 of 2 have joined" in (await browsing.get_page(client, address)).text


async def test_a_member_finds_its_pool_by_its_own_demand(client, committed):
    owners, found = await posted(committed, *TEXTS[:2])
    pool = await committed.forming_pool(*found)
    for demand in found:
        await committed.db.execute("UPDATE demand SET title = $2 WHERE id = $1", demand.id, f"需求{demand.id}")
    for owner, demand in zip(owners, found, strict=True):
        await english(client, owner)
        shown = (await browsing.get_page(client, "/pools")).text
        assert f'<a href="/pools/{pool.id}">需求{demand.id}</a>' in shown


async def test_the_share_is_filled_in_for_each_member(client, committed):
    owners, found = await posted(committed, *TEXTS[:2])
    pool = await joined(committed, await committed.forming_pool(*found), *owners)
    supplier = await committed.supplier()
    product = await committed.listed_product(supplier)
    pairing = await committed.mutual_match(owners[0], supplier, demand=found[0], product=product)
    await english(client, supplier)
    match = (await browsing.get_page(client, f"/matches/{pairing.match.id}")).text
    assert "2 organisations need this together" in match
    await english(client, owners[0])
    address = f"/pools/{pool.id}"
    lead = {"version": version_in((await browsing.get_page(client, address)).text)}
    assert (await browsing.post_form(client, f"{address}/actions/lead", lead)).status_code == 303
    again = {"version": version_in((await browsing.get_page(client, address)).text)}
    early = await browsing.post_form(client, f"{address}/actions/settle", again)
    assert early.status_code == 422
    talk = await committed.negotiation("offered", pairing, price=Decimal("99.99"))
    assert (await browsing.post_form(client, f"{address}/actions/settle", again)).status_code == 303
    shown = (await browsing.get_page(client, address)).text
    assert "CN¥50.00" in shown
    assert "CN¥49.99" in shown
    place = await browsing.post_form(client, f"{address}/share", {})
    assert place.headers["location"] == f"/negotiations/{talk.negotiation.id}/offer"
    assert 'value="50.00"' in (await browsing.get_page(client, place.headers["location"])).text

    second = await committed.mutual_match(owners[1], supplier, demand=found[1], product=product)
    await english(client, owners[1])
    place = await browsing.post_form(client, f"{address}/share", {})
    assert place.headers["location"] == f"/negotiations/new?match={second.match.id}"
    assert 'value="49.99"' in (await browsing.get_page(client, place.headers["location"])).text


async def test_programs_do_all_of_it(client, committed):
    owners, found = await posted(committed, *TEXTS[:2])
    pool = await committed.pool(*found)
    path = f"/api/v1/pools/{pool.id}"
    broker = await browsing.bearer(committed, await committed.staff())
    ours, theirs = [await browsing.bearer(committed, owner) for owner in owners]
    assert (await client.get(path, headers=ours)).status_code == 404
    seen = await client.post(f"{path}/confirm", json={"version": pool.version, "quorum": 2}, headers=broker)
    assert (seen.status_code, seen.json()["state"]) == (200, "forming")
    [card] = (await client.get("/api/v1/pools", params={"state": "forming"}, headers=ours)).json()["items"]
    assert (card["id"], card["members"], card["joined"]) == (pool.id, 2, 0)
    assert "title" not in card
    for headers, weight in ((ours, 1), (theirs, 3)):
        version = (await client.get(path, headers=headers)).json()["version"]
        seen = await client.post(f"{path}/join", json={"version": version, "weight": weight}, headers=headers)
        assert seen.status_code == 200
    assert seen.json()["state"] == "quorum"
    assert [seat["organisation_name"] for seat in seen.json()["members"]] == [o.organisation_name for o in owners]
    assert [action["name"] for action in seen.json()["actions"]] == ["lead"]
    step = {"action": "lead", "version": seen.json()["version"]}
    seen = await client.post(f"{path}/actions", json=step, headers=theirs)
    assert (seen.json()["state"], seen.json()["lead_demand_id"]) == ("negotiating", found[1].id)
    assert (await pools.get(committed.db, owners[0], pool.id)).lead_demand_id == found[1].id
    assert (await client.get(f"{path}/terms", headers=ours)).status_code == 404
