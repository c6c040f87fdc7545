"""/api/v1/products"""

import pytest

from market.domain.permissions import Permission, Role
from tests import browsing

pytestmark = pytest.mark.anyio
BASE = "/api/v1/products"
CONTENT = {
    "title": "江苏省公路货运量日汇总",
    "abstract": "江苏省各县公路货运量的每日汇总数据",
    "fields": [{"name": "tons", "type": "number", "meaning": "吨"}],
    "delivery": ["api"],
    "source_statement": "收费站通行记录汇总",
    "price": "1200.50",
    "price_unit": "month",
}


async def test_from_draft_to_listed_and_edited(client, committed):
    owner = await browsing.bearer(committed, await committed.supplier())
    registrar = await browsing.bearer(committed, await committed.staff(Role.REGISTRAR))
    once = owner | {"Idempotency-Key": "k1"}
    created = await client.post(BASE, json=CONTENT, headers=once)
    assert created.status_code == 201
    assert (await client.post(BASE, json=CONTENT, headers=once)).json() == created.json()
    path = created.headers["location"]
    assert [a["name"] for a in created.json()["actions"]] == ["submit", "discard"]
    step = {"action": "submit", "version": created.json()["version"]}
    submitted = await client.post(f"{path}/actions", json=step, headers=owner)
    assert submitted.json()["state"] == "compliance_review"
    step = {"action": "list", "version": submitted.json()["version"]}
    assert (await client.post(f"{path}/actions", json=step, headers=owner)).status_code == 403
    listed = await client.post(f"{path}/actions", json=step, headers=registrar)
    assert listed.json()["state"] == "listed"

    content = CONTENT | {"price": "1300.00"}
    edited = await client.put(path, json=content, headers=owner | {"If-Match": listed.headers["etag"]})
    assert (edited.status_code, edited.json()["revision"]) == (200, 2)
    stale = await client.put(path, json=content, headers=owner | {"If-Match": listed.headers["etag"]})
    assert stale.status_code == 409
    first = await client.get(f"{path}/revisions/1", headers=owner)
    assert first.json()["price"] == "1200.50"
    kept = (await client.get(f"{path}/revisions", headers=owner)).json()["items"]
    assert [(k["revision"], k["title"]) for k in kept] == [(1, CONTENT["title"])]
    stranger = await browsing.bearer(committed, await committed.demander())
    assert (await client.get(f"{path}/revisions", headers=stranger)).status_code == 404
    assert (await client.get(f"{path}/revisions/1", headers=stranger)).status_code == 404
    assert (await client.get(f"{path}/revisions/2", headers=stranger)).json()["price"] == "1300.00"


async def test_lists_search_and_filters(client, committed):
    supplier = await committed.supplier()
    kept = await committed.listed_product(supplier, title="泸州水库水位", region="四川省泸州市")
    await committed.listed_product(supplier, title="合肥空气质量", region="安徽省合肥市")
    draft = await committed.draft_product(supplier)
    await browsing.searchable(client.app, kept.id)
    stranger = await browsing.bearer(committed, await committed.demander())
    for query in ({"region": "泸州"}, {"q": "水库水位", "region": "泸州"}):
        found = await client.get(BASE, params=query, headers=stranger)
        assert [item["id"] for item in found.json()["items"]] == [kept.id]
    assert (await client.get(f"{BASE}/{draft.id}", headers=stranger)).status_code == 404
    mine = await client.get(BASE, params={"mine": True, "limit": 2}, headers=await browsing.bearer(committed, supplier))
    assert len(mine.json()["items"]) == 2
    assert mine.json()["next"]
    assert (await client.get(BASE, params={"delivery": "pigeon"}, headers=stranger)).status_code in (400, 422)


async def test_a_stranger_does_not_read_what_is_for_the_platform(client, committed):
    product = await committed.listed_product(data_class="important", risk_assessment="内部评估")
    seen = await client.get(
        f"{BASE}/{product.id}", headers=await browsing.bearer(committed, await committed.demander())
    )
    assert (seen.status_code, seen.json()["risk_assessment"], seen.json()["actions"]) == (200, "", [])


async def test_a_token_needs_the_scope(client, committed):
    owner = await committed.supplier()
    product = await committed.draft_product(owner)
    reader = await browsing.bearer(committed, owner, {Permission.PRODUCT_READ})
    path = f"{BASE}/{product.id}"
    assert (await client.post(BASE, json=CONTENT, headers=reader)).status_code == 403
    assert (await client.put(path, json=CONTENT, headers=reader | {"If-Match": '"1"'})).status_code == 403
    seen = await client.get(path, headers=reader)
    assert seen.json()["actions"] == []
    step = {"action": "submit", "version": product.version}
    assert (await client.post(f"{path}/actions", json=step, headers=reader)).status_code == 403
    nothing = await browsing.bearer(committed, owner, {Permission.DEMAND_READ})
    assert (await client.get(path, headers=nothing)).status_code == 403
    assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"price": "NaN"}, {"price"}),
        ({"price": "-1"}, {"price"}),
        ({"price_unit": None}, {"price_unit"}),
        ({"time_from": "2024-02-01", "time_to": "2024-01-31"}, {"time_to"}),
        ({"fields": [{"name": "a"}, {"name": "a"}]}, {"fields"}),
    ],
)
async def test_wrong_content_names_the_field(client, committed, change, fields):
    headers = await browsing.bearer(committed, await committed.supplier())
    answer = await client.post(BASE, json=CONTENT | change, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()["errors"]) == fields


@pytest.mark.parametrize(
    "body", [b'{"title": "half', b'{"title": "\\ud800 lone"}', b'{"title": 5}', b"[]", b"", b"\xff\xfe"]
)
async def test_bodies_that_are_no_product_are_answered_in_words(client, committed, body):
    headers = await browsing.bearer(committed, await committed.supplier())
    answer = await client.post(BASE, content=body, headers=headers | {"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_ten_megabytes_are_too_much(client, committed):
    headers = await browsing.bearer(committed, await committed.supplier())
    answer = await client.post(BASE, json=CONTENT | {"abstract": "x" * 10 * 1024 * 1024}, headers=headers)
    assert answer.status_code == 413
    long = await client.post(BASE, json=CONTENT | {"abstract": "x" * 20_001}, headers=headers)
    assert long.status_code in (400, 422)
