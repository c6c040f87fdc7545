"""Members, roles and invitations, against a real PostgreSQL."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from market.db import prepare_connection
from market.domain.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound, WrongPassword
from market.domain.permissions import Role
from market.services import accounts, members, organisations, tokens
from market.store import accounts as store
from tests import browsing, mailbox
from tests.given import PASSWORD, Given, email_of

pytestmark = pytest.mark.anyio
SITE = "https://market.example"
NEW = {"name": "谭子墨", "password": "river boat twelve"}


async def invite(given, actor, email="new@luyan.example", role=Role.MEMBER):
    return await members.invite(given.db, actor, actor.organisation_id, email, role, site=SITE, now=given.now)


async def test_an_invited_person_joins_once(db, given):
    owner = await given.demander()
    await invite(given, owner, " New@Luyan.example")
    mail = (await mailbox.waiting(given))[-1]
    assert mail.to == "new@luyan.example"
    assert owner.organisation_name in mail.subject
    token = await mailbox.token(given)
    person, organisation_id = await members.join_as_new(db, token, **NEW, now=given.now)
    assert organisation_id == owner.organisation_id
    actor = await accounts.actor_of(db, "new@luyan.example")
    assert (actor.person_id, actor.role) == (person.id, "member")
    with pytest.raises(NotFound):
        await members.join_as_new(db, token, **NEW, now=given.now)
    actions = [e.action for e in await organisations.history(db, owner, organisation_id)]
    assert actions[-2:] == ["invite", "join"]


async def test_an_invitation_used_by_two_at_once_makes_one_member(committed, url):
    owner = await committed.demander()
    await invite(committed, owner)
    token = await mailbox.token(committed)

    async def join():
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                await members.join_as_new(db, token, **NEW, now=Given(db).now)
        except (NotFound, Invalid) as error:
            return error
        finally:
            await db.close()

    answers = await asyncio.gather(join(), join())
    assert len([a for a in answers if a is None]) == 1
    assert len(await members.page(committed.db, owner, owner.organisation_id)) == 2


async def test_somebody_with_an_account_joins_with_its_password(db, given):
    owner, guest = await given.demander(), await given.supplier()
    await invite(given, owner, email_of(guest.name))
    token = await mailbox.token(given)
    with pytest.raises(Invalid):
        await members.join_as_new(db, token, **NEW, now=given.now)
    with pytest.raises(WrongPassword):
        await members.join(db, token, password="not the password", address="192.0.2.1", now=given.now)
    await members.join(db, token, password=PASSWORD, address="192.0.2.1", now=given.now)
    mine = {m.organisation_id: m.role for m in await accounts.memberships(db, guest)}
    assert mine == {guest.organisation_id: "owner", owner.organisation_id: "member"}


async def test_withdrawn_old_and_guessed_invitations_do_nothing(db, given):
    owner = await given.demander()
    withdrawn = await invite(given, owner)
    token = await mailbox.token(given)
    await members.revoke_invitation(db, owner, owner.organisation_id, withdrawn.id, now=given.now)
    with pytest.raises(NotFound):
        await members.revoke_invitation(db, owner, owner.organisation_id, withdrawn.id, now=given.now)
    await invite(given, owner)
    late = await mailbox.token(given)
    for old, now in ((token, given.now), (late, given.now + timedelta(days=14)), ("guessed", given.now)):
        with pytest.raises(NotFound):
            await members.find_invitation(db, old, now=now)
    given.later(days=15)
    assert (await invite(given, owner)).email == "new@luyan.example"


async def test_nobody_is_invited_twice(db, given):
    owner = await given.demander()
    await invite(given, owner)
    with pytest.raises(AlreadyExists):
        async with db.transaction():
            await invite(given, owner)
    with pytest.raises(AlreadyExists):
        await invite(given, owner, email_of(owner.name))


@pytest.mark.parametrize("kind", ["party", "platform"])
async def test_platform_roles_stay_in_the_platform(db, given, kind):
    if kind == "party":
        manager, wrong = await given.demander(), (Role.BROKER, Role.ADMIN)
    else:
        manager, wrong = await given.staff(Role.ADMIN), (Role.OWNER, Role.MEMBER)
    for role in wrong:
        for attempt in (
            invite(given, manager, role=role),
            members.change_role(db, manager, manager.organisation_id, manager.person_id, role),
            accounts.add_member(db, manager.organisation_id, manager.person_id, role),
        ):
            with pytest.raises(Invalid) as refused:
                await attempt
            assert set(refused.value.fields) == {"role"}


@pytest.mark.parametrize(("kind", "role"), [("enterprise", Role.MEMBER), ("platform", Role.BROKER)])
async def test_the_last_who_manages_stays(db, given, kind, role):
    manager = await (given.staff(Role.ADMIN) if kind == "platform" else given.demander())
    where = (manager.organisation_id, manager.person_id)
    with pytest.raises(Conflict):
        await members.remove(db, manager, *where, now=given.now)
    with pytest.raises(Conflict):
        await members.change_role(db, manager, *where, role)
    second = await given.colleague(manager, manager.role)
    await accounts.set_disabled(db, email_of(second.name), True)
    with pytest.raises(Conflict):
        await members.remove(db, manager, *where, now=given.now)
    await accounts.set_disabled(db, email_of(second.name), False)
    assert (await members.change_role(db, manager, *where, role)).role is role


async def test_of_two_owners_leaving_at_once_one_stays(committed, url):
    first = await committed.demander()
    second = await committed.colleague(first, Role.OWNER)

    async def leave(actor):
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                await members.remove(db, actor, actor.organisation_id, actor.person_id, now=Given(db).now)
        except Conflict:
            return "stays"
        finally:
            await db.close()
        return "left"

    assert sorted(await asyncio.gather(leave(first), leave(second))) == ["left", "stays"]


async def test_who_is_removed_loses_session_and_tokens_for_good(db, given):
    owner = await given.demander()
    member = await given.colleague(owner)
    token = tokens.hash_of(await browsing.token_for(given, member))
    assert (await store.ACTOR_OF_TOKEN.one(db, token)).person_id == member.person_id
    await members.remove(db, owner, owner.organisation_id, member.person_id, now=given.now)
    await accounts.add_member(db, owner.organisation_id, member.person_id, Role.MEMBER)
    assert await store.ACTOR_OF_TOKEN.first(db, token) is None


async def test_strangers_and_members_manage_nobody(db, given):
    owner, stranger = await given.demander(), await given.supplier()
    member = await given.colleague(owner)
    with pytest.raises(Forbidden):
        await members.remove(db, member, owner.organisation_id, owner.person_id, now=given.now)
    for actor in (stranger, await given.staff(Role.ADMIN)):
        with pytest.raises(NotFound):
            await members.remove(db, actor, owner.organisation_id, member.person_id, now=given.now)
    for listing in (
        members.page(db, stranger, owner.organisation_id),
        members.invitations(db, stranger, owner.organisation_id, now=given.now),
        members.remove(db, owner, owner.organisation_id, stranger.person_id, now=given.now),
    ):
        with pytest.raises(NotFound):
            await listing
    assert len(await members.page(db, await given.staff(Role.AUDITOR), owner.organisation_id)) == 2
