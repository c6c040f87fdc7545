"""Two browsers at once: each sees the other's moves without asking."""

import pytest
from playwright.sync_api import expect

from tests.given import email_of

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
