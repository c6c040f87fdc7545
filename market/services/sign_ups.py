"""Signing up: a person and their organisation, made once the link mailed to the address has been opened.

Decision: the form asks for no password and stores nothing that others can see; whoever opens the link chooses the
password. Rationale: the answer must not tell whether an address has an account (who has one is mailed that instead),
an address must belong to who signs up with it, and nobody may prepare an account for somebody else with a password of
their own.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec

from market import i18n
from market.domain.accounts import (
    OPEN_KINDS,
    OrganisationContent,
    Person,
    Registration,
    organisation_errors,
    password_error,
)
from market.domain.errors import Invalid, NotFound
from market.domain.text import clean, one_line
from market.domain.words import N_
from market.services import accounts, limits, mail, passwords, tokens
from market.store import accounts as people
from market.store import organisations, sign_ups
from market.store.query import Db

STANDS = timedelta(days=2)
GONE = N_("This link has been used or is too old. Sign up again.")


async def begin(db: Db, wanted: Registration, *, site: str, address: str, now: datetime, language: str = "") -> None:
    """Mail a link that finishes the registration; who has an account is told so by mail, and nothing is stored.

    ``site`` is the site's address, ``address`` the caller's network address. Raises Invalid with every field that is
    not right (``name`` is ``person_name``), TooMany.
    """
    wanted = checked(wanted)
    if await organisations.CODE_TAKEN.one(db, wanted.credit_code):
        raise Invalid({"credit_code": accounts.CODE_TAKEN})
    await limits.SIGN_UP_OF_EMAIL.take(db, wanted.email)
    await limits.SIGN_UP_FROM_ADDRESS.take(db, address)
    person = await people.PERSON_BY_EMAIL.first(db, wanted.email)
    if person is not None:
        await _tell_owner(db, person, site)
        return
    token = secrets.token_urlsafe(32)
    until = now + STANDS
    await sign_ups.INSERT.run(db, tokens.hash_of(token), msgspec.to_builtins(wanted), language, now, until)
    with i18n.speaking(language):
        subject = i18n.gettext(N_("Finish signing up to Duijie"))
        body = i18n.gettext(
            N_(
                "Open this address within two days to choose your password and finish signing up:\n\n%(link)s\n\n"
                "If it was not you who signed up, do nothing: no account is made."
            )
        )
    await mail.send(db, wanted.email, subject, body % {"link": f"{site}/sign-up/{token}"})


async def _tell_owner(db: Db, person: Person, site: str) -> None:
    with i18n.speaking(person.language):
        subject = i18n.gettext(N_("You have an account on Duijie already"))
        body = i18n.gettext(
            N_(
                "Somebody signed up with your e-mail address. You have an account already: sign in, or set a new "
                "password, at\n\n%(link)s\n\nTo act for another organisation, let one of its owners invite you. If it "
                "was not you who signed up, do nothing."
            )
        )
    await mail.send(db, person.email, subject, body % {"link": f"{site}/sign-in"})


def checked(wanted: Registration) -> Registration:
    """Cleaned. Raises Invalid with every error that needs no database to see."""
    name, email = one_line(wanted.person_name), accounts.address_of(wanted.email)
    content = accounts.tidy(_organisation(wanted))
    renamed = {"name": "organisation_name"}
    errors = {renamed.get(k, k): v for k, v in organisation_errors(content).items()}
    errors |= {"person_name" if k == "name" else k: v for k, v in accounts.person_errors(name, email).items()}
    if content.kind not in OPEN_KINDS:
        errors["kind"] = N_("Choose one of the options.")
    if errors:
        raise Invalid(errors)
    return Registration(
        person_name=name,
        email=email,
        organisation_name=content.name,
        kind=content.kind,
        credit_code=content.credit_code,
        region=content.region,
    )


def _organisation(wanted: Registration) -> OrganisationContent:
    return OrganisationContent(
        name=wanted.organisation_name, kind=wanted.kind, credit_code=wanted.credit_code, region=wanted.region
    )


async def find(db: Db, token: str, *, now: datetime) -> Registration:
    """What the link finishes. Raises NotFound when it was used, has expired or never was."""
    found = await sign_ups.FIND.first(db, tokens.hash_of(token), now)
    if found is None:
        raise NotFound(GONE)
    return found.wanted


async def finish(db: Db, token: str, password: str, *, now: datetime) -> tuple[Person, int]:
    """Make the person and the organisation. Returns the person and the organisation's id; the link is used up.

    Raises NotFound as ``find``, Invalid for a password too easy to guess, or when address or code have been taken
    since (``email``, ``credit_code``).
    """
    found = await sign_ups.USE.first(db, tokens.hash_of(token), now)
    if found is None:
        raise NotFound(GONE)
    wanted, errors = found.wanted, {}
    if wrong := password_error(clean(password), wanted.email, wanted.person_name, wanted.organisation_name):
        errors["password"] = wrong
    if await people.PERSON_BY_EMAIL.first(db, wanted.email):
        errors["email"] = accounts.EMAIL_TAKEN
    if await organisations.CODE_TAKEN.one(db, wanted.credit_code):
        errors["credit_code"] = accounts.CODE_TAKEN
    if errors:
        raise Invalid(errors)
    person_id = await accounts.create_person(
        db,
        name=wanted.person_name,
        email=wanted.email,
        password_hash=await passwords.hashed(password),
        language=found.language,
    )
    organisation_id = await accounts.create_organisation(db, person_id, _organisation(wanted), now=now)
    return await people.PERSON.one(db, person_id), organisation_id
