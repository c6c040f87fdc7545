"""/api/v1/questions over HTTP, as programs call them."""

import pytest

from tests import browsing
from tests.given import FIELDS, TOPIC

pytestmark = pytest.mark.anyio


async def test_asked_answered_and_taken_back(client, committed):
    demander = await committed.demander()
    demand = await committed.open_demand(demander, lines=(TOPIC, FIELDS))
    pairing = await committed.proposed_match(demander, demand=demand)
    ours, theirs = await browsing.bearer(committed, demander), await browsing.bearer(committed, pairing.supplier)
    body = {"demand_id": demand.id, "product_id": pairing.match.product_id, "kind": "fields", "value": "车辆轴数"}
    worded = await client.post("/api/v1/questions/wording", json=body, headers=ours)
    assert "车辆轴数" in worded.json()["text"]
    key = ours | {"Idempotency-Key": "one"}
    made = [await client.post("/api/v1/questions", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    path = made[0].headers["location"]
    assert made[1].headers["location"] == path
    assert [a["name"] for a in made[0].json()["actions"]] == ["withdraw"]
    assert (await client.post("/api/v1/questions", json=body, headers=ours)).status_code == 409

    seen = (await client.get(path, headers=theirs)).json()
    assert [a["name"] for a in seen["actions"]] == ["answer"]
    (item,) = [
        i for i in (await client.get("/api/v1/inbox", headers=theirs)).json()["items"] if i["kind"] == "question"
    ]
    assert item["url"] == path
    said = {"verdict": "yes", "version": seen["version"], "answer": "二轴至六轴", "shared": True}
    answered = (await client.post(f"{path}/answer", json=said, headers=theirs)).json()
    assert (answered["state"], answered["verdict"]) == ("answered", "yes")
    match = (await client.get(f"/api/v1/matches/{pairing.match.id}", headers=ours)).json()
    assert [(r["verdict"], r["source"]) for r in match["reasons"]] == [("met", "title"), ("met", "answer")]
    shared = await client.get("/api/v1/questions/shared", params={"product": match["product_id"]}, headers=ours)
    assert [s["answer"] for s in shared.json()] == ["二轴至六轴"]

    step = {"action": "retract", "version": answered["version"]}
    again = await client.post(f"{path}/actions", json=step, headers=theirs)
    assert again.json()["state"] == "open"
    assert (await client.post(f"{path}/actions", json=step, headers=theirs)).status_code == 409


async def test_lists_are_filtered(client, committed):
    question, demander, supplier = await committed.question()
    ours, theirs = await browsing.bearer(committed, demander), await browsing.bearer(committed, supplier)

    async def ids(headers, **params):
        answer = await client.get("/api/v1/questions", params=params, headers=headers)
        assert answer.status_code == 200
        return [item["id"] for item in answer.json()["items"]]

    assert await ids(ours) == await ids(theirs) == [question.id]
    assert await ids(ours, side="demander", state="open") == [question.id]
    assert await ids(ours, side="supplier") == await ids(ours, state="answered") == []
    assert await ids(theirs, product=question.product_id, demand=question.demand_id) == [question.id]
