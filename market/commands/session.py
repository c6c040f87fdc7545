"""One transaction for a command, on the configured or the private database."""

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

    async def run(url: str) -> T:
        db = await connect(url)
        try:
            async with db.transaction():
                return await work(db)
        finally:
            await db.close()

    with database(from_env(os.environ)) as settings:
        return asyncio.run(run(settings.database_url))
