"""user, token: what an operator does for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from market.commands.session import in_transaction
from market.domain.accounts import OrganisationContent, OrganisationKind
from market.domain.permissions import Role
from market.services import accounts, passwords, tokens
from market.store import organisations
from market.store.query import Db

console = Console(highlight=False)

Email = Annotated[str, typer.Argument(help="E-mail address the person signs in with.")]
Password = Annotated[
    str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    user = typer.Typer(no_args_is_help=True, help="People: add, set a password, disable, enable.")
    user.command("add")(add)
    user.command("password")(password)
    user.command("disable")(disable)
    user.command("enable")(enable)
    app.add_typer(user, name="user")
    token = typer.Typer(no_args_is_help=True, help="API tokens of people.")
    token.command("create")(create_token)
    app.add_typer(token, name="token")


def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name.")],
    password: Password,
    role: Annotated[Role, typer.Option(help="Role in the organisation.")] = Role.ADMIN,
    organisation: Annotated[
        str, typer.Option(help="Credit code of an organisation that is there; without it the platform's own.")
    ] = "",
    new_platform: Annotated[
        str, typer.Option(help="Name of the platform organisation to create (once, on a new installation).")
    ] = "",
    credit_code: Annotated[str, typer.Option(help="Credit code of the new platform organisation.")] = "",
) -> None:
    """Add a person, by default as an administrator of the platform.

    On a new installation: market user add admin@example.org --name Admin --new-platform "My exchange" --credit-code …
    """

    async def work(db: Db) -> int:
        person = await accounts.create_person(db, name=name, email=email, password_hash=passwords.NOBODY)
        await accounts.set_password(db, email, password)
        if new_platform:
            content = OrganisationContent(name=new_platform, kind=OrganisationKind.PLATFORM, credit_code=credit_code)
            await accounts.create_organisation(db, person, content, role=role, now=datetime.now(UTC))
            return person
        target = await organisations.BY_CODE.first(db, organisation) if organisation else await accounts.platform(db)
        if target is None:
            raise typer.BadParameter("There is no such organisation. On a new installation use --new-platform.")
        await accounts.add_member(db, target, person, role)
        return person

    console.print(f"Added {email} (person {in_transaction(work)}).")


def password(email: Email, password: Password) -> None:
    """Set a new password; every session of the person ends."""
    in_transaction(lambda db: accounts.set_password(db, email, password))
    console.print(f"The password of {email} is set.")


def disable(email: Email) -> None:
    """Refuse the person from now on: sessions and tokens stop working."""
    in_transaction(lambda db: accounts.set_disabled(db, email, True))
    console.print(f"{email} is disabled.")


def enable(email: Email) -> None:
    """Let a disabled person in again."""
    in_transaction(lambda db: accounts.set_disabled(db, email, False))
    console.print(f"{email} is enabled.")


def create_token(
    email: Email,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[list[str] | None, typer.Option(help="May be repeated; without it all of the person's.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="Days until it expires.")] = 90,
) -> None:
    """Make an API token for a person and print it once."""

    async def work(db: Db) -> str:
        actor = await accounts.actor_of(db, email)
        now = datetime.now(UTC)
        scopes = scope or [str(s) for s in tokens.grantable(actor)]
        made = await tokens.create(db, actor, name=name, scopes=scopes, expires_at=now + timedelta(days=days), now=now)
        return made.token

    print(in_transaction(work))
