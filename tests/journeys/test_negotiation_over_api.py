"""From a mutual match to an agreement in force, by two programs with a token each."""

import hashlib

import pytest

from tests import browsing
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio

TERMS = {
    "price": "2000.00",
    "price_unit": "month",
    "period_from": "2099-01-01",
    "period_to": "2099-12-31",
    "delivery": "file",
    "permitted_use": "用于与合同客户协商运价",
    "clauses": [{"title": "样本披露", "text": "每条线路附样本运单数"}],
}


async def test_from_mutual_match_to_agreement_in_force(client, committed):
    pairing = await committed.mutual_match()
    user = await browsing.bearer(committed, pairing.demander)
    supplier = await browsing.bearer(committed, pairing.supplier)

    body = {"match_id": pairing.match.id, "terms": TERMS, "valid_days": 7}
    started = await client.post("/api/v1/negotiations", json=body, headers=user | {"Idempotency-Key": "one"})
    again = await client.post("/api/v1/negotiations", json=body, headers=user | {"Idempotency-Key": "one"})
    assert (started.status_code, again.status_code) == (201, 201), started.text
    assert started.json() == again.json()
    path = started.headers["location"]
    assert started.json()["state"] == "requested"
    assert started.json()["turn"] == "provider"
    assert [a["name"] for a in started.json()["actions"]] == ["terminate"]

    seen = await client.get(path, headers=supplier)
    assert {a["name"] for a in seen.json()["actions"]} == {"offer", "agree", "terminate"}
    counter = {"terms": TERMS | {"price": "2400.00"}, "version": seen.json()["version"], "note": "full set of routes"}
    offered = await client.post(f"{path}/offers", json=counter, headers=supplier)
    assert offered.status_code == 201, offered.text
    assert offered.json()["number"] == 2
    assert (await client.get(offered.headers["location"], headers=user)).json() == offered.json()
    changed = await client.get(f"{path}/changes?before=1&after=2", headers=user)
    assert changed.json() == [{"name": "price", "was": "2000.00", "now": "2400.00", "clause": False}]

    said = await client.post(f"{path}/messages", json={"body": "两千四可以"}, headers=user)
    assert said.status_code == 201, said.text
    thread = await client.get(f"{path}/messages", headers=supplier)
    assert [m["body"] for m in thread.json()["items"]] == ["两千四可以"]

    for action, who, state in (
        ("accept", user, "accepted"),
        ("agree", supplier, "agreed"),
        ("verify", user, "verified"),
        ("finalize", supplier, "finalized"),
    ):
        before = (await client.get(path, headers=who)).json()
        step = next(a for a in before["actions"] if a["name"] == action)
        data = {"action": action, "version": before["version"]}
        if step["needs_password"]:
            refused = await client.post(f"{path}/actions", json=data | {"password": "a guess"}, headers=who)
            assert refused.status_code == 401
            data["password"] = PASSWORD
        taken = await client.post(f"{path}/actions", json=data, headers=who)
        assert taken.status_code == 200, taken.text
        assert taken.json()["state"] == state

    agreement = (await client.get(f"/api/v1/agreements/{taken.json()['agreement_id']}", headers=user)).json()
    assert agreement["state"] == "effective"
    assert agreement["terms_text"] == offered.json()["terms_text"]
    assert agreement["sha256"] == hashlib.sha256(agreement["terms_text"].encode()).hexdigest()
    assert [s["party"] for s in agreement["signatures"]] == ["provider", "consumer"]
    assert {s["sha256"] for s in agreement["signatures"]} == {agreement["sha256"]}
    listed = (await client.get("/api/v1/agreements?state=effective", headers=supplier)).json()
    assert [a["id"] for a in listed["items"]] == [agreement["id"]]
