"""Who has a page open is told what changed, as far as they may see it; what it is now they read for themselves.

One listening connection per process hears what the journal announces, what has been written into notifications, and
how far background work is. A watcher gets no more than (kind, id), never the words: the page asks again under its own
permissions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec

from market.domain.accounts import Actor
from market.domain.subjects import is_of_the_sides
from market.services.listening import Heard, listening
from market.store import journal, subjects
from market.store.query import Db

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
        async with listening(self.url, LISTENER, ("market_events", "market_notices", "market_progress"), self._follow):
            try:
                yield
            finally:
                self.close()

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for watcher in self._watchers:
            watcher.tell(None)

    async def _follow(self, db: Db, heard: Heard) -> None:
        self.listening.set()
        for watcher in self._watchers:  # whatever happened while nobody listened
            watcher.tell(EVERYTHING)
        try:
            while True:
                for news in await heard.take():
                    await self._pass_on(db, news)
        finally:
            self.listening.clear()

    async def _pass_on(self, db: Db, heard: dict[str, Any]) -> None:
        if not self._watchers:
            return
        if "organisations" in heard:
            self._tell(News("notice"), frozenset(heard["organisations"]), staff=False)
            return
        if "action" not in heard:  # a step of staff's background work, which the journal does not hold
            self._tell(News(heard["kind"], heard["id"]), frozenset(), staff=True)
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
