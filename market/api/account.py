"""/api/v1/me and /api/v1/tokens"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from market.api.routes import Id, read, remove, replace, step
from market.domain.accounts import Actor, ApiToken, Membership, Name, OrganisationKind, OrganisationState
from market.domain.permissions import Permission, Role
from market.services import accounts, tokens
from market.store.query import Db


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who the token speaks for, what it may do, and where else this person belongs."""

    person_id: int
    name: str
    email: str
    language: str
    organisation_id: int | None
    organisation_name: str
    organisation_kind: OrganisationKind | None
    organisation_state: OrganisationState | None
    role: Role | None
    permissions: tuple[Permission, ...]
    memberships: tuple[Membership, ...]


class MeIn(msgspec.Struct, frozen=True, kw_only=True):
    """What one may change of oneself. ``language`` "" is the browser's."""

    name: Name
    language: Literal["", "zh", "en"] = ""


class PasswordIn(msgspec.Struct, frozen=True, kw_only=True):
    """The present password, and one of at least 10 characters to take its place."""

    password: Annotated[str, Meta(max_length=1_000)]
    new_password: Annotated[str, Meta(max_length=1_000)]


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """At most 200 tokens; live ones first, then the newest."""

    items: tuple[ApiToken, ...]


class AccountController(Controller):
    """The person who is calling. A token acts for the organisation it was made in; for another of your
    ``memberships``, make a token there."""

    path = "/me"
    tags = ["Account"]  # noqa: RUF012

    @read(permission=Permission.ACCOUNT_OWN)
    async def get_me(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Me:
        """Who you are to the market."""
        return await _me(db, actor)

    @replace(permission=Permission.ACCOUNT_OWN)
    async def edit_me(self, db: NamedDependency[Db], actor: NamedDependency[Actor], data: JSONBody[MeIn]) -> Me:
        """Change your name and the language of pages and mails."""
        await accounts.edit(db, actor, name=data.name, language=data.language)
        return await _me(db, actor)

    @step("/password", permission=Permission.ACCOUNT_OWN, status_code=204)
    async def change_password(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], data: JSONBody[PasswordIn]
    ) -> None:
        """Change your password. Every session of yours ends; tokens stay."""
        await accounts.change_password(db, actor, data.password, data.new_password)

    @step("/sign-out-everywhere", permission=Permission.ACCOUNT_OWN, status_code=204)
    async def sign_out_everywhere(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> None:
        """End every session of yours; tokens stay."""
        await accounts.sign_out_everywhere(db, actor)


async def _me(db: Db, actor: Actor) -> Me:
    person = await accounts.me(db, actor)
    return Me(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        organisation_id=actor.organisation_id,
        organisation_name=actor.organisation_name,
        organisation_kind=actor.organisation_kind,
        organisation_state=actor.organisation_state,
        role=actor.role,
        permissions=tuple(sorted(actor.permissions)),
        memberships=tuple(await accounts.memberships(db, actor)),
    )


TokenId = Annotated[Id, Meta(description="As listed")]


class TokenController(Controller):
    """API tokens: seen and revoked here; made on the site, by a person with a password."""

    path = "/tokens"
    tags = ["Account"]  # noqa: RUF012

    @read(permission=Permission.ACCOUNT_OWN)
    async def list_tokens(self, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Tokens:
        """Your tokens for this organisation; all of its tokens with `organisation:manage`."""
        return Tokens(items=tuple(await tokens.page(db, actor)))

    @read("/{token_id:int}", permission=Permission.ACCOUNT_OWN)
    async def get_token(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], token_id: FromPath[TokenId]
    ) -> ApiToken:
        """One token."""
        return await tokens.get(db, actor, token_id)

    @remove("/{token_id:int}", permission=Permission.ACCOUNT_OWN)
    async def revoke_token(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        token_id: FromPath[TokenId],
    ) -> None:
        """End a token at once. It stays in the list, revoked."""
        await tokens.revoke(db, actor, token_id, now=now)
