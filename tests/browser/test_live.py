"""Two browsers at once: each sees the other's moves without asking; and what takes longer comes in by itself."""

import pytest
from playwright.sync_api import expect

from market.domain.permissions import Role
from market.domain.products import Field
from market.services import products
from tests.browser.hand import PATIENCE
from tests.browser.proxy import before
from tests.given import email_of
from tests.services.test_bundles import EMISSIONS, LINES, ROAD, offered

pytestmark = pytest.mark.browser


@pytest.fixture
def talk(setting):
    return setting(lambda given: given.negotiation("requested"))


def enter(page, path):
    page.goto(path)
    page.wait_for_selector("html[data-stream=open]")


def says(page, text):
    page.fill("[name=body]", text)
    page.click("text=Send message")
    page.wait_for_selector(f"#thread .body >> text={text}")


def test_a_message_an_offer_and_a_row_of_the_inbox_appear_in_other_windows(open_page, sign_in, talk):
    room = f"/negotiations/{talk.negotiation.id}"
    inbox, provider = open_page(), open_page()
    sign_in(inbox, email_of(talk.consumer.name))
    sign_in(provider, email_of(talk.provider.name))
    enter(inbox, "/inbox")
    provider.goto(room)
    says(provider, "The daily figures are ready.")
    expect(inbox.locator("#unread .count")).to_be_visible()  # written by the worker, announced in its own right
    consumer = inbox.context.new_page()
    enter(consumer, room)
    consumer.fill("[name=body]", "Half a sentence that is not sent yet")
    says(provider, "The hourly figures are ready.")
    expect(consumer.locator("#thread .body").last).to_have_text("The hourly figures are ready.")
    provider.goto(f"{room}/offer")
    provider.fill("[name=price]", "1500")
    assert inbox.locator(f".act a[href='{room}']").count() == 0
    provider.locator("#changes [name=send]").click()
    expect(consumer.locator("#room .offers > li")).to_have_count(2)
    expect(consumer.locator("#room .offers > li").first).to_contain_text("1,500.00")
    expect(inbox.locator(f".act a[href='{room}']")).to_be_visible()
    assert consumer.input_value("[name=body]") == "Half a sentence that is not sent yet"


async def listing(given):
    """A draft, its owner and a registrar."""
    owner = await given.supplier()
    return owner, await given.draft_product(owner), await given.staff(Role.REGISTRAR)


def test_what_is_submitted_comes_onto_the_worklist_until_it_is_decided(open_page, sign_in, setting):
    owner, product, registrar = setting(listing)
    desk, supplier = open_page(), open_page()
    sign_in(desk, email_of(registrar.name))
    sign_in(supplier, email_of(owner.name))
    enter(desk, "/desk?kind=product")
    expect(desk.locator(f"#row-product-{product.id}")).to_have_count(0)
    supplier.goto(f"/products/{product.id}")
    supplier.locator("main form[action$='/actions/submit'] button").click()
    expect(desk.locator(f"#row-product-{product.id}")).to_be_visible()
    setting(lambda given: products.act(given.db, registrar, product.id, "list", now=given.now))
    expect(desk.locator(f"#row-product-{product.id}")).to_have_count(0)


def test_an_interrupted_connection_recovers_and_shows_what_was_missed(open_page, sign_in, site, talk):
    room = f"/negotiations/{talk.negotiation.id}"
    said = "#thread .body >> text=Said while nobody listened."
    with before(site.address) as proxy:
        consumer, provider = open_page(base_url=proxy.address), open_page()
        sign_in(consumer, email_of(talk.consumer.name))
        sign_in(provider, email_of(talk.provider.name))
        enter(consumer, room)
        expect(consumer.locator("#unheard")).to_be_hidden()
        proxy.leaves()
        expect(consumer.locator("#unheard")).to_be_visible()
        provider.goto(room)
        says(provider, "Said while nobody listened.")
        assert consumer.locator(said).count() == 0
        proxy.returns()
        expect(consumer.locator(said)).to_be_visible(timeout=PATIENCE)
        expect(consumer.locator("#unheard")).to_be_hidden()
        consumer.close()


def test_a_page_that_is_looked_at_again_shows_what_was_missed(open_page, sign_in, talk):
    room = f"/negotiations/{talk.negotiation.id}"
    consumer, provider = open_page(), open_page()
    sign_in(consumer, email_of(talk.consumer.name))
    sign_in(provider, email_of(talk.provider.name))
    enter(consumer, room)
    consumer.evaluate("""() => {
        Object.defineProperty(document, "hidden", { get: () => window.away, configurable: true });
        window.away = true;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    provider.goto(room)
    said = "#thread .body >> text=Said while nobody looked."
    says(provider, "Said while nobody looked.")
    assert consumer.locator(said).count() == 0
    consumer.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(consumer.locator(said)).to_be_visible()


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
