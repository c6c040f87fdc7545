"""People through the services, against a real PostgreSQL."""

from datetime import timedelta

import pytest

from market.domain.accounts import password_error
from market.domain.errors import Invalid, NotFound, WrongPassword
from market.services import accounts, passwords
from market.store import accounts as store
from tests import mailbox
from tests.given import PASSWORD, PASSWORD_HASH, email_of

pytestmark = pytest.mark.anyio
SITE = "https://market.example"


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("river boat twelve", True),
        ("九月的江边有渡船吗真的有", True),
        ("short", False),
        ("13800138000", False),
        ("password123", False),
        ("aaaaaaaaaaaaaa", False),
        ("anna.li@luyan.example", False),
        ("x" * 201, False),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password, good):
    assert (password_error(password, "anna.li@luyan.example") is None) is good


async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(db, given):
    actor = await given.demander()
    refusals = []
    for email in (email_of(actor.name), "nobody@test.example"):
        with pytest.raises(WrongPassword) as refused:
            await accounts.sign_in(db, email, "not the password", address="192.0.2.1")
        refusals.append((refused.value.detail, len(refused.value.attempts)))
    assert refusals[0] == refusals[1]
    assert not passwords.outdated(passwords.NOBODY), "the work for an unknown address must be today's"


async def test_a_hash_made_with_weaker_parameters_is_replaced_at_sign_in(db, given):
    actor = await given.demander()
    person, _ = await accounts.sign_in(db, email_of(actor.name), PASSWORD, address="192.0.2.1")
    stored = (await store.PERSON.one(db, person.id)).password_hash
    assert stored != PASSWORD_HASH
    assert not passwords.outdated(stored)
    assert await passwords.matches(stored, PASSWORD)


async def test_who_belongs_nowhere_or_is_disabled_does_not_get_in(db, given):
    await accounts.create_person(db, name="Alone", email="alone@test.example", password_hash=PASSWORD_HASH)
    with pytest.raises(Invalid):
        await accounts.sign_in(db, "alone@test.example", PASSWORD, address="192.0.2.1")
    actor = await given.demander()
    await accounts.set_disabled(db, email_of(actor.name), True)
    with pytest.raises(WrongPassword):
        await accounts.sign_in(db, email_of(actor.name), PASSWORD, address="192.0.2.1")
    with pytest.raises(NotFound):
        await accounts.actor_of(db, email_of(actor.name))
    await accounts.set_disabled(db, email_of(actor.name), False)
    assert (await accounts.actor_of(db, email_of(actor.name))).person_id == actor.person_id


async def test_a_new_password_needs_the_old_one_and_ends_every_session(db, given):
    actor = await given.demander()
    before = await accounts.me(db, actor)
    with pytest.raises(WrongPassword):
        await accounts.change_password(db, actor, "not the password", "river boat twelve")
    with pytest.raises(Invalid) as weak:
        await accounts.change_password(db, actor, PASSWORD, actor.name)
    assert set(weak.value.fields) == {"new_password"}
    after = await accounts.change_password(db, actor, PASSWORD, "river boat twelve")
    assert after.session_epoch == before.session_epoch + 1
    session = (actor.person_id, actor.organisation_id)
    assert await store.ACTOR_OF_SESSION.first(db, *session, before.session_epoch) is None
    assert await store.ACTOR_OF_SESSION.first(db, *session, after.session_epoch) is not None


async def ask_for_reset(given, email):
    await accounts.request_reset(given.db, email, site=SITE, address="192.0.2.1", now=given.now)


async def test_a_reset_works_once_and_only_the_latest_password_counts(db, given):
    actor = await given.demander()
    await ask_for_reset(given, email_of(actor.name).upper())
    first = await mailbox.token(given)
    await ask_for_reset(given, email_of(actor.name))
    second = await mailbox.token(given)
    assert (await mailbox.waiting(given))[-1].body.count(f"{SITE}/reset/{second}") == 1
    with pytest.raises(Invalid):
        async with db.transaction():
            await accounts.reset_password(db, second, "1234567890", now=given.now)
    await accounts.reset_password(db, second, "river boat twelve", now=given.now)
    for token in (first, second, "guessed"):
        assert not await accounts.reset_stands(db, token, now=given.now)
        with pytest.raises(NotFound):
            await accounts.reset_password(db, token, "another river boat", now=given.now)
    await accounts.verify_password(db, actor.person_id, "river boat twelve")


async def test_a_reset_is_good_for_an_hour(db, given):
    actor = await given.demander()
    await ask_for_reset(given, email_of(actor.name))
    token = await mailbox.token(given)
    assert await accounts.reset_stands(db, token, now=given.now + timedelta(minutes=59))
    with pytest.raises(NotFound):
        await accounts.reset_password(db, token, "river boat twelve", now=given.now + timedelta(hours=1))


async def test_no_mail_goes_to_an_unknown_or_disabled_account(db, given):
    actor = await given.demander()
    await accounts.set_disabled(db, email_of(actor.name), True)
    await ask_for_reset(given, email_of(actor.name))
    await ask_for_reset(given, "nobody@test.example")
    assert await mailbox.waiting(given) == []


async def test_one_acts_only_for_ones_own_organisations(db, given):
    actor, other, strange = await given.demander(), await given.supplier(), await given.supplier()
    await accounts.add_member(db, other.organisation_id, actor.person_id, "member")
    _, membership = await accounts.switch(db, actor, other.organisation_id)
    assert (membership.organisation_id, membership.role) == (other.organisation_id, "member")
    with pytest.raises(NotFound):
        await accounts.switch(db, actor, strange.organisation_id)


async def test_an_account_keeps_name_and_language(db, given):
    actor = await given.demander()
    await accounts.edit(db, actor, name=" New  name ", language="en")
    person = await accounts.me(db, actor)
    assert (person.name, person.language) == ("New name", "en")
    with pytest.raises(Invalid) as wrong:
        await accounts.edit(db, actor, name=" ", language="fr")
    assert set(wrong.value.fields) == {"name", "language"}
