"""/api/v1/negotiations and /api/v1/agreements: refusals, scopes, repeats, two programs at once."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests import browsing
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.fixture
def committed(committed):
    """Made now: an offer made long ago has lapsed by the site's clock."""
    committed.now = datetime.now(UTC)
    return committed


TERMS = {
    "price": "1300.00",
    "price_unit": "year",
    "period_from": "2099-01-01",
    "period_to": "2099-12-31",
    "delivery": "api",
    "permitted_use": "内部路线规划",
}


def path_of(talk):
    return f"/api/v1/negotiations/{talk.negotiation.id}"


async def test_strangers_get_404_and_nobody_401(client, committed):
    talk = await committed.negotiation("offered")
    deal = await committed.agreement()
    stranger = await browsing.bearer(committed, await committed.demander())
    step = {"action": "accept", "version": 1}
    calls = (
        ("GET", path_of(talk), None),
        ("POST", f"{path_of(talk)}/actions", step),
        ("GET", f"{path_of(talk)}/offers", None),
        ("POST", f"{path_of(talk)}/offers", {"terms": TERMS, "version": 1}),
        ("GET", f"{path_of(talk)}/offers/1", None),
        ("GET", f"{path_of(talk)}/changes?before=1&after=1", None),
        ("GET", f"{path_of(talk)}/messages", None),
        ("POST", f"{path_of(talk)}/messages", {"body": "hello"}),
        ("POST", "/api/v1/negotiations", {"match_id": talk.negotiation.match_id, "terms": TERMS}),
        ("GET", f"/api/v1/agreements/{deal.agreement.id}", None),
        ("POST", f"/api/v1/agreements/{deal.agreement.id}/actions", step),
    )
    for method, path, body in calls:
        for headers, status in ((stranger, 404), ({}, 401)):
            answer = await client.request(method, path, json=body, headers=headers)
            assert answer.status_code == status, (method, path)
            assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await client.get("/api/v1/negotiations", headers=stranger)).json() == {"items": [], "next": None}
    assert (await client.get("/api/v1/agreements", headers=stranger)).json() == {"items": [], "next": None}


async def test_a_token_takes_only_the_steps_of_its_scopes(client, committed):
    talk = await committed.negotiation("offered")
    reads = await browsing.bearer(committed, talk.consumer, {"negotiation:read", "agreement:read"})
    shown = (await client.get(path_of(talk), headers=reads)).json()
    assert shown["actions"] == []
    for path, body in (
        ("actions", {"action": "accept", "version": shown["version"]}),
        ("offers", {"terms": TERMS, "version": shown["version"]}),
        ("messages", {"body": "hello"}),
    ):
        answer = await client.post(f"{path_of(talk)}/{path}", json=body, headers=reads)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:duijie:problem:missing-scope"), path
    deal = await committed.agreement()
    reads = await browsing.bearer(committed, deal.consumer, {"agreement:read"})
    step = {"action": "terminate", "version": deal.agreement.version, "reason": "no", "password": PASSWORD}
    answer = await client.post(f"/api/v1/agreements/{deal.agreement.id}/actions", json=step, headers=reads)
    assert answer.status_code == 403


async def test_refusals_say_what_is_wrong(client, committed):
    talk = await committed.negotiation("offered")
    user = await browsing.bearer(committed, talk.consumer)
    supplier = await browsing.bearer(committed, talk.provider)

    async def act(headers, **step):
        answer = await client.post(f"{path_of(talk)}/actions", json={"version": 1, **step}, headers=headers)
        return answer.status_code, answer.json()

    status, problem = await act(user, action="accept", version=9)
    assert (status, problem["type"]) == (409, "urn:duijie:problem:stale")
    status, problem = await act(user, action="verify")
    assert (status, problem["type"]) == (409, "urn:duijie:problem:illegal-transition")
    status, problem = await act(supplier, action="accept")
    assert (status, problem["type"]) == (403, "urn:duijie:problem:not-yours")
    status, problem = await act(user, action="terminate")
    assert (status, set(problem["errors"])) == (422, {"reason"})
    status, problem = await act(user, action="request")
    assert (status, set(problem["errors"])) == (422, {"terms"})
    for price in ("NaN", "-1", "0.001"):
        body = {"terms": TERMS | {"price": price}, "version": 1}
        answer = await client.post(f"{path_of(talk)}/offers", json=body, headers=user)
        assert (answer.status_code, set(answer.json()["errors"])) == (422, {"price"})
    body = {"terms": TERMS | {"period_to": "2098-01-01"}, "version": 1}
    assert (await client.post(f"{path_of(talk)}/offers", json=body, headers=user)).status_code == 422
    for broken in ({"terms": {}, "version": 1}, {"terms": TERMS | {"delivery": "pigeon"}, "version": 1}):
        assert (await client.post(f"{path_of(talk)}/offers", json=broken, headers=user)).status_code == 400
    for numbers in ("before=1&after=2", "before=0&after=1", "before=x&after=1"):
        answer = await client.get(f"{path_of(talk)}/changes?{numbers}", headers=user)
        assert answer.status_code == (400 if "x" in numbers else 404)


async def test_two_programs_accept_at_once(app, committed):
    talk = await committed.negotiation("offered")
    user = await browsing.bearer(committed, talk.consumer)
    step = {"action": "accept", "version": talk.negotiation.version}
    async with browsing.several(app) as open_client:
        clients = open_client(), open_client()
        answers = await asyncio.gather(
            *(client.post(f"{path_of(talk)}/actions", json=step, headers=user) for client in clients)
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_repeated_create_is_done_once(client, committed):
    talk = await committed.negotiation("offered")
    user = await browsing.bearer(committed, talk.consumer)
    for path, body in (
        ("messages", {"body": "请问起始日能否提前"}),
        ("offers", {"terms": TERMS, "version": talk.negotiation.version}),
    ):
        headers = user | {"Idempotency-Key": f"the {path}"}
        first = await client.post(f"{path_of(talk)}/{path}", json=body, headers=headers)
        second = await client.post(f"{path_of(talk)}/{path}", json=body, headers=headers)
        assert (first.status_code, second.status_code) == (201, 201), first.text
        assert first.json() == second.json()
    offers = (await client.get(f"{path_of(talk)}/offers", headers=user)).json()
    assert [(o["number"], Decimal(o["terms"]["price"])) for o in offers] == [(1, 1200), (2, 1300)]


async def test_staff_hold_and_release(client, committed):
    talk = await committed.negotiation("requested")
    broker = await browsing.bearer(committed, await committed.staff())
    supplier = await browsing.bearer(committed, talk.provider)
    shown = await client.get(path_of(talk), headers=broker)
    assert [a["name"] for a in shown.json()["actions"]] == ["abort", "hold"]
    step = {"action": "hold", "version": shown.json()["version"], "reason": "check the price"}
    held = await client.post(f"{path_of(talk)}/actions", json=step, headers=broker)
    assert (held.status_code, held.json()["hold_reason"]) == (200, "check the price")
    body = {"terms": TERMS, "version": held.json()["version"]}
    answer = await client.post(f"{path_of(talk)}/offers", json=body, headers=supplier)
    assert (answer.status_code, len(answer.json()["unmet"])) == (422, 1)
    listed = (await client.get("/api/v1/negotiations?state=requested&limit=1", headers=supplier)).json()
    assert listed["items"][0]["held"] is True
    step = {"action": "release", "version": held.json()["version"]}
    assert (await client.post(f"{path_of(talk)}/actions", json=step, headers=broker)).status_code == 200
