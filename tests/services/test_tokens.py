"""API tokens, against a real PostgreSQL."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from market.domain.errors import Forbidden, Invalid, NotFound
from market.domain.permissions import Permission, Role
from market.services import tokens
from market.store import accounts

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)


async def made(given, actor, **values):
    wanted = {"name": "sync", "scopes": {"demand:read"}, "expires_at": NOW + timedelta(days=1), "now": NOW}
    return await tokens.create(given.db, actor, **wanted | values)


async def test_a_token_is_a_secret_that_only_its_hash_is_kept_of(db, given):
    actor = await given.demander()
    token = await made(given, actor)
    assert token.token.startswith("dj_")
    assert len(token.token) == 3 + 43
    found = await accounts.ACTOR_OF_TOKEN.one(db, tokens.hash_of(token.token))
    assert (found.person_id, found.organisation_id, found.scopes) == (
        actor.person_id,
        actor.organisation_id,
        frozenset({"demand:read"}),
    )
    assert found.permissions == {Permission.PUBLIC, Permission.DEMAND_READ}
    stored = await db.fetchval("SELECT row_to_json(t)::text FROM api_token t WHERE id = $1", token.id)
    assert token.token not in stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " \x00 "),
        ("name", "n" * 121),
        ("scopes", set()),
        ("scopes", {"demand:read", "demand:triage"}),
        ("scopes", {"token:manage"}),
        ("scopes", {"agreement:confirm"}),
        ("scopes", {"no such scope"}),
        ("expires_at", NOW),
        ("expires_at", NOW + timedelta(days=367)),
    ],
)
async def test_no_token_does_more_than_its_holder_or_for_longer_than_a_year(given, field, value):
    with pytest.raises(Invalid) as refused:
        await made(given, await given.demander(), **{field: value})
    assert set(refused.value.fields) == {field}


async def test_a_token_makes_no_token(given):
    actor = await given.demander()
    with pytest.raises(Forbidden):
        await made(given, msgspec.structs.replace(actor, token_id=1, scopes=frozenset({"demand:read"})))


async def test_a_token_loses_what_its_holder_loses(db, given):
    actor = await given.demander()
    token = await made(given, actor, scopes={"organisation:manage", "demand:read"})
    await db.execute("UPDATE membership SET role = 'member' WHERE person_id = $1", actor.person_id)
    found = await accounts.ACTOR_OF_TOKEN.one(db, tokens.hash_of(token.token))
    assert not found.may(Permission.ORGANISATION_MANAGE)
    assert found.may(Permission.DEMAND_READ)


async def test_revoked_and_expired_tokens_speak_for_nobody(db, given):
    actor = await given.demander()
    revoked = await made(given, actor)
    expired = await made(given, actor, now=NOW - timedelta(days=2), expires_at=NOW - timedelta(days=1))
    await tokens.revoke(db, actor, revoked.id, now=NOW)
    await tokens.revoke(db, actor, revoked.id, now=NOW + timedelta(days=1))
    for token in (revoked, expired):
        assert await accounts.ACTOR_OF_TOKEN.first(db, tokens.hash_of(token.token)) is None
    assert (await tokens.get(db, actor, revoked.id)).revoked_at == NOW


async def test_members_see_and_end_their_own_and_owners_all(db, given):
    owner = await given.demander()
    member, stranger = await given.colleague(owner), await given.supplier(Role.OWNER)
    of_owner, of_member = await made(given, owner), await made(given, member)
    assert [t.id for t in await tokens.page(db, member)] == [of_member.id]
    assert {t.id for t in await tokens.page(db, owner)} == {of_owner.id, of_member.id}
    for actor, token in ((member, of_owner), (stranger, of_owner), (stranger, of_member)):
        with pytest.raises(NotFound):
            await tokens.revoke(db, actor, token.id, now=NOW)
        with pytest.raises(NotFound):
            await tokens.get(db, actor, token.id)
    await tokens.revoke(db, owner, of_member.id, now=NOW)
    assert await accounts.ACTOR_OF_TOKEN.first(db, tokens.hash_of(of_member.token)) is None
