"""``market demo`` as a person runs it: started, used in a browser, stopped with Ctrl-C, started again."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from anyio import to_thread

from tests import browsing

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
PATIENCE = 300
"""Seconds after which the test gives up waiting; nothing is measured against it."""


@pytest.fixture
def folder():
    """Not below pytest's own folder: its rights change whenever another run begins."""
    with tempfile.TemporaryDirectory(prefix="duijie-demo-") as made:
        yield Path(made)


def copy(source, target):
    """With the owner of the files: as root, the database runs as somebody else."""
    subprocess.run(["cp", "-a", source, target], check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    """A running ``market demo`` and what it has printed."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.lines = []

    async def start(self):
        """Wait until it has said all it has to say, or ended."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("MARKET_")} | {"COLUMNS": "120"}
        command = [sys.executable, "-m", "market", "demo", "--data", str(self.folder), "--port", str(self.port)]
        self.process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE, start_new_session=True
        )
        said = asyncio.Event()
        self.reading = asyncio.create_task(self._read(said))
        async with asyncio.timeout(PATIENCE):
            await said.wait()
        return self

    async def _read(self, said):
        async for line in self.process.stderr:
            self.lines.append(line.decode())
            if "Ctrl-C stops" in self.lines[-1]:
                said.set()
        said.set()

    @property
    def printed(self):
        return "".join(self.lines)

    @asynccontextmanager
    async def browser(self):
        address = re.search(r"http://\S+", self.printed).group()
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            yield client

    async def stopped(self):
        """The exit code after Ctrl-C, which a terminal sends to the whole group."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            await self.reading
            return await self.process.wait()


@asynccontextmanager
async def demo(folder):
    running = await Demo(folder).start()
    try:
        yield running
    finally:
        await running.stopped()


def processes_of(folder):
    """Every process that was told this folder: the database, the worker, the site."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in told):
            found.append(process.cmdline())
    return found


async def add_demand(client, title):
    saved = await browsing.post_form(client, "/demands/new", {"title": title, "text": f"{title}，按月更新，CSV。"})
    assert saved.status_code == 303, saved.text


async def my_demands(client):
    return (await browsing.get_page(client, "/my/demands")).text


async def test_a_demo_from_the_first_start_to_two_beside_each_other(folder):
    one, two = folder / "one", folder / "two"
    async with demo(one) as first:
        password = re.search(r"password (\S+)", first.printed).group(1)
        people = re.findall(r"\S+@demo\.example", first.printed)
        assert [who.partition("@")[0] for who in people] == ["enterprise", "supplier", "broker"]
        for email in reversed(people):
            async with first.browser() as client:
                await browsing.sign_in(client, email, password)
                inbox = await browsing.get_page(client, "/inbox")
                assert inbox.status_code == 200
                assert 'class="subject"' in inbox.text, f"something waits for {email}"
                if email == people[0]:
                    await add_demand(client, "渔港泊位")
        async with demo(one) as refused:
            assert await refused.stopped() == 2
            assert "already running" in refused.printed
            assert "--data" in refused.printed
        assert processes_of(one), "they are found while they run"
    assert first.process.returncode == 0, first.printed
    assert processes_of(one) == []

    await to_thread.run_sync(copy, one, two)
    async with demo(one) as again, again.browser() as client:
        async with demo(two) as beside, beside.browser() as other:
            for browser in (client, other):
                await browsing.sign_in(browser, people[0], password)
                assert "渔港泊位" in await my_demands(browser), "the data were kept"
            await add_demand(other, "冷库容量")
            assert "冷库容量" not in await my_demands(client)
            beside.process.send_signal(signal.SIGINT)  # as a service manager sends it: to the one process
            async with asyncio.timeout(PATIENCE):
                assert await beside.process.wait() == 0, beside.printed
            assert processes_of(two) == []
        assert "渔港泊位" in await my_demands(client), "the one beside it goes on"
    assert again.process.returncode == 0, again.printed
    assert processes_of(one) == []
    assert "Demo data loaded" in first.printed
    assert "Demo data loaded" not in again.printed
