"""Bring a database to the schema of this version: numbered SQL files, forward only, one process at a time.

The rollback half that the library's file format asks for stays empty: a mistake is mended by the next migration.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from pogo_core.util import migrate as pogo

from market.settings import SettingsError

LOCK = 0x6475696A  # one advisory lock for all processes of one database
OLDEST = 150000


class TooOld(SettingsError):
    """The server is older than PostgreSQL 15."""


def refuse_old(number: int) -> None:
    """Raise TooOld when ``server_version_num`` is of a server we do not support."""
    if number < OLDEST:
        raise TooOld(f"MARKET_DATABASE_URL: PostgreSQL 15 or newer is needed; this server is {number // 10000}.")


def migrations_dir() -> Path:
    """Beside the package in a checkout, inside it in an installed wheel."""
    here = Path(__file__).resolve().parent
    inside = here / "migrations"
    return inside if inside.is_dir() else here.parent / "migrations"


async def migrate(url: str) -> None:
    """Apply what is missing. Safe to call from any number of processes at once."""
    db = await asyncpg.connect(url)
    try:
        refuse_old(int(await db.fetchval("SHOW server_version_num")))
        await db.execute("SELECT pg_advisory_lock($1)", LOCK)
        await db.execute("SET lock_timeout = '10s'; SET statement_timeout = '10min'")
        await pogo.apply(db, migrations_dir(), schema_name="public")
        queue = Queries(AsyncpgDriver(db))
        if await queue.schema_is_installed():
            await queue.upgrade()
        else:
            await queue.install()
    finally:
        await db.close()


async def pending(url: str) -> list[str]:
    """The migrations this database lacks, in order."""
    files = sorted(path.stem for path in migrations_dir().glob("*.sql"))
    db = await asyncpg.connect(url)
    try:
        if await db.fetchval("SELECT to_regclass('_pogo_migration')") is None:
            return files
        applied = {row["migration_id"] for row in await db.fetch("SELECT migration_id FROM _pogo_migration")}
    finally:
        await db.close()
    return [name for name in files if name not in applied]
