"""/api/v1/matches, /search and /preview over HTTP, as programs call them."""

import asyncio

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.permissions import Permission, Role
from tests import browsing

pytestmark = pytest.mark.anyio

TEXT = "我们需要江苏公路货运量的日数据, 每日更新, 用接口交付。"


async def found_by(client, headers, q):
    answer = await client.get("/api/v1/search", params={"q": q}, headers=headers)
    assert answer.status_code == 200
    return [card["id"] for card in answer.json()]


async def until_found(client, headers, q, ids):
    async with asyncio.timeout(60):
        while await found_by(client, headers, q) != ids:  # noqa: ASYNC110 - PostgreSQL tells the site, not the test
            await asyncio.sleep(0.01)


async def test_from_review_to_mutual(client, committed):
    found, demander, supplier = await committed.match()
    path = f"/api/v1/matches/{found.id}"
    broker, theirs, ours = [await browsing.bearer(committed, a) for a in (await committed.staff(), supplier, demander)]
    assert (await client.get(path, headers=ours)).status_code == 404
    seen = await client.get(path, headers=broker)
    assert seen.headers["etag"] == f'"{found.version}"'
    assert [a["name"] for a in seen.json()["actions"]] == ["propose", "reject"]
    decision = {"action": "propose", "version": found.version}
    proposed = await client.post(f"{path}/review", json=decision, headers=broker)
    assert proposed.status_code == 200
    assert proposed.json()["state"] == "proposed"
    said = {"action": "interest", "version": proposed.json()["version"]}
    assert [a["name"] for a in (await client.get(path, headers=theirs)).json()["actions"]] == [
        "interest",
        "snooze",
        "decline",
    ]
    for headers in (theirs, ours):
        answer = await client.post(f"{path}/answer", json=said, headers=headers)
        assert answer.status_code == 200
    assert answer.json()["state"] == "mutual"
    assert [a["name"] for a in answer.json()["actions"]] == ["decline", "convert"]
    assert answer.json()["supplier_name"] == supplier.organisation_name


async def test_lists_are_filtered(client, committed):
    found, demander, supplier = await committed.proposed_match()
    ours, theirs = await browsing.bearer(committed, demander), await browsing.bearer(committed, supplier)

    async def listed(headers, **params):
        answer = await client.get("/api/v1/matches", params=params, headers=headers)
        assert answer.status_code == 200
        return [card["id"] for card in answer.json()["items"]]

    assert await listed(ours, side="demander", state=["proposed", "mutual"], demand=found.demand_id) == [found.id]
    assert await listed(theirs, side="supplier", product=found.product_id) == [found.id]
    assert await listed(ours, side="supplier") == []
    assert await listed(ours, state="mutual") == []
    assert (await client.get("/api/v1/matches?side=broker", headers=ours)).status_code == 400


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"action": "accept", "version": 3}, 400),
        ({"action": "interest"}, 400),
        ({"action": "interest", "version": -1}, 400),
        ({"action": "decline", "version": 3, "code": "ugly"}, 400),
        ({"action": "decline", "version": 3}, 422),
        ({"action": "decline", "version": 3, "code": "other"}, 422),
        ({"action": "snooze", "version": 3, "until": "2000-01-01"}, 422),
        ({"action": "snooze", "version": 3, "until": "31 December"}, 400),
    ],
)
async def test_a_wrong_answer_is_a_problem_that_names_the_field(client, committed, said, status):
    found, demander, _ = await committed.proposed_match()
    headers = await browsing.bearer(committed, demander)
    answer = await client.post(f"/api/v1/matches/{found.id}/answer", json=said, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    if status == 422:
        assert set(answer.json()["errors"]) <= {"code", "reason", "until"}


async def test_scopes_and_roles(client, committed):
    found, demander, _ = await committed.proposed_match()
    path = f"/api/v1/matches/{found.id}"
    reader = await browsing.bearer(committed, demander, {Permission.MATCH_READ})
    assert (await client.get(path, headers=reader)).json()["actions"] == []
    said = {"action": "interest", "version": found.version}
    refused = await client.post(f"{path}/answer", json=said, headers=reader)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:duijie:problem:missing-scope")
    full = await browsing.bearer(committed, demander)
    decision = {"action": "reject", "version": found.version, "code": "duplicate"}
    assert (await client.post(f"{path}/review", json=decision, headers=full)).status_code == 403
    assert (await client.get(path)).status_code == 401
    stranger = await browsing.bearer(committed, await committed.supplier())
    assert (await client.get(path, headers=stranger)).status_code == 404
    assert (await client.post(f"{path}/answer", json=said, headers=stranger)).status_code == 404


async def test_a_rule_that_excludes_can_be_asked_for(client, committed):
    owner = await committed.demander()
    demand = await committed.open_demand(owner)
    own = await committed.listed_product(owner)
    fine = await committed.listed_product()
    broker = await browsing.bearer(committed, await committed.staff())
    await until_found(client, broker, "公路货运量", [own.id, fine.id])
    answer = await client.get(f"/api/v1/matches/exclusions?demand={demand.id}", headers=broker)
    assert [(e["product_id"], e["rule"]) for e in answer.json()] == [
        (own.id, "The two sides are the same organisation.")
    ]
    auditor = await browsing.bearer(committed, await committed.staff(Role.AUDITOR))
    assert (await client.get(f"/api/v1/matches/exclusions?demand={demand.id}", headers=auditor)).status_code == 403


async def test_search_follows_what_is_listed(client, committed):
    headers = await browsing.bearer(committed, await committed.demander())
    product = await committed.listed_product()
    await committed.draft_product()
    await until_found(client, headers, "公路货运量", [product.id])
    assert await found_by(client, headers, "鲸鱼") == []
    assert (await client.get("/api/v1/search", headers=headers)).status_code == 400
    assert (await client.get("/api/v1/search?q=x")).status_code == 401


async def test_preview_shows_what_was_understood_and_what_fits(client, committed):
    demander = await committed.demander()
    own = await committed.listed_product(demander)
    product = await committed.listed_product(update_cycle="yearly", region="江苏省")
    headers = await browsing.bearer(committed, demander)
    await until_found(client, headers, "公路货运量", [own.id, product.id])
    answer = await client.post("/api/v1/preview", json={"text": TEXT}, headers=headers)
    assert answer.status_code == 200
    found = answer.json()
    for line in found["lines"]:
        assert TEXT[line["start"] : line["start"] + len(line["phrase"])] == line["phrase"]
    assert {"update_cycle", "delivery", "region"} <= {line["kind"] for line in found["lines"]}
    (fit,) = found["products"]
    assert (fit["product"]["id"], fit["rank"]) == (product.id, 1)
    verdicts = {reason["kind"]: reason["verdict"] for reason in fit["reasons"]}
    assert (verdicts["update_cycle"], verdicts["delivery"], verdicts["region"]) == ("unmet", "met", "met")
    assert [e["product_id"] for e in found["excluded"]] == [own.id]
    assert await committed.db.fetchval("SELECT count(*) FROM demand") == 0


async def test_preview_takes_lines_as_they_are_and_refuses_what_cannot_be_posted(client, committed):
    headers = await browsing.bearer(committed, await committed.demander())
    line = {"level": "must", "kind": "topic", "value": "公路货运量"}
    answer = await client.post("/api/v1/preview", json={"text": TEXT, "lines": [line]}, headers=headers)
    assert [kept["value"] for kept in answer.json()["lines"]] == ["公路货运量"]
    astray = line | {"phrase": "上海", "start": 0}
    answer = await client.post("/api/v1/preview", json={"text": TEXT, "lines": [astray]}, headers=headers)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"lines"})
    assert (await client.post("/api/v1/preview", json={"text": "x" * 20_001}, headers=headers)).status_code == 400
    assert (await client.post("/api/v1/preview", json={"text": " \u0000 "}, headers=headers)).status_code == 422
    supplier = await browsing.bearer(committed, await committed.staff())
    assert (await client.post("/api/v1/preview", json={"text": TEXT}, headers=supplier)).status_code == 403


async def test_a_sealed_demand_stays_covered_in_json(client, committed):
    line = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量")
    demander = await committed.demander()
    demand = await committed.open_demand(demander, lines=(line,), sealed=True, masked=("江苏",))
    supplier = await committed.supplier()
    product = await committed.listed_product(supplier, title="公路货运量日汇总", abstract="各县公路货运量的每日汇总")
    found = (await committed.proposed_match(demander, demand=demand, product=product)).match
    headers = await browsing.bearer(committed, supplier)
    for path in (f"/api/v1/matches/{found.id}", "/api/v1/matches", f"/api/v1/demands/{demand.id}"):
        text = (await client.get(path, headers=headers)).text
        assert "▇▇▇" in text
        assert "江苏" not in text
        assert demander.organisation_name not in text
