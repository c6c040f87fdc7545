"""The worklist by keyboard alone: move, decide, think again."""

import pytest
from playwright.sync_api import expect

from market.domain.permissions import Role
from market.services import products
from tests.given import email_of

pytestmark = pytest.mark.browser


async def prepare(given):
    """Listings that wait for a registrar: the worker leaves them alone."""
    supplier, found = await given.supplier(), []
    for _ in range(3):
        product = await given.draft_product(supplier)
        found.append(await products.act(given.db, supplier, product.id, "submit", now=given.now))
    return found, await given.staff(Role.REGISTRAR)


def test_a_registrar_decides_with_one_key_and_takes_back(open_page, sign_in, setting):
    (first, second, third), registrar = setting(prepare)
    page = open_page()
    sign_in(page, email_of(registrar.name))
    page.goto("/desk?kind=product")
    page.wait_for_selector("html[data-stream=open]")

    def row(product):
        return page.locator(f"#row-product-{product.id}")

    page.keyboard.press("j")
    expect(page.locator(f"#to-product-{first.id}")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#toast")).to_contain_text("Put on the market")
    expect(row(first)).to_have_class("going")
    expect(page.locator(f"#to-product-{second.id}")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_be_hidden()
    expect(row(first)).not_to_have_class("going")
    expect(page.locator(f"#to-product-{first.id}")).to_be_focused()

    page.keyboard.press("a")
    page.keyboard.press("a")  # the next decision sends the one before
    expect(row(first)).to_have_count(0)
    expect(row(second)).to_have_class("going")
    page.keyboard.press("j")
    expect(page.locator(f"#to-product-{third.id}")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("g")
    expect(page.locator("[name=person_id]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[name=row]:checked")).to_have_count(0)
    page.keyboard.press("d")
    page.wait_for_selector("#decide")  # leaving the page sends the second
    expect(page.locator("#f-reason")).to_be_focused()
    page.keyboard.type("Say where the data come from.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk?kind=product")
    expect(page.locator("main .empty")).to_be_visible()

    async def states(given):
        return [(await products.get(given.db, registrar, product.id)).state for product in (first, second, third)]

    assert setting(states) == ["listed", "listed", "draft"]
