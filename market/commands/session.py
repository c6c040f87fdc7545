"""A connection for a command to the configured or the private database, in one transaction or not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from market.commands.run import database
from market.db import connect
from market.settings import from_env
from market.store.query import Db

T = TypeVar("T")


def in_transaction(work: Callable[[Db], Awaitable[T]]) -> T:
    """Run ``work`` in one transaction: committed when it returns, rolled back when it raises."""

    async def run(db: Db) -> T:
        async with db.transaction():
            return await work(db)

    return connected(run)


def connected(work: Callable[[Db], Awaitable[T]]) -> T:
    """Run ``work``, which makes its own transactions."""

    async def run(url: str) -> T:
        db = await connect(url)
        try:
            return await work(db)
        finally:
            await db.close()

    with database(from_env(os.environ)) as settings:
        return asyncio.run(run(settings.database_url))
