"""Signing up through the services, against a real PostgreSQL."""

import asyncio

import asyncpg
import msgspec
import pytest

from market.db import prepare_connection
from market.domain.accounts import OrganisationKind, Registration
from market.domain.errors import Invalid, NotFound, TooMany
from market.services import accounts, limits, sign_ups
from market.store import journal, organisations
from tests import mailbox
from tests.given import Given, credit_code, email_of

pytestmark = pytest.mark.anyio
PASSWORD = "river boat twelve"


def registration(**values):
    wanted = {
        "person_name": "江若舟",
        "email": "owner@luyan.example",
        "organisation_name": "陆雁供应链",
        "kind": OrganisationKind.ENTERPRISE,
        "credit_code": credit_code(),
        "region": "江苏省",
    }
    return Registration(**wanted | values)


async def begin(given, *, address="192.0.2.1", **values):
    await sign_ups.begin(given.db, registration(**values), site="https://m.example", address=address, now=given.now)


async def sign_up(given, password=PASSWORD, **values):
    await begin(given, **values)
    return await sign_ups.finish(given.db, await mailbox.token(given), password, now=given.now)


async def test_signing_up_makes_a_person_and_their_organisation(db, given):
    person, organisation_id = await sign_up(given, email=" Owner@Luyan.Example ")
    assert person.email == "owner@luyan.example"
    organisation = await organisations.GET.one(db, organisation_id, None, True)
    assert (organisation.state, organisation.name) == ("registered", "陆雁供应链")
    assert organisation.due_at > given.now
    assert [e.action for e in await journal.OF_OBJECT.all(db, "organisation", organisation_id)] == ["register"]
    again, membership = await accounts.sign_in(db, "OWNER@luyan.example", PASSWORD, address="192.0.2.1")
    assert (again.id, membership.organisation_id, membership.role) == (person.id, organisation_id, "owner")


async def test_nothing_is_made_before_the_link_is_opened(db, given):
    await begin(given)
    assert await db.fetchval("SELECT count(*) FROM person") == 0
    assert await db.fetchval("SELECT count(*) FROM organisation") == 0


async def test_what_was_typed_is_cleaned(db, given):
    code = credit_code()
    person, organisation_id = await sign_up(
        given,
        person_name="A\x00n\u202ena\n\tLi",
        organisation_name="  陆雁\u200b供应链\x1f ",
        credit_code=f" {code.lower()} ",
    )
    organisation = await organisations.GET.one(db, organisation_id, None, True)
    assert (person.name, organisation.name, organisation.credit_code) == ("Anna Li", "陆雁供应链", code)


async def test_every_wrong_field_is_named_at_once(given):
    code = credit_code()
    wrong = code[:17] + ("0" if code[17] != "0" else "1")
    with pytest.raises(Invalid) as errors:
        await begin(
            given,
            person_name="\x00",
            email="not an address",
            organisation_name="陆",
            kind=OrganisationKind.PLATFORM,
            credit_code=wrong,
        )
    assert set(errors.value.fields) == {"person_name", "email", "organisation_name", "kind", "credit_code"}
    assert "check character" in errors.value.fields["credit_code"]


@pytest.mark.parametrize(
    "email",
    ["a@b", "a b@c.example", "a@b.example,c@d.example", "<a@b.example>", "@b.example", "a" * 250 + "@b.example"],
)
async def test_what_is_no_address_is_refused(given, email):
    with pytest.raises(Invalid) as errors:
        await begin(given, email=email)
    assert set(errors.value.fields) == {"email"}


async def test_who_has_an_account_is_told_by_mail_and_nobody_else(db, given):
    """No error, no link to finish with: only the owner of the address learns anything."""
    owner = await given.demander()
    await begin(given, email=email_of(owner.name).upper())
    (mail,) = await mailbox.waiting(given)
    assert (mail.to, await mailbox.link(given)) == (email_of(owner.name), "/sign-in")
    assert await db.fetchval("SELECT count(*) FROM sign_up") == 0


async def test_no_word_of_a_stranger_stands_in_the_mail(given):
    """Whoever signs up an address of somebody else's cannot write to them through us."""
    owner = await given.demander()
    for email in ("new@luyan.example", email_of(owner.name)):
        await begin(given, email=email, person_name="WIN at evil.example", organisation_name="WIN at evil.example")
    for mail in await mailbox.waiting(given):
        assert "evil" not in mail.subject + mail.body


async def test_an_address_is_written_to_three_times_an_hour_whether_it_has_an_account_or_not(given):
    """From however many network addresses, and a link made before still works."""
    owner = await given.demander()
    for email in ("new@luyan.example", email_of(owner.name)):
        for n in range(limits.SIGN_UP_OF_EMAIL.most):
            await begin(given, email=email, address=f"192.0.2.{n}")
        with pytest.raises(TooMany):
            await begin(given, email=email, address="192.0.2.99")


async def test_a_network_address_signs_up_so_many_in_an_hour(given):
    for n in range(limits.SIGN_UP_FROM_ADDRESS.most):
        await begin(given, email=f"p{n}@luyan.example", address="198.51.100.7")
    with pytest.raises(TooMany):
        await begin(given, email="last@luyan.example", address="198.51.100.7")


async def test_a_link_works_once(given):
    await begin(given)
    token = await mailbox.token(given)
    assert (await sign_ups.find(given.db, token, now=given.now)).organisation_name == "陆雁供应链"
    await sign_ups.finish(given.db, token, PASSWORD, now=given.now)
    for ask in (
        sign_ups.find(given.db, token, now=given.now),
        sign_ups.finish(given.db, token, PASSWORD, now=given.now),
    ):
        with pytest.raises(NotFound):
            await ask


async def test_a_link_that_is_too_old_finishes_nothing(given):
    await begin(given)
    token, late = await mailbox.token(given), given.now + sign_ups.STANDS
    for ask in (sign_ups.find(given.db, token, now=late), sign_ups.finish(given.db, token, PASSWORD, now=late)):
        with pytest.raises(NotFound):
            await ask


async def test_what_was_taken_meanwhile_is_named(given):
    code = credit_code()
    await begin(given, email="first@one.example", credit_code=code)
    first = await mailbox.token(given)
    await sign_up(given, email="second@one.example", credit_code=code)
    with pytest.raises(Invalid) as taken:
        await sign_ups.finish(given.db, first, PASSWORD, now=given.now)
    assert set(taken.value.fields) == {"credit_code"}
    with pytest.raises(Invalid) as known:
        await begin(given, email="third@one.example", credit_code=code)
    assert set(known.value.fields) == {"credit_code"}


@pytest.mark.parametrize("field", ["email", "credit_code"])
async def test_of_two_that_finish_at_once_one_is_refused_at_the_field_they_share(url, field):
    wanted = [registration(email="first@one.example"), registration(email="second@one.example")]
    wanted[1] = msgspec.structs.replace(wanted[1], **{field: getattr(wanted[0], field)})

    async def finish(token):
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                await sign_ups.finish(db, token, PASSWORD, now=Given(db).now)
        except Invalid as error:
            return error
        finally:
            await db.close()

    db = await asyncpg.connect(url)
    await prepare_connection(db)
    found = []
    for content in wanted:
        await sign_ups.begin(db, content, site="https://m.example", address="192.0.2.1", now=Given(db).now)
        found.append(await mailbox.token(Given(db)))
    await db.close()
    first, second = await asyncio.gather(*map(finish, found))
    refused = [error for error in (first, second) if error]
    assert [set(error.fields) for error in refused] == [{field}]
