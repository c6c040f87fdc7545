"""Take the README's pictures anew.

    uv run python -m tests.pictures [OUT] [--only NAME]

Starts a demonstration market of its own, opens the pages in the machine's Chromium and stores a PNG of each in OUT, by
default beside this file. Palette colours keep them small.
"""

from __future__ import annotations

import argparse
import io
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from market.commands.run import free_port
from market.demo.loader import PASSWORD

SIZE = {"width": 1000, "height": 640}
COLOURS = 48
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class Picture(NamedTuple):
    """A page: who looks at it (nobody: a visitor), where, and the link that leads on from there."""

    who: str
    path: str
    link: str = ""


PICTURES = {
    "home": Picture("", "/"),
    "demand": Picture("enterprise", "/my/demands?group=open", "main a[href$='#comparison']:has-text('3 matches')"),
    "match": Picture("supplier", "/matches", "main a[href^='/matches/']"),
    "negotiation": Picture("supplier", "/negotiations", "main a[href^='/negotiations/']"),
    "worklist": Picture("broker", "/desk"),
}


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    """A demonstration market that runs; its address."""
    port = free_port(None, "127.0.0.1")
    command = [sys.executable, "-m", "market", "demo", "--data", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            while process.poll() is None and not alive(address):
                time.sleep(0.5)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)


def alive(address: str) -> bool:
    """Whether the site answers."""
    try:
        return httpx.get(f"{address}/health").is_success
    except httpx.TransportError:
        return False


def taken(browser: Browser, address: str, picture: Picture) -> bytes:
    """The PNG of one picture."""
    context = browser.new_context(base_url=address, viewport=SIZE, locale="en-GB", color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(120_000)
    if picture.who:
        sign_in(page, picture.who)
    page.goto(picture.path)
    if picture.link:
        page.goto(page.locator(picture.link).first.get_attribute("href") or "")
    page.evaluate("document.fonts.ready")
    shot = page.screenshot()
    context.close()
    return small(shot)


def sign_in(page: Page, who: str) -> None:
    """As one of the demonstration's three people."""
    page.goto("/sign-in")
    page.fill("[name=email]", f"{who}@demo.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main form:has([name=password]) button")
    page.wait_for_url("**/inbox")


def small(png: bytes) -> bytes:
    """The picture with a palette."""
    stored = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("out", type=Path, nargs="?", default=Path(__file__).parent)
    options.add_argument("--only", choices=PICTURES)
    chosen = options.parse_args()
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit(f"None of {', '.join(CHROMIUM)} is installed.")
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name in [chosen.only] if chosen.only else PICTURES:
            path = chosen.out / f"{name}.png"
            path.write_bytes(taken(browser, address, PICTURES[name]))
            print(f"{path} {path.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
