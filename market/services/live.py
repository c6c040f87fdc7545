"""Who has a page open is told what changed, as far as they may see it; what it is now they read for themselves.

One listening connection per process hears what the journal announces and what has been written into notifications. A
watcher gets no more than (kind, id), never the words: the page asks again under its own permissions.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import asyncpg
import msgspec

from market.db import prepare_connection
from market.domain.accounts import Actor
from market.domain.subjects import is_of_the_sides
from market.store import journal, subjects
from market.store.health import ALIVE
from market.store.query import Db

log = logging.getLogger("market.live")

RETRY_SECONDS = 1.0
"""How long to wait before connecting again when PostgreSQL is away."""
HEARTBEAT_SECONDS = 30.0
"""After this much silence the connection is asked whether it is still there."""
LISTENER = "duijie live"
"""What the listening connection is called in pg_stat_activity."""
BACKLOG = 100
"""News kept for a watcher who does not read; one who falls further behind is told to look at everything."""


class News(msgspec.Struct, frozen=True):
    """Something changed: an object, a person's notifications (kind ``notice``), or anything (kind ``all``)."""

    kind: str
    id: int = 0


EVERYTHING = News("all")


class Watcher:
    """One open page: whose it is and what it has not been told yet."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.news: asyncio.Queue[News | None] = asyncio.Queue(BACKLOG)

    def tell(self, news: News | None) -> None:
        """Queue the news (None: nothing more will come)."""
        if self.news.full():
            while not self.news.empty():
                self.news.get_nowait()
            news = news and EVERYTHING
        self.news.put_nowait(news)


class Live:
    """The watchers of this process.

    :param url: the database it listens to
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.listening = asyncio.Event()
        self._watchers: set[Watcher] = set()
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @contextmanager
    def watching(self, actor: Actor) -> Iterator[Watcher]:
        """A watcher for as long as the block runs."""
        watcher = Watcher(actor)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Listen while the block runs; afterwards every open page is let go."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            self.close()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for watcher in self._watchers:
            watcher.tell(None)

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("live pages lost the database (%s), trying again", type(error).__name__)
            except Exception:
                log.exception("live pages stopped following the database, starting over")
            self.listening.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow_once(self) -> None:
        db = await asyncpg.connect(self.url, server_settings={"application_name": LISTENER})
        gone: dict[str, Any] = {}
        try:
            await prepare_connection(db)
            self._heard = asyncio.Queue()
            db.add_termination_listener(lambda _: self._heard.put_nowait(gone))
            for channel in ("market_events", "market_notices"):
                await db.add_listener(channel, self._hear)
            self.listening.set()
            for watcher in self._watchers:  # whatever happened while nobody listened
                watcher.tell(EVERYTHING)
            while (heard := await self._next(db)) is not gone:
                await self._pass_on(db, heard)
        finally:
            await db.close(timeout=5)

    def _hear(self, _: object, __: int, ___: str, payload: str) -> None:
        self._heard.put_nowait(msgspec.json.decode(payload))

    async def _next(self, db: Db) -> dict[str, Any]:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):  # wait_for may swallow the cancelling in Python 3.11
                    return await self._heard.get()
            except TimeoutError:  # silence: is anybody still there?
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await ALIVE.one(db)

    async def _pass_on(self, db: Db, heard: dict[str, Any]) -> None:
        if not self._watchers:
            return
        if "organisations" in heard:
            self._tell(News("notice"), frozenset(heard["organisations"]), staff=False)
            return
        event = await journal.GET.one(db, heard["id"])
        subject = await subjects.find(db, event.kind, event.object_id)
        if subject is not None:
            seen = is_of_the_sides(event.kind, event.action, event.source, event.target)
            sides = subject.organisations if seen else frozenset()
            self._tell(News(subject.kind, subject.object_id), sides, staff=True)

    def _tell(self, news: News, organisations: frozenset[int], *, staff: bool) -> None:
        for watcher in self._watchers:
            if watcher.actor.organisation_id in organisations or (staff and watcher.actor.is_staff):
                watcher.tell(news)
