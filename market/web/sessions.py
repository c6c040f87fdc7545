"""Who is calling: a signed cookie on pages, a bearer token on the API, never one in place of the other.

Decision: the session is an encrypted cookie holding (person, organisation, epoch). Rationale: server-side sessions of
the framework keep an id the browser chose (fixation); raising ``person.session_epoch`` ends every session at once.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import quote

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import Scope

from market import i18n
from market.domain.accounts import ANONYMOUS, Actor, Person
from market.domain.errors import Unauthenticated
from market.domain.words import N_
from market.services import tokens
from market.store import accounts

Connection = ASGIConnection[Any, Any, Any, Any]


class Authentication(AbstractAuthenticationMiddleware):
    """Puts the Actor into ``scope["user"]`` and the reader's language into its context variable."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Never refuses by itself, except a bearer token that is not valid."""
        speak(connection)  # first, so that a refusal is in the reader's language too
        actor = await (api_actor(connection) if is_api(connection) else session_actor(connection))
        if actor.language:
            speak(connection, actor.language)
        return AuthenticationResult(user=actor, auth=None)


def speak(connection: Connection, wanted: str = "") -> None:
    """Answer in the language wanted, else the visitor's choice, the browser's, the site's."""
    wanted = wanted or connection.cookies.get("language", "")
    accept = connection.headers.get("accept-language", "")
    i18n.language.set(i18n.choose(wanted, accept, connection.app.state.settings.language))


def is_api(connection: Connection) -> bool:
    """Whether this path belongs to the JSON API."""
    return str(connection.scope["path"]).startswith("/api/")


async def session_actor(connection: Connection) -> Actor:
    """The person of the session cookie, or ANONYMOUS when it is absent, outdated or ended elsewhere."""
    session = connection.scope.get("session")
    if not isinstance(session, dict) or "person" not in session:
        return ANONYMOUS
    async with connection.app.state.pool.acquire() as db:
        found = await accounts.ACTOR_OF_SESSION.first(
            db, session["person"], session.get("organisation"), session.get("epoch")
        )
    return found or ANONYMOUS


async def api_actor(connection: Connection) -> Actor:
    """The person behind the bearer token; ANONYMOUS without one."""
    header = connection.headers.get("authorization", "")
    if not header:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(N_("Send the API token as: Authorization: Bearer <token>."))
    async with connection.app.state.pool.acquire() as db:
        found = await accounts.ACTOR_OF_TOKEN.first(db, tokens.hash_of(token.strip()))
    if found is None:
        raise Unauthenticated(N_("This API token is not known, has expired or was revoked."))
    return found


def sign_in(session: dict[str, Any], person: Person, organisation_id: int | None) -> None:
    """Start a fresh session for this person."""
    session.clear()
    session.update(person=person.id, organisation=organisation_id, epoch=person.session_epoch)


def caller(connection: Connection) -> str:
    """The caller's network address: the connection's, or behind a proxy of ours the one it vouches for.

    Of an IPv6 address the network of 64 bits, which is what one subscriber has.
    """
    host = connection.client.host if connection.client else ""
    if connection.app.state.settings.behind_proxy:
        forwarded: str = connection.headers.get("x-forwarded-for", "")
        host = forwarded.rpartition(",")[2].strip() or host
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host


def target(scope: Scope) -> str:
    """The path and query of a request, as they stand in an address."""
    query = quote(scope["query_string"], safe="=&%+/:;,?@!$'()*~")
    return quote(str(scope["path"])) + (f"?{query}" if query else "")


def safe_path(wanted: str, fallback: str = "/inbox") -> str:
    """``wanted`` when it is a path of this site, else ``fallback``: never an address of another host."""
    plain = wanted.isascii() and wanted.isprintable() and not any(c in wanted for c in "\\ ")
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else fallback
