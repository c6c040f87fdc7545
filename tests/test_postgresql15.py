"""The oldest server we support: the system's PostgreSQL 15, where there is one.

The whole suite runs on any server with ``MARKET_TEST_DATABASE_URL=postgresql://… pytest``; here, on every run, the
parts that depend on the server's version do.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

import market.store
from market.db import prepare_connection
from market.migrate import migrate
from market.store import journal
from market.store.query import REGISTRY
from tests.database import own_server
from tests.given import Given
from tests.modules import import_all

pytestmark = pytest.mark.anyio

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def old_url() -> Iterator[str]:
    if not (PROGRAMS / "initdb").exists():
        missing = f"no PostgreSQL 15 in {PROGRAMS}: the oldest supported server is not tested here"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with own_server(PROGRAMS) as server:
        yield server.url


async def test_migrations_statements_and_a_deal(old_url):
    """Migrate, prepare every statement, and go from a paragraph to an agreement in force."""
    await migrate(old_url)
    db = await asyncpg.connect(old_url)
    try:
        assert db.get_server_version().major == 15
        await prepare_connection(db)
        import_all(market.store)
        for statement in REGISTRY:
            await db.prepare(statement.sql)
        deal = await Given(db).agreement("effective")
        events = await journal.OF_OBJECT.all(db, "negotiation", deal.agreement.negotiation_id)
        assert [e.target for e in events if e.target] == ["offered", "accepted", "agreed", "verified", "finalized"]
        assert await journal.BROKEN.all(db) == []
    finally:
        await db.close()


async def test_migrating_again_changes_nothing(old_url):
    await migrate(old_url)
    await migrate(old_url)
