"""API tokens: a person's permissions in one organisation, or fewer, for a program. Shown once, stored as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from market.domain.accounts import Actor, ApiToken
from market.domain.errors import Forbidden, Invalid, NotFound
from market.domain.permissions import GRANTS, SCOPES, Permission
from market.domain.text import one_line
from market.domain.words import N_
from market.store import tokens
from market.store.query import Db

PREFIX = "dj_"
LONGEST = timedelta(days=366)


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token just made. ``token`` is the only copy of the secret."""

    id: int
    token: str


def hash_of(token: str) -> bytes:
    """As it is stored. Tokens are random 256-bit strings, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def grantable(actor: Actor) -> list[Permission]:
    """The scopes this actor may put into a token, in the order of their names."""
    return sorted(actor.permissions & SCOPES)


async def create(
    db: Db, actor: Actor, *, name: str, scopes: Iterable[str], expires_at: datetime, now: datetime
) -> NewToken:
    """A token of this person for their organisation.

    Raises Invalid for an empty name, a scope the role does not hold, or an expiry that is past or more than a year
    off; Forbidden when a token asks for another.
    """
    if actor.token_id is not None or actor.role is None:
        raise Forbidden
    name, wanted = one_line(name), set(scopes)
    errors: dict[str, str] = {}
    if not 1 <= len(name) <= 120:
        errors["name"] = N_("Give it a name of up to 120 characters, such as the program it is for.")
    if not wanted:
        errors["scopes"] = N_("Choose at least one thing the token may do.")
    elif not wanted <= GRANTS[actor.role] & SCOPES:
        errors["scopes"] = N_("A token cannot do more than your role does.")
    if not now < expires_at <= now + LONGEST:
        errors["expires_at"] = N_("A token expires within a year.")
    if errors:
        raise Invalid(errors)
    token = PREFIX + secrets.token_urlsafe(32)
    token_id = await tokens.INSERT.one(
        db, actor.person_id, actor.organisation_id, name, hash_of(token), sorted(wanted), now, expires_at
    )
    return NewToken(id=token_id, token=token)


async def page(db: Db, actor: Actor) -> list[ApiToken]:
    """The actor's own tokens for this organisation; all of its tokens for who manages it. Live ones first."""
    return await tokens.LIST.all(
        db, actor.organisation_id, actor.person_id, actor.may(Permission.ORGANISATION_MANAGE), None
    )


async def get(db: Db, actor: Actor, token_id: int) -> ApiToken:
    """One of the tokens of ``page``. Raises NotFound."""
    return await tokens.LIST.one(
        db, actor.organisation_id, actor.person_id, actor.may(Permission.ORGANISATION_MANAGE), token_id
    )


async def revoke(db: Db, actor: Actor, token_id: int, *, now: datetime) -> None:
    """End a token at once; again does nothing. Raises NotFound for one that is not the actor's to end."""
    manages = actor.may(Permission.ORGANISATION_MANAGE)
    if await tokens.REVOKE.run(db, actor.organisation_id, actor.person_id, manages, now, token_id) == 0:
        raise NotFound
