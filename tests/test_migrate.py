"""Migrations: from nothing to the present schema, once, however many start them."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest
from anyio import to_thread

from market.migrate import TooOld, migrate, migrations_dir, pending, refuse_old
from tests import database
from tests.processes import together

pytestmark = pytest.mark.anyio

FILES = sorted(p.stem for p in migrations_dir().glob("*.sql"))


def test_each_follows_the_one_before() -> None:
    assert [name[:4] for name in FILES] == [f"{number:04}" for number in range(1, len(FILES) + 1)]
    named = [(migrations_dir() / f"{name}.sql").read_text("utf-8").split("-- depends: ")[1] for name in FILES]
    assert [line.splitlines()[0].strip() for line in named] == ["", *FILES[:-1]]


@pytest.fixture
async def empty(server_url: str) -> AsyncIterator[str]:
    """A database with nothing in it."""
    name = f"empty_{secrets.token_hex(6)}"
    await database.execute(server_url, f'CREATE DATABASE "{name}"')
    yield database.with_database(server_url, name)
    await database.drop(server_url, name)


async def shape(url: str) -> list[tuple[str, ...]]:
    """Every column, constraint, index, trigger and function, and the rows the migrations put in."""
    db = await asyncpg.connect(url)
    try:
        rows = await db.fetch(
            """SELECT 'column' AS kind, table_name || '.' || column_name AS name, data_type AS what
                FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'function', proname, md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'edge', machine || source, action || target FROM lifecycle
            UNION ALL SELECT 'applied', migration_id, migration_hash FROM _pogo_migration
            ORDER BY 1, 2, 3"""
        )
    finally:
        await db.close()
    return [tuple(row) for row in rows]


async def test_twice_is_once(empty, url):
    assert await pending(empty) == FILES
    await migrate(empty)
    assert await pending(empty) == []
    first = await shape(empty)
    await migrate(empty)
    assert await shape(empty) == first
    assert first == await shape(url)


async def test_what_was_begun_is_carried_on(empty, url):
    db = await asyncpg.connect(empty)
    await migrate(empty)
    undone = "0014_product_views"  # the one that is undone most simply
    await db.execute("DROP TABLE product_view")
    await db.execute("DELETE FROM _pogo_migration WHERE migration_id = $1", undone)
    await db.close()
    assert await pending(empty) == [undone]
    await migrate(empty)
    assert await shape(empty) == await shape(url)


async def test_processes_at_once(empty, url):
    imports = "import asyncio; from market.migrate import migrate"
    await to_thread.run_sync(together, 2, imports, "asyncio.run(migrate(sys.argv[1]))", empty)
    assert await shape(empty) == await shape(url)


@pytest.mark.parametrize("number", [90624, 140020, 149999])
def test_an_old_server_is_refused_in_words(number):
    with pytest.raises(TooOld, match=f"PostgreSQL 15 or newer is needed; this server is {number // 10000}"):
        refuse_old(number)


@pytest.mark.parametrize("number", [150000, 150018, 180001])
def test_a_supported_server_is_taken(number):
    refuse_old(number)
