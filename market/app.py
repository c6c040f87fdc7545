"""create_app(settings): assembly only, no rules."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, Request
from litestar.config.app import AppConfig
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.middleware import DefineMiddleware
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.plugins.flash import FlashConfig, FlashPlugin
from litestar.template.config import TemplateConfig
from litestar.types import Message, Scope

from market import api, db, web
from market.domain.accounts import Actor
from market.services import limits
from market.services.live import Live
from market.services.matchmaking import Matchmaker
from market.settings import Settings, secret_key
from market.store.query import Db
from market.web.drain import Drain
from market.web.guards import permission_guard
from market.web.jinja import engine
from market.web.problems import HANDLERS
from market.web.sessions import Authentication

log = logging.getLogger("market")

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of one request body."""

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


# Each of the four asks for the one before: what could run side by side the framework starts in a task group of its
# own, which costs a small request a tenth of its time.
async def actor(request: Request[Actor, Any, Any]) -> Actor:
    """Who is calling."""
    return request.user


async def now(actor: NamedDependency[Actor]) -> datetime:
    """The time of this request."""
    return datetime.now(UTC)


async def matchmaker(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Matchmaker:
    """The matcher of this process."""
    found: Matchmaker = request.app.state.matchmaker
    return found


async def transaction(request: Request[Any, Any, Any], matchmaker: NamedDependency[Matchmaker]) -> AsyncIterator[Db]:
    """One transaction per request: raise to roll back, return to commit."""
    async with request.app.state.pool.acquire() as connection:
        try:
            async with connection.transaction():
                yield connection
        except Exception as error:
            await limits.note_refused(connection, error)
            raise


async def connection(request: Request[Any, Any, Any], matchmaker: NamedDependency[Matchmaker]) -> AsyncIterator[Db]:
    """No transaction: for work that is done row by row, each row for itself."""
    async with request.app.state.pool.acquire() as found:
        yield found


_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


async def secure(message: Message, _: Scope) -> None:
    """Headers that every answer carries, errors too, unless a handler set its own."""
    if message["type"] == "http.response.start":
        own = list(message["headers"])
        names = {name.lower() for name, _ in own}
        message["headers"] = own + [header for header in _SECURITY if header[0] not in names]


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """The pool, the matcher and the open pages, for as long as the site runs."""
    settings: Settings = app.state.settings
    async with await db.create_pool(settings) as app.state.pool:
        app.state.matchmaker = Matchmaker(settings.database_url, folder=settings.data_dir / "index")
        app.state.live = Live(settings.database_url)
        async with app.state.matchmaker.following(), app.state.live.following():
            yield


def create_app(settings: Settings) -> Litestar:
    """The site and the API on ``settings.database_url`` (already migrated)."""
    key = secret_key(settings)
    templates = TemplateConfig(instance=engine())
    sessions = CookieBackendConfig(
        secret=hashlib.sha256(b"session" + key).digest(),
        key="__Host-session" if settings.secure else "session",
        secure=settings.secure,
        exclude=["^/api/", "^/static/"],
    )

    def sessions_first(config: AppConfig) -> AppConfig:
        config.middleware = [Drain(), sessions.middleware, DefineMiddleware(Authentication), *config.middleware]
        return config

    return Litestar(
        route_handlers=[*web.ROUTES, *api.ROUTES],
        guards=[permission_guard],
        state=State({"settings": settings}),
        lifespan=[running],
        on_app_init=[sessions_first],
        plugins=[FlashPlugin(FlashConfig(template_config=templates)), *api.PLUGINS],
        template_config=templates,
        dependencies={
            "connection": connection,
            "db": transaction,
            "actor": actor,
            "now": now,
            "matchmaker": matchmaker,
        },
        exception_handlers=HANDLERS,
        before_send=[secure],
        csrf_config=CSRFConfig(
            secret=hashlib.sha256(b"csrf" + key).hexdigest(),
            cookie_name="__Host-csrf" if settings.secure else "csrf",
            cookie_secure=settings.secure,
            cookie_httponly=True,
            exclude=["^/api/"],
        ),
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000, exclude=["^/events$"]),
        request_max_body_size=BODY_LIMIT,
        openapi_config=api.OPENAPI,
        logging_config=None,
        debug=False,
    )
