"""Every page, read by every role: in Chinese by day on a desk, in English by night on a phone.

Two of the eight combinations will do: contrast depends on the scheme, words on the language, and what sticks out does
so in the longer language on the narrower screen.

axe-core finds nothing, the policy needs no exception, size and requests stay within the budget, and no text is in the
other language. Console errors and foreign requests are looked at by ``open_page``.
"""

import subprocess
import sys

import pytest
from PIL import Image

from tests.browser import every_page
from tests.browser.conftest import PHONE, ROOT, WIDE
from tests.browser.contact_sheet import GAP, SCALES
from tests.browser.every_page import READERS, THE_API

pytestmark = pytest.mark.browser
MANNERS = {
    "zh-light-desk": ("zh", WIDE, {"color_scheme": "light", "locale": "zh-CN"}),
    "en-dark-phone": ("en", PHONE, {"color_scheme": "dark"}),
}

PARTS = 5
"""Shares of the pages, for several workers to look at."""


@pytest.fixture(scope="module")
def site(own_site):
    return own_site


@pytest.fixture(scope="module")
def market(setting):
    return setting(every_page.market)


@pytest.fixture(scope="module")
def seen():
    """What axe-core has looked at, by manner."""
    return {manner: set() for manner in MANNERS}


@pytest.fixture(scope="module")
def sessions():
    """The cookies of each reader who has signed in."""
    return {}


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page(open_page, sign_in, site, market, sessions, seen, part, manner):
    language, size, options = MANNERS[manner]
    wrong, shown = [], set()
    paths = every_page.addresses(market.ids)[part::PARTS]
    for reader, name in READERS.items():
        page, requested = open_page(size, **options), []
        if name and name not in sessions:
            sign_in(page, market.emails[name])
            sessions[name] = page.context.cookies()
        page.context.add_cookies(sessions.get(name, []))
        page.context.add_cookies([{"name": "language", "value": language, "url": site.address}])
        page.on("request", lambda request, heard=requested: heard.append(request))
        for path in paths:
            first = page.request.get(path, headers={"accept": "text/html"}, max_redirects=0)
            if first.status >= 500:
                wrong.append(f"{path} to {reader}: {first.status}")
            if first.ok or (name and 300 <= first.status < 400):
                shown.add(path)
            if not first.ok:  # who may read what is the access table's part
                continue
            if not first.headers.get("content-type", "").startswith("text/html"):
                continue
            requested.clear()
            answer = page.goto(path, wait_until="load")
            found = [*every_page.self_contained(answer), *every_page.narrow(page)]
            if path != THE_API:
                found += every_page.small(page, answer, requested)
                found += every_page.in_one_language(page, language)
                found += every_page.accessible(page, seen[manner])
            wrong += [f"{path} to {reader}: {fault}" for fault in found]
    assert wrong == []
    assert set(paths) & every_page.shown_to_somebody(market.ids) <= shown


def test_the_eight_pictures_of_a_page_come_on_one_sheet(site, tmp_path):
    command = [sys.executable, "-m", "tests.browser.contact_sheet", tmp_path, "--at", site.address]
    subprocess.run([*command, "--reader", "anonymous", "--only", "/forgot"], cwd=ROOT, check=True)
    (sheet,) = tmp_path.iterdir()
    assert sheet.name == "anonymous-forgot.png"
    corners = [GAP + 2]
    for size, scale in SCALES:
        corners += [corners[-1] + (n + 1) * (round(size["width"] * scale) + GAP) for n in range(2)]
    with Image.open(sheet) as picture:
        light = [sum(picture.getpixel((x, 3 * GAP + 2))) > 600 for x in corners[:4]]
        assert picture.width == corners[-1] - 2
    assert light == [True, False, True, False]
