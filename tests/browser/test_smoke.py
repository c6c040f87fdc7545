"""The site in a real Chromium: without JavaScript, on a phone, with nothing fetched from anywhere else."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from playwright.sync_api import sync_playwright

from market.db import prepare_connection
from tests import database
from tests.given import PASSWORD, Given, email_of

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PUBLIC = ("/", "/products", "/products/1", "/demands", "/demands/1", "/sign-up", "/api")
OWN = ("/inbox", "/my/demands", "/demands/new", "/demands/1", "/matches", "/organisation", "/account")


@pytest.fixture(scope="module")
def program():
    """The machine's own Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"None of {', '.join(names)} is installed.")
        pytest.skip(f"none of {', '.join(names)} is installed")
    return found


async def fill(url):
    """One product, one demand, and the address of the demand's owner."""
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        given = Given(connection)
        owner = await given.demander()
        await given.open_demand(owner)
        await given.listed_product()
        return email_of(owner.name)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def site(program, server_url, template, tmp_path_factory):
    """``market serve`` on a database of its own: (address, an e-mail address to sign in with)."""
    name = "browser_" + os.urandom(4).hex()
    asyncio.run(database.execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    url = database.with_database(server_url, name)
    email = asyncio.run(fill(url))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"DATABASE_URL": url, "PORT": str(port), "DATA_DIR": str(tmp_path_factory.mktemp("site"))}
    env = os.environ | {f"MARKET_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "market", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert any("Serving" in line for line in iter(process.stderr.readline, "")), "it ended"
        rest = threading.Thread(target=process.stderr.read)
        rest.start()
        yield f"http://127.0.0.1:{port}", email
        process.terminate()
        rest.join()
    asyncio.run(database.execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="module")
def chromium(program, site):
    """Begun after the site and ended before it: while it runs, this thread can run no event loop of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, site):
    """Opens a window: ``page = open_page(PHONE)``. What it complains of or fetches elsewhere fails the test."""
    address, _ = site
    contexts, faults = [], []

    def open_one(size=WIDE, **options):
        context = chromium.new_context(base_url=address, viewport=size, locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: urlsplit(request.url).scheme != "data" and requested.append(request.url))
        return page

    requested = []
    yield open_one
    for context in contexts:
        context.close()
    assert faults == []
    assert [url for url in requested if not url.startswith(address + "/")] == []


def sign_in(page, email):
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/inbox")


def test_an_enterprise_writes_a_demand_without_javascript(open_page, site):
    page = open_page(java_script_enabled=False)
    sign_in(page, site[1])
    page.click("nav >> text=My demands")
    page.click("main >> text=Write a demand")
    page.fill("[name=title]", "Cold chain temperatures in Suzhou")
    page.fill("[name=text]", "We need daily cold chain vehicle temperatures in Suzhou since 2022, as CSV, by API.")
    page.click("[name=save]")
    page.wait_for_url(re.compile(r"/demands/\d+/edit"))
    values = [field.input_value() for field in page.locator("[name=line_value]").all()]
    assert "CSV" in values
    assert any("Suzhou" in value or "苏州" in value for value in values)
    page.click("[name=post]")
    page.wait_for_url(re.compile(r"/demands/\d+$"))
    assert page.locator("main li.line").count() == len([value for value in values if value])


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_pages_are_quiet_fetch_nothing_elsewhere_and_fit(open_page, site, size):
    """Console errors and foreign requests are looked at by ``open_page``."""
    page = open_page(size)
    too_wide = []

    def look(path):
        assert page.goto(path, wait_until="load").status == 200, path
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            too_wide.append(path)

    for path in PUBLIC:
        look(path)
    sign_in(page, site[1])
    for path in OWN:
        look(path)
    assert too_wide == []


def test_the_api_is_browsable_offline(open_page):
    page = open_page()
    page.goto("/api")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() > 20
    page.locator(".opblock-summary-control").first.click()
    page.wait_for_selector(".opblock-body")
