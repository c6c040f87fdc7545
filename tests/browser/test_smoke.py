"""The site in a real Chromium: without JavaScript, on a phone, with nothing fetched from anywhere else."""

import re
from itertools import pairwise

import pytest

from tests.browser.conftest import PHONE, WIDE
from tests.given import email_of

pytestmark = pytest.mark.browser
PUBLIC = ("/", "/products", "/products/{product}", "/demands", "/demands/{demand}", "/sign-up", "/api")
OWN = ("/inbox", "/my/demands", "/demands/new", "/demands/{demand}", "/matches", "/organisation", "/account")


@pytest.fixture(scope="module")
def market(setting):
    """The address of an owner of a demand; the numbers of that and of a listed product."""

    async def work(given):
        actor = await given.demander()
        demand, product = await given.open_demand(actor), await given.listed_product()
        return email_of(actor.name), {"demand": demand.id, "product": product.id}

    return setting(work)


@pytest.fixture(scope="module")
def owner(market):
    return market[0]


@pytest.fixture(scope="module")
def numbers(market):
    return market[1]


def test_an_enterprise_writes_a_demand_without_javascript(open_page, sign_in, owner):
    page = open_page(java_script_enabled=False)
    sign_in(page, owner)
    page.click("nav >> text=My demands")
    page.click("main >> text=Write a demand")
    page.click("main summary:has-text('Title, field, region, purpose')")
    page.fill("[name=title]", "Cold chain temperatures in Suzhou")
    page.fill("[name=text]", "We need daily cold chain vehicle temperatures in Suzhou since 2022, as CSV, by API.")
    page.click("[name=save]:not(.unseen)")
    page.wait_for_url(re.compile(r"/demands/\d+/edit"))
    values = [field.input_value() for field in page.locator("[name=line_value]").all()]
    assert "CSV" in values
    assert any("Suzhou" in value or "苏州" in value for value in values)
    page.click("[name=post]")
    page.wait_for_url(re.compile(r"/demands/\d+$"))
    assert page.locator("main li.line").count() == len([value for value in values if value])


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_pages_are_quiet_fetch_nothing_elsewhere_and_fit(open_page, sign_in, owner, numbers, size):
    """Console errors and foreign requests are looked at by ``open_page``."""
    page = open_page(size)
    too_wide = []

    def look(path):
        assert page.goto(path, wait_until="load").status == 200, path
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            too_wide.append(path)

    for path in PUBLIC:
        look(path.format(**numbers))
    sign_in(page, owner)
    for path in OWN:
        look(path.format(**numbers))
    assert too_wide == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tab_goes_through_the_head_of_a_phone_where_the_eye_goes(open_page, sign_in, owner, language):
    """The next place stands to the right of the one before it, or in a lower row."""
    page = open_page(PHONE)
    sign_in(page, owner)
    page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
    page.goto("/inbox")
    places = page.evaluate(
        """() => [...document.querySelectorAll("header a, header button, header summary, .work a")]
            .filter(place => place.checkVisibility()).map(place => {
                const box = place.getBoundingClientRect();
                return [place.textContent.trim(), (box.top + box.bottom) / 2, box.left];
            })"""
    )
    assert len(places) > 8
    for (before, above, left), (name, middle, x) in pairwise(places):
        assert middle > above + 12 or (abs(middle - above) <= 12 and x > left), f"{name!r} after {before!r}"


def test_the_api_is_browsable_offline(open_page):
    page = open_page()
    page.goto("/api")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() > 20
    page.locator(".opblock-summary-control").first.click()
    page.wait_for_selector(".opblock-body")
