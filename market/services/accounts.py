"""People: signing in, passwords, sessions, what an operator does for them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec

from market import i18n
from market.domain.accounts import (
    Actor,
    Email,
    Membership,
    OrganisationContent,
    Person,
    organisation_errors,
    password_error,
    roles_of,
)
from market.domain.errors import Invalid, NotFound, WrongPassword
from market.domain.lifecycles import ORGANISATION
from market.domain.machine import Party
from market.domain.permissions import Role
from market.domain.text import clean, one_line
from market.domain.words import N_
from market.services import jobs, limits, mail, passwords, tokens
from market.services.transitions import birth
from market.store import accounts, members, organisations
from market.store.query import Db

RESET_STANDS = timedelta(hours=1)
EMAIL_TAKEN = N_("An account with this e-mail address is there already.")
CODE_TAKEN = N_("An organisation with this credit code is registered already.")


def address_of(email: str) -> str:
    """An e-mail address as it is stored."""
    return clean(email).lower()


def tidy(content: OrganisationContent) -> OrganisationContent:
    """What was typed, cleaned: names and codes on one line, the code in capitals without spaces."""
    return msgspec.structs.replace(
        content,
        name=one_line(content.name),
        credit_code="".join(one_line(content.credit_code).split()).upper(),
        region=one_line(content.region),
        about=clean(content.about),
        evidence=clean(content.evidence),
    )


def person_errors(name: str, email: str) -> dict[str, str]:
    """One sentence per field that is not right."""
    errors: dict[str, str] = {}
    if not 1 <= len(name) <= 120:
        errors["name"] = N_("Fill in a name of up to 120 characters.")
    try:
        msgspec.convert(email, Email)
    except msgspec.ValidationError:
        errors["email"] = N_("This is not an e-mail address.")
    return errors


async def create_person(db: Db, *, name: str, email: str, password_hash: str, language: str = "") -> int:
    """A person who can sign in once they belong to an organisation; ``passwords.hashed`` makes the hash.

    Raises Invalid for a name or e-mail that is not right or taken.
    """
    name, email = one_line(name), address_of(email)
    if errors := person_errors(name, email):
        raise Invalid(errors)
    return await accounts.INSERT.one(db, name, email, password_hash, language)


async def create_organisation(
    db: Db, person_id: int, content: OrganisationContent, *, role: Role = Role.OWNER, now: datetime
) -> int:
    """A registered organisation with this person as its first member.

    Raises Invalid for contents that are not right, a credit code that is taken, or a role its kind does not have.
    """
    content = tidy(content)
    if errors := organisation_errors(content):
        raise Invalid(errors)
    edge, party, due = birth(ORGANISATION, "register", frozenset({Party.MEMBER}), now)
    organisation_id = await organisations.INSERT.one(
        db, *msgspec.structs.astuple(content), edge.target, edge.action, person_id, party, due, now
    )
    await add_member(db, organisation_id, person_id, role)
    await jobs.event(db, "organisation", organisation_id)
    return organisation_id


async def add_member(db: Db, organisation_id: int, person_id: int, role: Role) -> None:
    """Make somebody a member. Raises Invalid for a role this kind of organisation does not have, AlreadyExists."""
    organisation = await organisations.lock(db, organisation_id, None, True)
    if role not in roles_of(organisation.kind):
        raise Invalid({"role": N_("This role does not exist in this kind of organisation.")})
    await members.INSERT.run(db, organisation_id, person_id, role)


async def sign_in(db: Db, email: str, password: str, *, address: str) -> tuple[Person, Membership]:
    """Who this is and the organisation they come in for. ``address`` is the caller's network address.

    Raises WrongPassword (after the same work for an account that is not there), TooMany, or Invalid for somebody who
    belongs to no organisation.
    """
    person = await identify(db, email, password, address=address)
    memberships = await accounts.MEMBERSHIPS.all(db, person.id)
    if not memberships:
        raise Invalid({"email": N_("This account belongs to no organisation any more. Ask one to invite you.")})
    return person, memberships[0]


async def identify(db: Db, email: str, password: str, *, address: str) -> Person:
    """The person with this e-mail and password. Raises WrongPassword or TooMany."""
    email = address_of(email)
    attempts = (
        await limits.PASSWORD_OF_EMAIL.check(db, email),
        await limits.PASSWORD_FROM_ADDRESS.check(db, address),
    )
    person = await accounts.PERSON_BY_EMAIL.first(db, email)
    right = await passwords.matches(person.password_hash if person else passwords.NOBODY, password)
    if person is None or not right or person.disabled:
        raise WrongPassword(attempts=attempts)
    await limits.PASSWORD_OF_EMAIL.forget(db, email)
    if passwords.outdated(person.password_hash):
        await accounts.STORE_HASH.run(db, person.id, await passwords.hashed(password))
    return person


async def verify_password(db: Db, person_id: int | None, password: str) -> None:
    """The person at the keyboard is the one who signed in. Raises WrongPassword or TooMany."""
    person = await accounts.PERSON.first(db, person_id)
    if person is None:
        raise NotFound
    attempts = (await limits.PASSWORD_OF_EMAIL.check(db, person.email),)
    if not await passwords.matches(person.password_hash, password):
        raise WrongPassword(N_("This is not your password."), attempts=attempts)


async def change_password(db: Db, actor: Actor, password: str, new: str) -> Person:
    """Replace one's own password and end every session; the person returned carries the epoch of the next.

    Raises WrongPassword, TooMany, or Invalid (``new_password``) for one too easy to guess.
    """
    await verify_password(db, actor.person_id, password)
    person = await accounts.PERSON.one(db, actor.person_id)
    if wrong := password_error(clean(new), person.email, person.name):
        raise Invalid({"new_password": wrong})
    await accounts.SET_PASSWORD.run(db, person.id, await passwords.hashed(new))
    return await accounts.PERSON.one(db, person.id)


async def request_reset(db: Db, email: str, *, site: str, address: str, now: datetime) -> None:
    """Mail a link that sets a new password, good for an hour and once; nothing when there is no such account.

    The caller is told the same in both cases. ``site`` is the site's address. Raises TooMany.
    """
    email = address_of(email)
    await limits.RESET_OF_EMAIL.take(db, email)
    await limits.RESET_FROM_ADDRESS.take(db, address)
    person = await accounts.PERSON_BY_EMAIL.first(db, email)
    if person is None or person.disabled:
        return
    token = secrets.token_urlsafe(32)
    await accounts.INSERT_RESET.run(db, person.id, tokens.hash_of(token), now, now + RESET_STANDS)
    with i18n.speaking(person.language):
        subject = i18n.gettext(N_("A new password for Duijie"))
        body = i18n.gettext(
            N_(
                "Somebody asked to set a new password for your account. Open this address within one hour:\n\n"
                "%(link)s\n\nIf it was not you, do nothing: your password stays as it is."
            )
        )
    await mail.send(db, person.email, subject, body % {"link": f"{site}/reset/{token}"})


async def reset_stands(db: Db, token: str, *, now: datetime) -> bool:
    """Whether the link of a reset can still be used."""
    return await accounts.RESET_STANDS.one(db, tokens.hash_of(token), now)


async def reset_password(db: Db, token: str, new: str, *, now: datetime) -> None:
    """Set a new password by the link; every session and every other link of this person ends.

    Raises NotFound for a link that was used, has expired or never was, Invalid (``new_password``).
    """
    person_id = await accounts.USE_RESET.first(db, tokens.hash_of(token), now)
    if person_id is None:
        raise NotFound(N_("This link has been used or is too old. Ask for a new one."))
    person = await accounts.PERSON.one(db, person_id)
    if wrong := password_error(clean(new), person.email, person.name):
        raise Invalid({"new_password": wrong})
    await accounts.USE_OTHER_RESETS.run(db, person_id, now)
    await accounts.SET_PASSWORD.run(db, person_id, await passwords.hashed(new))
    await limits.PASSWORD_OF_EMAIL.forget(db, person.email)


async def sign_out_everywhere(db: Db, actor: Actor) -> None:
    """End every session of this person, this one included. API tokens stay."""
    await accounts.END_SESSIONS.run(db, actor.person_id)


async def memberships(db: Db, actor: Actor) -> list[Membership]:
    """The organisations this person can act for."""
    return await accounts.MEMBERSHIPS.all(db, actor.person_id)


async def switch(db: Db, actor: Actor, organisation_id: int) -> tuple[Person, Membership]:
    """Act for another of one's organisations. Raises NotFound when it is not one's own."""
    for membership in await memberships(db, actor):
        if membership.organisation_id == organisation_id:
            return await accounts.PERSON.one(db, actor.person_id), membership
    raise NotFound


async def me(db: Db, actor: Actor) -> Person:
    """The person who is calling. Raises NotFound for nobody."""
    return await accounts.PERSON.one(db, actor.person_id)


async def edit(db: Db, actor: Actor, *, name: str, language: str) -> None:
    """Change one's own name and language ("" is the browser's). Raises Invalid."""
    name = one_line(name)
    errors = {k: v for k, v in person_errors(name, "nobody@example.com").items() if k == "name"}
    if language not in ("", *i18n.LANGUAGES):
        errors["language"] = N_("Choose one of the options.")
    if errors:
        raise Invalid(errors)
    await accounts.RENAME.run(db, actor.person_id, name)
    await accounts.SET_LANGUAGE.run(db, actor.person_id, language)


async def set_language(db: Db, actor: Actor, language: str) -> None:
    """Remember the language for the next visit."""
    await accounts.SET_LANGUAGE.run(db, actor.person_id, language)


async def by_email(db: Db, email: str) -> Person:
    """The person of an e-mail address. Raises NotFound."""
    return await accounts.PERSON_BY_EMAIL.one(db, address_of(email))


async def actor_of(db: Db, email: str, organisation_id: int | None = None) -> Actor:
    """The person acting for this organisation, or for their first. Raises NotFound, for a disabled person too."""
    return await accounts.ACTOR.one(db, address_of(email), organisation_id)


async def set_password(db: Db, email: str, new: str) -> None:
    """What an operator does for somebody. Ends their sessions. Raises NotFound, Invalid (``password``)."""
    person = await by_email(db, email)
    if wrong := password_error(clean(new), person.email, person.name):
        raise Invalid({"password": wrong})
    await accounts.SET_PASSWORD.run(db, person.id, await passwords.hashed(new))
    await limits.PASSWORD_OF_EMAIL.forget(db, person.email)


async def set_disabled(db: Db, email: str, disabled: bool) -> None:
    """Shut somebody out, tokens and sessions included, or let them in again. Raises NotFound."""
    person = await by_email(db, email)
    await accounts.SET_DISABLED.run(db, person.id, disabled)


async def platform(db: Db) -> int | None:
    """The platform organisation, once there is one."""
    return await organisations.PLATFORM.first(db)
