"""Fixtures only.

``db``: a connection whose transaction is rolled back (store and service tests).
``url``: a database of one's own, for what commits. ``market``: the site on it, in this process, with clients and
ready-made actors (see ``given.py``).
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import asyncpg
import hypothesis
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from market.app import create_app
from market.db import prepare_connection
from market.settings import Settings
from tests import database
from tests.given import Given

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# what the suite's processes import is compiled once for all of them, where a machine says otherwise, too
os.environ["COLUMNS"] = "200"  # a console takes its width from here when it is made; pytest-xdist says 80

hypothesis.settings.register_profile(
    "suite",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with database.server() as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    name = asyncio.run(database.make_template(server_url, secrets.token_hex(2)))
    yield name
    asyncio.run(database.drop(server_url, name))


@pytest.fixture(scope="session")
def template_url(server_url: str, template: str) -> Iterator[str]:
    """A migrated database for tests that roll back."""
    name = f"shared_{secrets.token_hex(4)}"
    asyncio.run(database.execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield database.with_database(server_url, name)
    asyncio.run(database.drop(server_url, name))


@pytest.fixture
async def db(template_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a transaction that is rolled back."""
    connection = await asyncpg.connect(template_url)
    await prepare_connection(connection)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


@pytest.fixture
def given(db: asyncpg.Connection) -> Given:
    """Builders that go through the services, on the rolled-back connection."""
    return Given(db)


@pytest.fixture
async def url(server_url: str, template: str) -> AsyncIterator[str]:
    """A migrated database of one's own."""
    async with database.copy(server_url, template) as own:
        yield own


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=url, data_dir=tmp_path, secret_key="k" * 32, pool_size=5)


@cache
def assembled(secret_key: str, secure: bool) -> Litestar:
    """Assembling takes longer than most tests; what it fixes for good are the key and the cookies."""
    return create_app(Settings(secret_key=secret_key, base_url="https://market.example" if secure else ""))


@pytest.fixture
async def app(settings: Settings) -> Litestar:
    """The site, not yet running."""
    site = assembled(settings.secret_key, settings.secure)
    site.state.settings = settings
    return site


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """An HTTP client of the running site; redirects are not followed."""
    async with AsyncTestClient(app, raise_server_exceptions=False) as running:
        running.follow_redirects = False
        yield running


@pytest.fixture
async def committed(url: str) -> AsyncIterator[Given]:
    """Builders whose rows the site sees."""
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        yield Given(connection)
    finally:
        await connection.close()
