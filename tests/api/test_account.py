"""/api/v1/me: what a person does with their own account, by a program."""

import pytest

from market.services.limits import PASSWORD_OF_EMAIL
from tests import browsing
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio
ME = "/api/v1/me"
NEW = "river boat twelve"


async def test_a_new_password_ends_the_sessions_and_keeps_the_tokens(client, committed):
    actor = await committed.demander()
    headers = await browsing.bearer(committed, actor)
    await browsing.sign_in(client, actor)
    for wrong, status in (({"password": "guess", "new_password": NEW}, 401), ({"password": PASSWORD}, 400)):
        assert (await client.post(f"{ME}/password", json=wrong, headers=headers)).status_code == status
    weak = await client.post(f"{ME}/password", json={"password": PASSWORD, "new_password": "short"}, headers=headers)
    assert set(weak.json()["errors"]) == {"new_password"}
    done = await client.post(f"{ME}/password", json={"password": PASSWORD, "new_password": NEW}, headers=headers)
    assert (done.status_code, done.content) == (204, b"")
    assert (await browsing.get_page(client, "/account")).status_code == 303
    assert (await client.get(ME, headers=headers)).status_code == 200
    await browsing.sign_in(client, actor.name.replace(" ", "").lower() + "@test.example", NEW)


async def test_guessing_the_password_with_a_token_is_limited(client, committed):
    headers = await browsing.bearer(committed, await committed.demander())
    guess = {"password": "guess", "new_password": NEW}
    for _ in range(PASSWORD_OF_EMAIL.most):
        assert (await client.post(f"{ME}/password", json=guess, headers=headers)).status_code == 401
    limited = await client.post(f"{ME}/password", json=guess | {"password": PASSWORD}, headers=headers)
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) > 0


async def test_signing_out_everywhere_keeps_the_tokens(client, committed):
    actor = await committed.demander()
    headers = await browsing.bearer(committed, actor)
    await browsing.sign_in(client, actor)
    assert (await client.post(f"{ME}/sign-out-everywhere", headers=headers)).status_code == 204
    assert (await browsing.get_page(client, "/account")).status_code == 303
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_every_organisation_one_belongs_to_is_listed(client, committed):
    owner, other = await committed.demander(), await committed.supplier()
    await committed.db.execute(
        "INSERT INTO membership (organisation_id, person_id, role) VALUES ($1, $2, 'member')",
        other.organisation_id,
        owner.person_id,
    )
    me = (await client.get(ME, headers=await browsing.bearer(committed, owner))).json()
    assert me["organisation_id"] == owner.organisation_id
    assert [(m["organisation_id"], m["role"]) for m in me["memberships"]] == [
        (owner.organisation_id, "owner"),
        (other.organisation_id, "member"),
    ]


async def test_the_history_is_what_the_page_shows(client, committed):
    match, demander, supplier = await committed.proposed_match()
    seen = {"kind": "match", "object_id": match.id}
    staff = await browsing.bearer(committed, await committed.staff())
    everything = (await client.get("/api/v1/history", params=seen, headers=staff)).json()["items"]
    assert [event["action"] for event in everything] == ["generate", "review", "propose"]
    side = (await client.get("/api/v1/history", params=seen, headers=await browsing.bearer(committed, supplier))).json()
    assert [event["action"] for event in side["items"]] == ["propose"], "the broker's work is not the sides'"
    only_products = await browsing.bearer(committed, demander, {"inbox:read", "product:read"})
    assert (await client.get("/api/v1/history", params=seen, headers=only_products)).status_code == 403
    for asked in ({"kind": "match", "object_id": 999_999}, {"kind": "webhook", "object_id": 1}, {"kind": "match"}):
        answer = await client.get("/api/v1/history", params=asked, headers=staff)
        assert answer.status_code == (404 if asked.get("object_id") == 999_999 else 400)
