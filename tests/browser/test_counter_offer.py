"""A counter-offer says what it changes while it is written, and nothing written is lost."""

import pytest
from playwright.sync_api import expect

from tests.given import email_of

pytestmark = pytest.mark.browser


@pytest.fixture
def talk(setting):
    return setting(lambda given: given.negotiation("requested"))


def test_the_difference_is_shown_as_it_is_written_and_sent_as_shown(open_page, sign_in, talk):
    room = f"/negotiations/{talk.negotiation.id}"
    page = open_page()
    sign_in(page, email_of(talk.provider.name))
    page.goto(f"{room}/offer")
    changes = page.locator("#changes")
    expect(changes.locator("[name=send]")).to_have_count(0)
    page.fill("[name=price]", "1500")
    expect(changes).to_contain_text("1,200.00")
    expect(changes).to_contain_text("1,500.00")
    page.locator("[name=clause_text]").first.fill("每日九点前更新")
    expect(changes.locator("ins").last).to_have_text("is now: 每日九点前更新")
    changes.locator("[name=send]").click()
    expect(page.locator("#room .offers")).to_contain_text("1,500.00")


def test_what_is_not_sent_survives_a_lost_connection_and_a_reload(open_page, sign_in, talk):
    room = f"/negotiations/{talk.negotiation.id}"
    page = open_page()
    sign_in(page, email_of(talk.provider.name))
    page.goto(f"{room}/offer")
    page.fill("[name=price]", "1700")
    page.locator("[name=clause_title]").last.fill("保密")
    expect(page.locator("#changes [href='#f-clauses']")).to_be_visible()
    page.goto(room)
    page.fill("[name=body]", "Half a sentence")
    page.reload()
    expect(page.locator("[name=body]")).to_have_value("Half a sentence")
    page.click("text=Send message")
    expect(page.locator("#thread .body")).to_have_text("Half a sentence")
    expect(page.locator("[name=body]")).to_have_value("")
    page.goto(f"{room}/offer")
    expect(page.locator("[name=price]")).to_have_value("1700")
    expect(page.locator("[name=clause_title]").last).to_have_value("保密")
    expect(page.locator("[data-kept]")).to_be_visible()
    page.click("text=Throw it away")
    expect(page.locator("[name=price]")).to_have_value("1200.00")
    page.reload()
    expect(page.locator("[name=price]")).to_have_value("1200.00")
