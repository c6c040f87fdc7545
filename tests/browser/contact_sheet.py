"""Photograph every page for every reader: Chinese and English, light and dark, wide and narrow, on one sheet per page.

    uv run python -m tests.browser.contact_sheet OUT [--only PATTERN] [--reader NAME …] [--each N] [--at ADDRESS]

Starts a demonstration market of its own (or looks at the one that runs at ADDRESS) and follows its links: the pages are
the access table's, each with the first N things found there. A sheet is named READER/ADDRESS, and PATTERN is sought in
that name. Long pages go on in further sheets.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

from tests.access_table import opened
from tests.browser import scenery
from tests.browser.conftest import PHONE, WIDE
from tests.browser.every_page import READERS, THE_API
from tests.pictures.__main__ import CHROMIUM, demonstration, sign_in

LANGUAGES, SCHEMES = ("zh", "en"), ("light", "dark")
SCALES = ((WIDE, 0.5), (PHONE, 0.6))
HEIGHT, GAP, MOST = 1000, 12, 3
"""Pixels of a row and between pictures; sheets of one page."""

LOOKED_INTO = 12
"""Things of a kind whose links are followed."""

SHOWN = ("text/html", "application/atom+xml")
PRINTED = re.compile(r"/agreements/\d+$|/letters/\d+$|/request$|/evidence$")
"""Pages that are made for paper as well: a picture of that joins the others."""
PAPER = {"width": 794, "height": 1123}
"""A4 in CSS pixels."""


FORMS = ("/sign-up", "/demands/new", "/products/new", "/organisation/webhooks")
"""Pages that are looked at a second time with the errors of a form that was sent empty."""


class Place(NamedTuple):
    """A page a reader can open: the name of its sheet, its address, and whether its form is sent empty first."""

    name: str
    path: str
    sent: bool = False


def shape(path: str) -> str:
    """An address with N for its numbers and secrets; a later page of a list is a page of its own."""
    plain = re.sub(r"/(\d+|[\w-]{43})(?=/|$)", "/N", urlsplit(path).path)
    return plain + ("?cursor" if "cursor=" in path else "")


KNOWN = {shape(re.sub(r"\{\w+\}|no-such-token", "N", path)) for path in opened()} - {THE_API}


def places(page: Page, reader: str, links: Sequence[str], each: int) -> Iterator[Place]:
    """The pages this reader can open, found from those that need no id, one's own places first."""
    waiting = deque([*(path for path in reversed(opened()) if "{" not in path and path != THE_API), *links])
    found, met, of_shape = Counter[str](), set(waiting), Counter(map(shape, waiting))
    while waiting:
        path = waiting.popleft()
        answer = page.request.get(path, headers={"accept": "text/html"}, max_redirects=0)
        kind = shape(path) if answer.ok else f"/error {answer.status}"
        if 300 <= answer.status < 400 or not answer.headers.get("content-type", "").startswith(SHOWN):
            continue
        found[kind] += 1
        if found[kind] <= (each if answer.ok else 1):
            yield Place(f"{reader}{kind}{f' {found[kind]}' if found[kind] > 1 else ''}", path)
            if path in FORMS and answer.ok:
                yield Place(f"{reader}{kind} sent empty", path, sent=True)
        for link in links_in(answer.text(), path):
            if link not in met and of_shape[shape(link)] < LOOKED_INTO:
                met.add(link)
                of_shape[shape(link)] += 1
                waiting.append(link)
    if missing := sorted(KNOWN - set(map(shape, met))):
        print(f"{reader} found no link to {', '.join(missing)}")


def links_in(text: str, path: str) -> Iterator[str]:
    """The addresses of known pages a page links to."""
    for link in re.findall(r'href="([^"#]+)', text):
        address = urljoin(path, unescape(link))
        if address.startswith("/") and shape(address).removesuffix("?cursor") in KNOWN:
            yield address


def sheets(page: Page, place: Place) -> list[Image.Image]:
    """The pictures of a page: a row for each language; what is too long goes on in the next sheet."""
    rows = []
    for language in LANGUAGES:
        page.context.add_cookies([{"name": "language", "value": language, "url": origin(page)}])
        rows.append([picture for size, scale in SCALES for picture in pictures(page, place, size, scale)])
        if PRINTED.search(place.path):
            rows[-1].append(printed(page))
    length = max(picture.height for row in rows for picture in row)
    return [laid_out(place.name, rows, HEIGHT * n) for n in range(min(MOST, -(-length // HEIGHT)))]


def origin(page: Page) -> str:
    """The site that is looked at."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(page.url))


def pictures(page: Page, place: Place, size: dict[str, int], scale: float) -> Iterator[Image.Image]:
    """By day and by night."""
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.goto(place.path)
    if place.sent:
        with page.expect_navigation():
            page.locator("main form[method=post]:has(button)").first.evaluate(
                "form => HTMLFormElement.prototype.submit.call(form)"
            )
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        yield shot(page, scale)
    page.emulate_media(color_scheme=SCHEMES[0])


def printed(page: Page) -> Image.Image:
    """As it comes out on paper, but in one piece."""
    page.set_viewport_size({"width": PAPER["width"], "height": PAPER["height"]})
    page.emulate_media(media="print")
    try:
        return shot(page, SCALES[0][1])
    finally:
        page.emulate_media(media="screen")


def shot(page: Page, scale: float) -> Image.Image:
    """The whole page, made smaller."""
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as whole:
        size = (round(whole.width * scale), round(whole.height * scale))
        return whole.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def laid_out(name: str, rows: Sequence[Sequence[Image.Image]], top: int) -> Image.Image:
    """What lies within HEIGHT below ``top`` of each picture."""
    parts = [[picture.crop((0, min(top, picture.height), *reach(picture, top))) for picture in row] for row in rows]
    width = max(sum(part.width + GAP for part in row) for row in parts) + GAP
    heights = [max(part.height for part in row) for row in parts]
    sheet = Image.new("RGB", (width, sum(heights) + GAP * (len(rows) + 3)), "gray")
    ImageDraw.Draw(sheet).text((GAP, 4), name, "white", ImageFont.load_default(18))
    y = GAP * 3
    for row, height in zip(parts, heights, strict=True):
        x = GAP
        for part in row:
            sheet.paste(part, (x, y))
            x += part.width + GAP
        y += height + GAP
    return sheet


def reach(picture: Image.Image, top: int) -> tuple[int, int]:
    """The lower right corner of what is shown below ``top``."""
    return picture.width, max(min(top, picture.height), min(top + HEIGHT, picture.height))


def photograph(browser: Browser, address: str, reader: str, links: Sequence[str], wanted: argparse.Namespace) -> None:
    """Every page of this reader."""
    context = browser.new_context(base_url=address, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(120_000)
    if READERS[reader]:
        sign_in(page, reader)
    else:
        page.goto("/")
    for place in list(places(page, reader, links, wanted.each)):
        if re.search(wanted.only, place.name):
            for number, sheet in enumerate(sheets(page, place), 1):
                file = f"{re.sub(r'[^a-zA-Z0-9]+', '-', place.name)}{'' if number == 1 else f'_{number}'}.png"
                sheet.save(wanted.out / file)
                print(wanted.out / file, place.path, flush=True)
    context.close()


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("out", type=Path)
    options.add_argument("--only", default="", metavar="PATTERN")
    options.add_argument("--reader", choices=READERS, nargs="+", default=list(READERS))
    options.add_argument("--each", type=int, default=1, metavar="N")
    options.add_argument("--at", metavar="ADDRESS")
    wanted = options.parse_args()
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit(f"None of {', '.join(CHROMIUM)} is installed.")
    wanted.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        address = wanted.at or held.enter_context(demonstration(folder))
        links = [] if wanted.at else asyncio.run(scenery.set_up(folder, address))
        browser = held.enter_context(sync_playwright()).chromium.launch(executable_path=program, args=["--no-sandbox"])
        for reader in wanted.reader:
            photograph(browser, address, reader, links, wanted)
        browser.close()


if __name__ == "__main__":
    main()
