"""One connection that listens to what the database announces, made again whenever it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import msgspec

from market.db import prepare_connection
from market.store.health import ALIVE
from market.store.query import Db

log = logging.getLogger("market.listening")

RETRY_SECONDS = 1.0
"""How long to wait before connecting again when PostgreSQL is away."""
HEARTBEAT_SECONDS = 30.0
"""After this much silence the connection is asked whether it is still there."""


class Lost(ConnectionError):
    """The connection has ended."""


class Heard:
    """What one connection has heard and nobody has taken yet."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._payloads: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def hear(self, _: object, __: int, ___: str, payload: str) -> None:
        """Keep one announcement, a JSON object."""
        self._payloads.put_nowait(msgspec.json.decode(payload))

    def lose(self, _: object) -> None:
        """The connection has ended."""
        self._payloads.put_nowait(None)

    async def take(self) -> list[dict[str, Any]]:
        """Wait for something, and take all there is, in order. Raises Lost once the connection has ended."""
        found = [await self._next()]
        while not self._payloads.empty():
            found.append(self._payloads.get_nowait())
        if None in found:
            raise Lost
        return [payload for payload in found if payload is not None]

    async def _next(self) -> dict[str, Any] | None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):  # wait_for may swallow the cancelling in Python 3.11
                    return await self._payloads.get()
            except TimeoutError:  # silence: is anybody still there?
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await ALIVE.one(self._db)


Follow = Callable[[Db, Heard], Awaitable[None]]
"""What is done with one connection; it goes on until it raises, and begins anew with the next connection."""


@asynccontextmanager
async def listening(url: str, name: str, channels: tuple[str, ...], follow: Follow) -> AsyncIterator[None]:
    """``follow`` in the background while the block runs; pg_stat_activity knows the connection by ``name``."""
    task = asyncio.create_task(_again_and_again(url, name, channels, follow))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again_and_again(url: str, name: str, channels: tuple[str, ...], follow: Follow) -> None:
    while True:
        try:
            await _once(url, name, channels, follow)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("%s lost the database (%s), trying again", name, type(error).__name__)
        except Exception:
            log.exception("%s stopped following the database, starting over", name)
        await asyncio.sleep(RETRY_SECONDS)


async def _once(url: str, name: str, channels: tuple[str, ...], follow: Follow) -> None:
    db = await asyncpg.connect(url, server_settings={"application_name": name})
    try:
        await prepare_connection(db)
        heard = Heard(db)
        db.add_termination_listener(heard.lose)
        for channel in channels:
            await db.add_listener(channel, heard.hear)
        await follow(db, heard)
    finally:
        await db.close(timeout=5)
