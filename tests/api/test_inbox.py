"""/api/v1: inbox, notifications, webhooks, journal."""

import msgspec
import pytest

from market.domain.permissions import Role
from market.services import demands, notices
from market.store import journal
from tests import browsing

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings):
    return msgspec.structs.replace(settings, private_webhooks=True)


async def test_the_inbox_names_the_action(client, committed):
    owner = await committed.demander()
    demand = await committed.draft_demand(owner)
    mine = await browsing.bearer(committed, owner)
    (item,) = (await client.get("/api/v1/inbox", headers=mine)).json()["items"]
    assert item["action"] == "submit"
    assert item["url"] == f"/api/v1/demands/{demand.id}"
    assert item["due_at"] > "2026-03-02"
    step = {"action": item["action"], "version": demand.version}
    assert (await client.post(f"{item['url']}/actions", json=step, headers=mine)).status_code == 200
    assert (await client.get("/api/v1/inbox", headers=mine)).json()["items"] == []
    (item,) = (await client.get("/api/v1/inbox?waiting=true", headers=mine)).json()["items"]
    assert (item["state"], item["party"]) == ("submitted", "demander")


async def test_notifications_in_the_callers_language(client, committed, settings):
    owner = await committed.demander()
    ids = []
    for _ in range(2):
        demand = await committed.open_demand(owner)
        ids.append(demand.id)
        for event in await journal.OF_OBJECT.all(committed.db, "demand", demand.id):
            await notices.on_event(committed.db, event, now=committed.now, settings=settings)
    mine = await browsing.bearer(committed, owner) | {"accept-language": "en"}
    found = (await client.get("/api/v1/notifications?limit=1", headers=mine)).json()
    (latest,) = found["items"]
    assert latest["text"] == "Your demand is open and being matched."
    assert latest["url"] == f"/api/v1/demands/{ids[1]}"
    rest = (await client.get("/api/v1/notifications", params={"cursor": found["next"]}, headers=mine)).json()
    assert [n["object_id"] for n in rest["items"]] == [ids[0]]
    read = await client.post("/api/v1/notifications/read", json={"ids": [latest["id"]]}, headers=mine)
    assert read.json() == {"unread": 1}
    unread = (await client.get("/api/v1/notifications?unread=true", headers=mine)).json()["items"]
    assert [n["object_id"] for n in unread] == [ids[0]]
    assert (await client.post("/api/v1/notifications/read", json={}, headers=mine)).json() == {"unread": 0}


async def test_a_webhook_is_made_once_and_its_secret_shown_once(client, committed):
    owner = await committed.demander()
    mine = await browsing.bearer(committed, owner)
    content = {"url": "http://127.0.0.1:9/hook", "kinds": ["demand"]}
    key = mine | {"Idempotency-Key": "one"}
    made = await client.post("/api/v1/webhooks", json=content, headers=key)
    again = await client.post("/api/v1/webhooks", json=content, headers=key)
    assert made.status_code == 201
    assert made.json() == again.json()
    assert made.json()["secret"].startswith("whsec_")
    path = made.headers["location"]
    shown = await client.get(path, headers=mine)
    assert "secret" not in shown.json()
    edited = await client.put(
        path, json=content | {"active": False}, headers=mine | {"If-Match": shown.headers["etag"]}
    )
    assert (edited.status_code, edited.json()["active"]) == (200, False)
    stale = await client.put(path, json=content, headers=mine | {"If-Match": shown.headers["etag"]})
    assert stale.status_code == 409
    tested = await client.post(f"{path}/test", headers=mine)
    assert tested.json()["action"] == "test"
    (logged,) = (await client.get(f"{path}/deliveries", headers=mine)).json()["items"]
    assert logged["id"] == tested.json()["id"]
    repeated = await client.post(f"{path}/deliveries/{logged['id']}/redeliver", headers=mine)
    assert repeated.status_code == 200
    assert len((await client.get("/api/v1/webhooks", headers=mine)).json()["items"]) == 1
    assert (await client.delete(path, headers=mine)).status_code == 204
    assert (await client.get(path, headers=mine)).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"url": "ftp://example.com/"}, 422),
        ({"url": "https://nowhere.invalid/"}, 422),
        ({"url": "http://x"}, 422),
        ({"url": "h"}, 400),
        ({"url": "http://127.0.0.1/" + "x" * 2000}, 400),
        ({"url": "http://127.0.0.1/", "kinds": ["secrets"]}, 400),
        ({}, 400),
    ],
)
async def test_bad_webhooks(client, committed, content, status):
    mine = await browsing.bearer(committed, await committed.demander())
    assert (await client.post("/api/v1/webhooks", json=content, headers=mine)).status_code == status


async def test_webhooks_take_the_scope_and_the_role(client, committed):
    owner, member = await committed.demander(), await committed.demander(Role.MEMBER)
    narrow = await browsing.bearer(committed, owner, {"inbox:read"})
    refused = await client.get("/api/v1/webhooks", headers=narrow)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:duijie:problem:missing-scope")
    assert (await client.get("/api/v1/webhooks", headers=await browsing.bearer(committed, member))).status_code == 403


async def test_staff_read_the_journal(client, committed):
    owner = await committed.demander()
    demand = await committed.draft_demand(owner)
    await demands.act(committed.db, owner, demand.id, "submit", now=committed.now)
    query = {"kind": "demand", "object_id": demand.id}
    staff = await browsing.bearer(committed, await committed.staff(Role.AUDITOR))
    entries = (await client.get("/api/v1/journal", params=query, headers=staff)).json()["items"]
    assert [e["action"] for e in entries] == ["create", "submit"]
    assert entries[1]["person_name"] == owner.name
    assert len(entries[1]["hash"]) == 64
    assert (await client.get("/api/v1/journal", params=query | {"object_id": 999}, headers=staff)).status_code == 404
    mine = await browsing.bearer(committed, owner)
    assert (await client.get("/api/v1/journal", params=query, headers=mine)).status_code == 403
