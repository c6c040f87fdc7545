"""/api/v1/demands over HTTP, as programs call it."""

import asyncio

import msgspec
import pytest

from market.domain.permissions import Role
from market.services import accounts
from tests import browsing

pytestmark = pytest.mark.anyio

PATH = "/api/v1/demands"
CONTENT = {"title": "苏州各区月度用电量", "text": "需要苏州各区2022年以来的月度用电量，CSV即可。"}


async def listed(client, headers, **params):
    answer = await client.get(PATH, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def until_found(client, headers, q, ids):
    async with asyncio.timeout(60):  # the first search of a fresh checkout compiles the kernels
        while [card["id"] for card in await listed(client, headers, q=q)] != ids:  # noqa: ASYNC110 - see test_matches
            await asyncio.sleep(0.01)


async def test_from_a_paragraph_to_open_and_edited(client, committed):
    owner = await committed.demander()
    mine, broker = await browsing.bearer(committed, owner), await browsing.bearer(committed, await committed.staff())
    made = await client.post(PATH, json=CONTENT, headers=mine)
    assert made.status_code == 201
    path = made.headers["location"]
    demand = made.json()
    assert [a["name"] for a in demand["actions"]] == ["submit", "discard"]
    phrases = {line["phrase"] for line in demand["lines"]}
    assert phrases
    assert all(phrase in CONTENT["text"] for phrase in phrases)
    for headers, action in ((mine, "submit"), (broker, "open")):
        step = {"action": action, "version": demand["version"]}
        answer = await client.post(f"{path}/actions", json=step, headers=headers)
        assert answer.status_code == 200, answer.text
        demand = answer.json()
    assert demand["state"] == "open"
    changed = CONTENT | {"title": "苏州各区用电量"}
    seen = mine | {"If-Match": answer.headers["etag"]}
    edited = await client.put(path, json=changed, headers=seen)
    assert (edited.status_code, edited.json()["revision"]) == (200, 2)
    assert (await client.put(path, json=changed, headers=seen)).status_code == 409


async def test_search_finds_open_demands_and_no_covered_word(client, committed):
    owner = await committed.demander()
    plain = await committed.open_demand(owner, title="货运量", text="需要公路货运量的日数据", theme="交通", lines=None)
    sealed = await committed.open_demand(
        owner, title="苏州用电量", text="需要苏州工业园的月度用电量", sealed=True, masked=("工业园",), lines=None
    )
    await committed.draft_demand(owner, title="货运量草稿", text="需要公路货运量的周数据", lines=None)
    stranger = await browsing.bearer(committed, await committed.supplier())
    await until_found(client, stranger, "公路货运量", [plain.id])
    await until_found(client, stranger, "用电量", [sealed.id])
    assert await listed(client, stranger, q="工业园") == []
    assert await listed(client, stranger, q="公路货运量", theme="能源") == []


async def test_strangers_read_no_deadline_and_no_name_of_a_sealed_demand(client, committed):
    owner = await committed.demander()
    name = owner.organisation_name
    await committed.open_demand(owner)
    await committed.open_demand(owner, theme=f"{name}规划", region=f"{name}园区", sealed=True)
    stranger = await browsing.bearer(committed, await committed.supplier())
    found = await listed(client, stranger)
    assert [card["due_at"] for card in found] == [None, None]
    sealed = next(card for card in found if card["sealed"])
    assert name not in str(sealed)
    for params in ({"theme": f"{name}规划"}, {"region": name}):
        assert await listed(client, stranger, **params) == []
        assert len(await listed(client, await browsing.bearer(committed, owner), **params)) == 1


async def test_a_key_is_one_organisations(client, committed):
    owner = await committed.demander()
    other = await committed.demander()
    keyed = {"Idempotency-Key": "monday"}
    first = await client.post(PATH, json=CONTENT, headers=await browsing.bearer(committed, owner) | keyed)
    assert first.status_code == 201
    await accounts.add_member(committed.db, other.organisation_id, owner.person_id, Role.OWNER)
    there = msgspec.structs.replace(other, person_id=owner.person_id, name=owner.name)
    second = await client.post(PATH, json=CONTENT, headers=await browsing.bearer(committed, there) | keyed)
    assert (second.status_code, second.json()["type"]) == (409, "urn:duijie:problem:key-reused")


async def test_what_waits_for_the_callers_side_is_asked_for_by_turn(client, committed):
    owner = await committed.demander()
    draft = await committed.draft_demand(owner)
    await committed.open_demand(owner)
    mine = await browsing.bearer(committed, owner)
    assert [card["id"] for card in await listed(client, mine, turn="yours")] == [draft.id]
    assert await listed(client, mine, turn="yours", state="open") == []
    assert (await client.get(PATH, params={"turn": "theirs"}, headers=mine)).status_code == 400
    talk = await committed.negotiation("offered")
    path, consumer = "/api/v1/negotiations", await browsing.bearer(committed, talk.consumer)
    (card,) = (await client.get(path, params={"turn": "yours"}, headers=consumer)).json()["items"]
    assert (card["id"], card["yours"]) == (talk.negotiation.id, True)
    provider = await browsing.bearer(committed, talk.provider)
    assert (await client.get(path, params={"turn": "yours"}, headers=provider)).json()["items"] == []
    (card,) = (await client.get(path, headers=provider)).json()["items"]
    assert card["yours"] is False
