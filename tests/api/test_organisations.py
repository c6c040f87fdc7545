"""/api/v1: organisations, members, invitations, me, tokens."""

from datetime import UTC, datetime, timedelta

import pytest

from market.domain.permissions import Role
from market.services import tokens
from tests import browsing, mailbox
from tests.given import credit_code

pytestmark = pytest.mark.anyio
BASE = "/api/v1/organisations"


async def test_an_organisation_goes_through_verification(client, committed):
    owner = await committed.demander(verified=False)
    mine = await browsing.bearer(committed, owner)
    path = f"{BASE}/{owner.organisation_id}"
    found = await client.get(path, headers=mine)
    assert [a["name"] for a in found.json()["actions"]] == ["submit"]
    content = {"name": "陆雁供应链", "kind": "enterprise", "credit_code": credit_code(), "evidence": "营业执照"}
    edited = await client.put(path, json=content, headers=mine | {"If-Match": found.headers["etag"]})
    assert edited.status_code == 200
    assert edited.json()["name"] == "陆雁供应链"
    stale = await client.put(path, json=content, headers=mine | {"If-Match": found.headers["etag"]})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:duijie:problem:stale")
    step = {"action": "submit", "version": edited.json()["version"]}
    submitted = await client.post(f"{path}/actions", json=step, headers=mine)
    assert submitted.json()["state"] == "in_review"
    staff = await browsing.bearer(committed, await committed.staff(Role.REGISTRAR))
    waiting = await client.get(BASE, params={"state": "in_review"}, headers=staff)
    assert [o["id"] for o in waiting.json()["items"]] == [owner.organisation_id]
    refusal = {"action": "reject", "version": submitted.json()["version"]}
    missing = await client.post(f"{path}/actions", json=refusal, headers=staff)
    assert (missing.status_code, set(missing.json()["errors"])) == (422, {"reason"})
    verified = await client.post(f"{path}/actions", json=refusal | {"action": "verify"}, headers=staff)
    assert (verified.json()["state"], [a["name"] for a in verified.json()["actions"]]) == ("verified", ["suspend"])


async def test_strangers_get_the_face_and_404_behind_it(client, committed):
    owner, stranger = await committed.demander(verified=False), await committed.supplier()
    headers = await browsing.bearer(committed, stranger)
    path = f"{BASE}/{owner.organisation_id}"
    seen = await client.get(path, headers=headers)
    assert (seen.status_code, seen.json()["credit_code"], seen.json()["actions"]) == (200, None, [])
    assert "etag" not in seen.headers
    content = {"name": "x y", "kind": "enterprise", "credit_code": credit_code()}
    member = f"{path}/members/{owner.person_id}"
    answers = [
        await client.get(f"{path}/members", headers=headers),
        await client.get(f"{path}/invitations", headers=headers),
        await client.put(path, json=content, headers=headers | {"If-Match": '"1"'}),
        await client.post(f"{path}/actions", json={"action": "submit", "version": 1}, headers=headers),
        await client.put(member, json={"role": "member"}, headers=headers),
        await client.delete(member, headers=headers),
        await client.post(f"{path}/invitations", json={"email": "a@b.example", "role": "member"}, headers=headers),
        await client.delete(f"{path}/invitations/1", headers=headers),
        await client.get(f"{BASE}/{2**62}", headers=headers),
        await client.get("/api/v1/tokens/1", headers=headers),
    ]
    assert [a.status_code for a in answers[:-2]] == [404] * 8
    assert answers[-2].status_code == 404
    assert (await client.get(BASE, headers=headers)).json()["items"][0]["id"] == stranger.organisation_id


async def test_members_and_invitations(client, committed):
    owner = await committed.demander()
    member = await committed.colleague(owner)
    headers = await browsing.bearer(committed, owner)
    path = f"{BASE}/{owner.organisation_id}"
    wanted = {"email": "New@Luyan.example", "role": "member"}
    keyed = headers | {"Idempotency-Key": "one"}
    first = await client.post(f"{path}/invitations", json=wanted, headers=keyed)
    again = await client.post(f"{path}/invitations", json=wanted, headers=keyed)
    assert (first.status_code, first.json()) == (201, again.json())
    assert len(await mailbox.waiting(committed)) == 1
    assert (await mailbox.token(committed)) not in first.text
    assert (await client.post(f"{path}/invitations", json=wanted, headers=headers)).status_code == 409
    listed = await client.get(f"{path}/invitations", headers=headers)
    assert [i["email"] for i in listed.json()["items"]] == ["new@luyan.example"]
    assert (await client.delete(f"{path}/invitations/{first.json()['id']}", headers=headers)).status_code == 204
    one = f"{path}/members/{member.person_id}"
    assert (await client.put(one, json={"role": "broker"}, headers=headers)).status_code == 422
    assert (await client.put(one, json={"role": "owner"}, headers=headers)).json()["role"] == "owner"
    assert (await client.delete(one, headers=headers)).status_code == 204
    last = await client.delete(f"{path}/members/{owner.person_id}", headers=headers)
    assert last.status_code == 409
    assert len((await client.get(f"{path}/members", headers=headers)).json()["items"]) == 1


async def test_me_says_who_and_what_may_be_done(client, committed):
    actor = await committed.demander(Role.MEMBER)
    headers = await browsing.bearer(committed, actor, {"account:own", "demand:read"})
    me = (await client.get("/api/v1/me", headers=headers)).json()
    assert (me["person_id"], me["organisation_id"], me["role"]) == (actor.person_id, actor.organisation_id, "member")
    assert me["permissions"] == ["account:own", "demand:read", "public"]
    assert [m["organisation_id"] for m in me["memberships"]] == [actor.organisation_id]
    assert "password_hash" not in me
    changed = await client.put("/api/v1/me", json={"name": "谭子墨", "language": "en"}, headers=headers)
    assert (changed.json()["name"], changed.json()["language"]) == ("谭子墨", "en")
    assert (await client.put("/api/v1/me", json={"name": "\x00"}, headers=headers)).status_code == 422


async def test_a_token_without_the_scope_is_refused_by_name(client, committed):
    actor = await committed.demander()
    headers = await browsing.bearer(committed, actor, {"demand:read"})
    for method, path in (("GET", "/api/v1/me"), ("GET", BASE), ("GET", "/api/v1/tokens"), ("POST", "/api/v1/demands")):
        answer = await client.request(method, path, json={} if method == "POST" else None, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:duijie:problem:missing-scope")
    staff = await browsing.bearer(committed, await committed.demander(Role.MEMBER))
    path = f"{BASE}/{actor.organisation_id}/members/{actor.person_id}"
    beyond = await client.delete(path, headers=staff)
    assert (beyond.status_code, beyond.json()["type"]) == (403, "urn:duijie:problem:forbidden")


async def test_tokens_that_are_no_good_are_401(client, committed):
    actor = await committed.demander()
    now = datetime.now(UTC)
    old = now - timedelta(days=2)
    expired = await tokens.create(
        committed.db, actor, name="old", scopes={"account:own"}, expires_at=old + timedelta(days=1), now=old
    )
    revoked = await browsing.token_for(committed, actor)
    mine = {"Authorization": f"Bearer {revoked}"}
    listed = (await client.get("/api/v1/tokens", headers=mine)).json()["items"]
    assert revoked not in str(listed)
    mine_id = next(t["id"] for t in listed if t["id"] != expired.id)
    assert (await client.delete(f"/api/v1/tokens/{mine_id}", headers=mine)).status_code == 204
    for value in (
        f"Bearer {expired.token}",
        f"Bearer {revoked}",
        "Bearer dj_guessed",
        "Bearer",
        "Basic dXNlcjpwYXNz",
        "Bearer \u00e4".encode("latin-1"),
    ):
        answer = await client.get("/api/v1/me", headers={"Authorization": value})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_a_person_who_is_shut_out_takes_their_tokens_along(client, committed):
    actor = await committed.demander()
    headers = await browsing.bearer(committed, actor)
    await committed.db.execute("UPDATE person SET disabled = true WHERE id = $1", actor.person_id)
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (r'{"name": "x y", "kind": "enterprise", "credit_code": "\ud800"}', 400, set()),
        (r'{"name": "x y", "kind": "enterprise", "credit_c', 400, set()),
        (r'{"name": "\u0000\u0001", "kind": "enterprise", "credit_code": "1"}', 422, {"name", "credit_code"}),
        (r'{"name": "x y", "kind": "platform", "credit_code": "919191919191919191"}', 422, {"kind", "credit_code"}),
    ],
)
async def test_contents_that_cannot_be_used_are_named(client, committed, body, status, fields):
    owner = await committed.demander(verified=False)
    headers = await browsing.bearer(committed, owner) | {"If-Match": '"1"', "content-type": "application/json"}
    answer = await client.put(f"{BASE}/{owner.organisation_id}", content=body, headers=headers)
    assert (answer.status_code, set(answer.json().get("errors", {}))) == (status, fields)
    assert answer.headers["content-type"] == "application/problem+json"
