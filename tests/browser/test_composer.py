"""The composer in a real Chromium: by keyboard alone, with the connection gone, and what is marked in the text."""

import re

import pytest
from playwright.sync_api import expect

from tests.given import email_of

pytestmark = pytest.mark.browser
TEXT = "We need daily cold chain vehicle temperatures in Suzhou since 2022, as CSV."


@pytest.fixture(scope="module")
def owner(setting):
    async def work(given):
        await given.listed_product(title="Cold chain vehicle temperatures of Suzhou, daily", region="苏州市")
        return email_of((await given.demander()).name)

    return setting(work)


def test_from_paragraph_to_posted_demand_by_keyboard_alone(open_page, sign_in, owner):
    page = open_page()
    sign_in(page, owner)
    page.goto("/demands/new")
    page.locator("#f-text").focus()
    page.keyboard.type(TEXT)
    topic = page.locator("#understood [name=line_value]").nth(1)
    expect(topic).to_have_value("cold chain vehicle temperatures")
    expect(page.locator("#fits .fits li").first).to_contain_text("Cold chain vehicle temperatures of Suzhou")
    expect(page.locator("#mirror mark").nth(1)).to_have_text("cold chain vehicle temperatures")
    expect(page.locator("#kept")).to_have_text(re.compile(r"Draft saved \d\d:\d\d"))
    assert re.fullmatch(r".*/demands/\d+/edit", page.url)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "post":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/demands/\d+$"))
    expect(page.locator(".flash")).to_contain_text("Posted")
    page.goto("/my/demands")
    assert page.locator("main a", has_text=TEXT[:20]).count() == 1, "one demand, and no draft beside it"


def test_a_line_and_its_phrase_light_each_other_up_and_the_focus_stays(open_page, sign_in, owner):
    page = open_page()
    sign_in(page, owner)
    page.goto("/demands/new")
    page.fill("#f-text", TEXT)
    value = page.locator("#row-1-value")
    expect(value).to_have_value("cold chain vehicle temperatures")
    value.focus()
    expect(page.locator("#mirror mark.on")).to_have_text("cold chain vehicle temperatures")
    with page.expect_response("**/demands/preview"):
        value.press_sequentially("!")
    expect(page.locator("#row-1-value")).to_be_focused()
    page.locator("#f-text").focus()
    page.keyboard.press("Control+Home")
    for _ in "We need da":
        page.keyboard.press("ArrowRight")
    expect(page.locator("#understood .line-chip.on [name=line_value]")).to_have_value("daily")
    page.locator("#row-1-drop").press("Enter")
    expect(page.locator("#row-1-back")).to_be_focused()


def test_without_a_connection_what_is_typed_stays_and_is_saved_afterwards(open_page, sign_in, owner):
    page = open_page()
    sign_in(page, owner)
    page.goto("/demands/new")
    page.route("**/demands/*", lambda route: route.abort())
    page.fill("#f-text", TEXT + " Hourly would be nice.")
    expect(page.locator("#kept")).to_contain_text("No connection")
    assert page.input_value("#f-text").endswith("nice.")
    page.unroute("**/demands/*")
    expect(page.locator("#kept")).to_have_text(re.compile(r"Draft saved \d\d:\d\d"))
    expect(page.locator("#row-1-value")).to_have_value("cold chain vehicle temperatures")
    page.reload()
    assert page.input_value("#f-text").endswith("nice.")
