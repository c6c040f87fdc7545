"""The site in a real Chromium: the fixtures.

``site``: ``market serve`` and ``market worker``, as an operator starts them, for all stories that bring their own
people and things and leave no worklist longer; a module that looks at everything there is takes ``own_site`` for it.
``open_page``: a window on it, whose complaints and foreign requests fail the test. ``setting(work)``: what stands in
the database before the story begins.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from market.db import prepare_connection
from tests import database
from tests.given import PASSWORD, Given

ROOT = Path(__file__).parents[2]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Site(NamedTuple):
    """A running site: its address and its database."""

    address: str
    url: str


@pytest.fixture(scope="session")
def program() -> str:
    """The machine's own Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"None of {', '.join(names)} is installed.")
        pytest.skip(f"none of {', '.join(names)} is installed")
    return found


@pytest.fixture(scope="session")
def site(program: str, server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site that the stories share."""
    with running(server_url, template, tmp_path_factory.mktemp("site")) as shared:
        yield shared


@pytest.fixture(scope="module")
def own_site(program: str, server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with nothing in it."""
    with running(server_url, template, tmp_path_factory.mktemp("site")) as own:
        yield own


@contextmanager
def running(server_url: str, template: str, folder: Path) -> Iterator[Site]:
    """A site and its worker on a database of their own."""
    with database.copied(server_url, template) as url:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {"DATABASE_URL": url, "PORT": str(port), "DATA_DIR": str(folder)}
        env = os.environ | {f"MARKET_{name}": value for name, value in settings.items()}
        run = [sys.executable, "-m", "market"]
        with (
            subprocess.Popen([*run, "serve"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process,
            subprocess.Popen([*run, "worker"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL) as worker,
        ):
            assert process.stderr is not None
            assert any("Serving" in line for line in iter(process.stderr.readline, "")), "it ended"
            rest = threading.Thread(target=process.stderr.read)
            rest.start()
            yield Site(f"http://127.0.0.1:{port}", url)
            worker.terminate()
            process.terminate()
            rest.join()


@pytest.fixture(scope="module")
def setting(site: Site) -> Callable[[Callable[[Given], Awaitable[Any]]], Any]:
    """``setting(work)`` runs ``work(given)`` on the site's database and gives what it returns."""

    async def work_on(work: Callable[[Given], Awaitable[Any]]) -> Any:
        connection = await asyncpg.connect(site.url)
        await prepare_connection(connection)
        try:
            given = Given(connection)
            given.now = datetime.now(UTC)  # the worker's clock runs, and what is long due would expire
            async with connection.transaction():  # the worker finds it whole, or would pair things by itself meanwhile
                return await work(given)
        finally:
            await connection.close()

    def run(work: Callable[[Given], Awaitable[Any]]) -> Any:
        with ThreadPoolExecutor(1) as aside:  # beside Playwright this thread can run no event loop of its own
            return aside.submit(lambda: asyncio.run(work_on(work))).result()

    return run


@pytest.fixture(scope="module")
def chromium(program: str, site: Site) -> Iterator[Browser]:
    """Begun after the site; while it runs, this thread can run no event loop, so it ends with the module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def complains(message: ConsoleMessage) -> bool:
    """An error of the page's; a request or a stream that the test itself cuts off is none."""
    cut_off = "net::ERR_FAILED" in message.text or message.location["url"].endswith("/events")
    return message.type == "error" and not cut_off


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a window: ``page = open_page(PHONE)``. What it complains of or fetches elsewhere fails the test."""
    contexts, faults, requested, sites = [], [], [], [site.address]

    def open_one(size: dict[str, int] = WIDE, **options: Any) -> Page:
        options = {"base_url": site.address, "viewport": size, "locale": "en-GB"} | options
        context = chromium.new_context(**options)
        sites.append(options["base_url"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: complains(message) and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: urlsplit(request.url).scheme != "data" and requested.append(request.url))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []
    assert [url for url in requested if not url.startswith(tuple(f"{one}/" for one in sites))] == []


@pytest.fixture
def sign_in() -> Callable[[Page, str], None]:
    """``sign_in(page, email)`` by the form, to the inbox."""

    def enter(page: Page, email: str) -> None:
        page.goto("/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/inbox")

    return enter
