"""The stream of server-sent events an open page listens to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage
from litestar.types import ControllerRouterHandler

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.services.live import Live, News
from market.web.page import Web

BEAT_SECONDS = 15.0
"""A comment after this much silence tells both ends that the other is still there."""
LONGEST_SECONDS = 600.0
"""After this the browser connects again and shows who it is anew: a session that ended hears nothing more."""
RETRY_MILLISECONDS = 1000


@get("/events", permission=Permission.INBOX_READ)
async def events(request: Web, actor: NamedDependency[Actor]) -> ServerSentEvent:
    """``change`` events with ``{"kind", "id"}`` of what the reader may see and has changed."""
    live: Live = request.app.state.live
    return ServerSentEvent(_stream(live, actor), retry_duration=RETRY_MILLISECONDS)


async def _stream(live: Live, actor: Actor) -> AsyncIterator[ServerSentEventMessage]:
    end = asyncio.get_running_loop().time() + LONGEST_SECONDS
    with live.watching(actor) as watcher:
        yield ServerSentEventMessage(event="ready", data="{}")
        while (left := end - asyncio.get_running_loop().time()) > 0:
            try:
                async with asyncio.timeout(min(BEAT_SECONDS, left)):
                    news = await watcher.news.get()
            except TimeoutError:
                yield ServerSentEventMessage(comment="still here")
                continue
            if news is None:
                return
            yield _message(news)


def _message(news: News) -> ServerSentEventMessage:
    return ServerSentEventMessage(event="change", data=msgspec.json.encode(news).decode())


ROUTES: list[ControllerRouterHandler] = [events]
