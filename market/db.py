"""The connection pool: codecs, limits, and nothing else."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec

from market.settings import Settings


async def prepare_connection(db: Any) -> None:
    """jsonb in and out as Python values (without this asyncpg hands over text)."""
    await db.set_type_codec(
        "jsonb",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
        schema="pg_catalog",
    )


async def keep_session(_: Any) -> None:
    """Nothing to undo when a connection goes back: all work is in transactions and no session setting is touched.

    asyncpg itself rolls an open transaction back before this; its own reset would cost a round trip per request.
    """


async def reach(*where: Any, **how: Any) -> asyncpg.Connection[asyncpg.Record]:
    """Connect; whatever stands against it (no socket, no host, refused by the server) is a ConnectionError."""
    try:
        return await asyncpg.connect(*where, **how)
    except (OSError, asyncpg.PostgresError) as error:
        raise ConnectionError(str(error)) from error


async def create_pool(settings: Settings) -> asyncpg.Pool[asyncpg.Record]:
    """A pool on ``settings.database_url``; statements are cut off after 30 s, lock waits after 5 s."""
    return await asyncpg.create_pool(
        settings.database_url,
        min_size=1,
        max_size=settings.pool_size,
        connect=reach,
        init=prepare_connection,
        reset=keep_session,
        command_timeout=60,
        server_settings={"statement_timeout": "30s", "lock_timeout": "5s", "application_name": "duijie"},
    )


async def connect(url: str) -> asyncpg.Connection[asyncpg.Record]:
    """One connection outside the pool, for commands."""
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    return connection
