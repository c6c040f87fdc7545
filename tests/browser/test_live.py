"""Two browsers at once: each sees the other's moves without asking; and what takes longer comes in by itself."""

import pytest
from playwright.sync_api import expect

from market.domain.products import Field
from tests.given import email_of
from tests.services.test_bundles import EMISSIONS, LINES, ROAD, offered

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def talk(setting):
    return setting(lambda given: given.negotiation("requested"))


def enter(page, path):
    page.goto(path)
    page.wait_for_selector("html[data-stream=open]")


def test_a_message_and_an_offer_appear_in_the_other_window(open_page, sign_in, talk):
    room = f"/negotiations/{talk.negotiation.id}"
    consumer, provider = open_page(), open_page()
    sign_in(consumer, email_of(talk.consumer.name))
    sign_in(provider, email_of(talk.provider.name))
    enter(consumer, room)
    enter(provider, room)
    consumer.fill("[name=body]", "Half a sentence that is not sent yet")
    provider.fill("[name=body]", "The hourly figures are ready.")
    provider.click("text=Send message")
    expect(consumer.locator("#thread .body")).to_have_text("The hourly figures are ready.")
    assert consumer.input_value("[name=body]") == "Half a sentence that is not sent yet"
    expect(consumer.locator("#unread .count")).to_be_visible()  # written by the worker, announced in its own right


def test_an_interrupted_connection_recovers_and_shows_what_was_missed(open_page, sign_in, talk):
    room = f"/negotiations/{talk.negotiation.id}"
    consumer, provider = open_page(), open_page()
    sign_in(consumer, email_of(talk.consumer.name))
    sign_in(provider, email_of(talk.provider.name))
    enter(consumer, room)
    consumer.evaluate("""() => {
        window.before = document.documentElement.dataset;
        Object.defineProperty(document, "hidden", { get: () => window.away, configurable: true });
        window.away = true;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    provider.goto(room)
    provider.fill("[name=body]", "Said while nobody listened.")
    provider.click("text=Send message")
    provider.wait_for_selector("#thread .body >> text=Said while nobody listened.")
    assert consumer.locator("#thread .body >> text=Said while nobody listened.").count() == 0
    consumer.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(consumer.locator("#thread .body").last).to_have_text("Said while nobody listened.")


async def two_parts(given):
    """A demand that two products meet together, and its owner."""
    for title in (ROAD, EMISSIONS):
        await given.listed_product(**offered(title, fields=(Field(name="plate"),)))
    owner = await given.demander()
    return owner, await given.open_demand(owner, lines=LINES)


def test_bundles_come_into_the_grid_by_themselves(open_page, sign_in, setting):
    owner, demand = setting(two_parts)
    page = open_page()
    sign_in(page, email_of(owner.name))
    for _ in range(200):  # until the site holds what was listed
        page.goto(f"/demands/{demand.id}/bundles")
        if page.locator("text=Start with these").count():
            break
    page.goto(f"/demands/{demand.id}")
    expect(page.locator(".comparison tfoot >> text=Start with these")).to_be_visible()
    expect(page.locator("a[data-later]")).to_have_count(0)
    assert page.url.endswith(f"/demands/{demand.id}")
