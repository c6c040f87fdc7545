"""A PostgreSQL for the tests: one server per run, one migrated template per worker, a copy per test that commits."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from market import embedded
from market.migrate import migrate


@contextmanager
def server() -> Iterator[str]:
    """MARKET_TEST_DATABASE_URL when it is set, else an embedded server shared by all workers of this run."""
    if url := os.environ.get("MARKET_TEST_DATABASE_URL"):
        yield url
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", secrets.token_hex(4))
    folder = Path(tempfile.gettempdir()) / f"duijie-tests-{run}"
    with embedded.server(folder, keep=False) as url:
        yield url


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)

    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


async def execute(url: str, statement: str) -> None:
    """One statement on its own connection."""
    db = await asyncpg.connect(url)
    try:
        await db.execute(statement)
    finally:
        await db.close()


async def make_template(url: str, worker: str) -> str:
    """A migrated database to copy from; its name."""
    name = f"template_{worker}_{secrets.token_hex(4)}"
    await execute(url, f'CREATE DATABASE "{name}"')
    await migrate(with_database(url, name))
    return name


@asynccontextmanager
async def copy(url: str, template: str) -> AsyncIterator[str]:
    """A database of one's own, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    await execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield with_database(url, name)
    finally:
        await execute(url, f'DROP DATABASE "{name}" WITH (FORCE)')
