"""People: sign-up, sign-in, passwords, sessions."""

from __future__ import annotations

from market.domain.accounts import Membership, Person
from market.domain.errors import Invalid, NotFound, WrongPassword
from market.domain.text import clean
from market.domain.words import N_
from market.services import limits, passwords
from market.store import accounts
from market.store.query import Db


def address_of(email: str) -> str:
    """An e-mail address as it is stored."""
    return clean(email).lower()


async def sign_in(db: Db, email: str, password: str, *, address: str) -> tuple[Person, Membership]:
    """Who this is and the organisation they come in for. ``address`` is the caller's network address.

    Raises WrongPassword (after the same work for an account that is not there), TooMany, or Invalid for somebody who
    belongs to no organisation.
    """
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
        await accounts.SET_PASSWORD.run(db, person.id, await passwords.hashed(password))
    memberships = await accounts.MEMBERSHIPS.all(db, person.id)
    if not memberships:
        raise Invalid({"email": N_("This account belongs to no organisation any more. Ask one to invite you.")})
    return person, memberships[0]


async def verify_password(db: Db, person_id: int | None, password: str) -> None:
    """The person at the keyboard is the one who signed in. Raises WrongPassword or TooMany."""
    person = await accounts.PERSON.first(db, person_id)
    if person is None:
        raise NotFound
    attempts = (await limits.PASSWORD_OF_EMAIL.check(db, person.email),)
    if not await passwords.matches(person.password_hash, password):
        raise WrongPassword(N_("This is not your password."), attempts=attempts)
