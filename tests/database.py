"""A PostgreSQL for the tests: one server per run, one migrated template per worker, a copy per test that commits.

``MARKET_TEST_DATABASE_URL=postgresql://… pytest`` runs the suite on that server instead of the embedded one: its user
must be allowed to create databases (and to be a superuser for the test that tampers with the journal).
"""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
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
        asyncio.run(careless(url))
        yield url


async def careless(url: str) -> None:
    """Tests need not survive a power cut."""
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        await execute(url, f"ALTER SYSTEM SET {setting} = off")
    await execute(url, "SELECT pg_reload_conf()")


class OwnServer:
    """A server of a test's own, made with the programs in ``programs``; it can be stopped and started again."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="duijie-pg-"))
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            name = next(u.pw_name for u in pwd.getpwall() if u.pw_name in ("postgres", "pgserver", "nobody"))
            shutil.chown(self.folder, name)
            self._as = {"user": name, "extra_groups": []}
        self._run(
            "initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "-D", f"{self.folder}/data"
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **self._as
        )

    def start(self) -> None:
        """Come back once it takes connections."""
        options = f"-F -k {self.folder} -c listen_addresses="
        self._run("pg_ctl", "-w", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """At once, as in a crash."""
        self._run("pg_ctl", "-w", "-m", "immediate", "-D", f"{self.folder}/data", "stop")


@contextmanager
def own_server(programs: Path) -> Iterator[OwnServer]:
    """A running OwnServer, gone afterwards."""
    running = OwnServer(programs)
    try:
        running.start()
        yield running
    finally:
        with suppress(subprocess.CalledProcessError):  # it may be stopped already
            running.stop()
        shutil.rmtree(running.folder)


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


async def drop(url: str, name: str) -> None:
    """The database is gone, whoever is connected."""
    await execute(url, f'DROP DATABASE "{name}" WITH (FORCE)')


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
    # the files: as log records they would be written twice
    await execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    try:
        yield with_database(url, name)
    finally:
        await drop(url, name)


@contextmanager
def copied(url: str, template: str) -> Iterator[str]:
    """The same for code without a loop of its own."""
    with asyncio.Runner() as runner:
        held = copy(url, template)
        own = runner.run(held.__aenter__())
        try:
            yield own
        finally:
            runner.run(held.__aexit__(None, None, None))
