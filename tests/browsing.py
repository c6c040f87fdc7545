"""What a person does in a browser, over HTTP: sign in, send forms. And what a program does: carry a token.

await browsing.sign_in(client, actor)
answer = await browsing.post_form(client, "/demands/new", {"title": …, "text": …})
headers = await browsing.bearer(committed, actor)        # {"Authorization": "Bearer dj_…"}
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar

from market.domain.accounts import Actor
from market.domain.permissions import GRANTS, SCOPES
from market.services import tokens
from tests.given import PASSWORD, Given, email_of

Client = AsyncClient
HTML = {"accept": "text/html"}


@asynccontextmanager
async def several(app: Litestar) -> AsyncIterator[Callable[[], Client]]:
    """The running site and a way to open browsers (or programs) on it that act at the same moment."""
    async with app.lifespan(), AsyncExitStack() as opened:

        def open_one() -> Client:
            transport = ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
            one = AsyncClient(transport=transport, base_url="http://testserver.local")
            opened.push_async_callback(one.aclose)
            return one

        yield open_one


async def csrf_token(client: Client) -> str:
    """The token of this browser's forms: the cookie every first page sets."""
    if "csrf" not in client.cookies:
        await client.get("/sign-in", headers=HTML)
    return client.cookies["csrf"]


async def searchable(app: Litestar, *products: int) -> None:
    """Wait until the site finds these listed products by words: PostgreSQL tells the site, not the test."""
    index = app.state.matchmaker.products
    async with asyncio.timeout(60):  # a first start may have to compile
        await app.state.matchmaker.ready.wait()
        while not all(str(product) in index for product in products):  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.01)


async def post_form(client: Client, path: str, data: Mapping[str, Any] | None = None) -> Response:
    """Send a form as a browser does. Redirects are not followed. A list value repeats its field."""
    fields = {"_csrf_token": await csrf_token(client), **(data or {})}
    return await client.post(path, data=fields, headers=HTML)


async def get_page(client: Client, path: str) -> Response:
    """Open a page as a browser does."""
    return await client.get(path, headers=HTML)


async def sign_in(client: Client, who: Actor | str, password: str = PASSWORD) -> Response:
    """Sign in through the form: an actor of ``given``, or an e-mail address. Fails when it does not work."""
    email = who if isinstance(who, str) else email_of(who.name)
    answer = await post_form(client, "/sign-in", {"email": email, "password": password})
    assert answer.status_code == 303, answer.text
    return answer


async def sign_out(client: Client) -> Response:
    """Sign out through the form in the header."""
    return await post_form(client, "/sign-out")


async def token_for(given: Given, actor: Actor, scopes: set[str] | None = None) -> str:
    """An API token of this actor: every scope of the role, or the ones given."""
    wanted = scopes if scopes is not None else GRANTS[actor.role] & SCOPES if actor.role else set()
    now = datetime.now(UTC)
    made = await tokens.create(
        given.db, actor, name="test", scopes=frozenset(map(str, wanted)), expires_at=now + timedelta(days=1), now=now
    )
    return made.token


async def bearer(given: Given, actor: Actor, scopes: set[str] | None = None) -> dict[str, str]:
    """The header of an API call by this actor."""
    return {"Authorization": f"Bearer {await token_for(given, actor, scopes)}"}
