"""The way of each role from signing in to its goal, in three browsers at once: by mouse, keyboard, finger, plain forms.

Enterprise: a paragraph, a posted demand, a match, a negotiation, the agreement. Supplier: a product, a lead, an offer,
the agreement. Broker: the demand and the match on the worklist, a hold and its release.
"""

import re

import pytest
from playwright.sync_api import expect

from market.domain.permissions import Role
from market.services import products
from tests.browser.hand import PATIENCE, WAYS, Hand
from tests.given import PASSWORD, email_of
from tests.receiver import until

pytestmark = pytest.mark.browser

TEXT = "我们需要江苏省各县公路货运量的日数据，2023年以来，通过API提供，用于内部路线规划。"
TERMS = {
    "price": "1200",
    "price_unit": "year",
    "period_from": "2099-01-01",
    "period_to": "2099-12-31",
    "delivery": "api",
    "permitted_use": "内部路线规划",
}

STEPS = {"enterprise": 20, "supplier": 22, "broker": 12}
"""Links, buttons, fields and pages asked for anew from signing in to the goal, at most; passwords and reasons with
them. No address is typed."""


@pytest.fixture(scope="module")
def site(own_site):
    return own_site


@pytest.mark.parametrize("way", WAYS)
def test_from_signing_in_to_an_agreement(open_page, setting, way):
    async def people(given):
        return await given.demander(), await given.supplier(), await given.staff()

    actors = setting(people)
    buyer, seller, broker = hands = [Hand(open_page, way) for _ in actors]
    for hand, actor in zip(hands, actors, strict=True):
        hand.enters(email_of(actor.name))
    product = offers_a_product(seller)
    setting(lambda given: listed(given, product))
    demand = posts_a_demand(buyer)
    broker.follows("/inbox")
    broker.follows(f"/demands/{demand}")
    broker.sends(f"/demands/{demand}/actions/open")
    match = setting(lambda given: until(lambda: found(given, demand, product)))
    broker.follows("/inbox")
    broker.follows(f"/matches/{match}")
    broker.sends(f"/matches/{match}/review", "propose")
    for hand in (seller, buyer):
        hand.follows("/inbox")
        hand.follows(f"/matches/{match}")
        hand.sends(f"/matches/{match}/answer", "interest")
    room = makes_an_offer(seller, match)
    for hand in (broker, buyer):
        hand.follows("/negotiations")
        hand.follows(room)
    is_held_and_released(broker, buyer)
    agrees(buyer, seller)
    talk = int(room.rpartition("/")[2])
    state = setting(lambda given: given.db.fetchval("SELECT state FROM negotiation WHERE id = $1", talk))
    assert state == "finalized"
    taken = {name: hand.steps for name, hand in zip(STEPS, hands, strict=True)}
    print(way, taken)
    assert {name: n for name, n in taken.items() if n > STEPS[name]} == {}


def number(hand, pattern):
    """The number in the address once it is one of these."""
    hand.page.wait_for_url(re.compile(pattern))
    return int(re.search(pattern, hand.page.url)[1])


def offers_a_product(seller):
    seller.follows("/my/products")
    seller.follows("/products/new")
    seller.writes("title", "江苏省公路货运量日汇总")
    seller.writes("abstract", "江苏省各县公路货运量的每日汇总数据，2023年至今")
    seller.presses("main [name=delivery][value=api]") if seller.way != "keyboard" else seller.writes("delivery", "api")
    seller.writes("source_statement", "收费站通行记录汇总")
    seller.presses("main button[name=submit]")
    return number(seller, r"/products/(\d+)(?:#|$)")


async def listed(given, product):
    """The registrar's part."""
    await products.act(given.db, await given.staff(Role.REGISTRAR), product, "list", now=given.now)


def posts_a_demand(buyer):
    """The paragraph; where a draft is shown first, that is posted."""
    buyer.follows("/my/demands")
    buyer.follows("/demands/new")
    before = buyer.steps
    if buyer.page.locator("main [name=title][required]").count():
        buyer.writes("title", "江苏公路货运量")
    buyer.writes("text", TEXT)
    if not buyer.page.locator("main button[name=post]").count():
        buyer.presses("main button[name=save]")
    buyer.presses("main button[name=post]")
    assert buyer.steps - before <= 5, "from the paragraph to the posted demand"
    return number(buyer, r"/demands/(\d+)(?:#|$)")


async def found(given, demand, product):
    """The match of the two, which the worker brings."""
    wanted = "SELECT id FROM match WHERE demand_id = $1 AND product_id = $2"
    return await given.db.fetchval(wanted, demand, product)


def makes_an_offer(seller, match):
    seller.again()
    seller.follows(f"/negotiations/new?match={match}")
    for name, value in TERMS.items():
        if not seller.page.locator(f"main [name={name}]").first.input_value():
            seller.writes(name, value)
    seller.presses("main button[name=send]")
    room = number(seller, r"/negotiations/(\d+)")
    return f"/negotiations/{room}"


def is_held_and_released(broker, buyer):
    """While it is held the enterprise reads why and cannot accept."""
    broker.sends("/actions/hold", reason="先核对数据来源")
    buyer.again()
    expect(buyer.page.locator("main")).to_contain_text("先核对数据来源", timeout=PATIENCE)
    assert buyer.finds("/actions/accept").count() == 0
    broker.sends("/actions/release")


def agrees(buyer, seller):
    """Accepted, confirmed by each side with the password, put into force; both read it."""
    buyer.again()
    buyer.sends("/actions/accept")
    seller.again()
    seller.sends("/actions/agree", password=PASSWORD)
    buyer.again()
    buyer.sends("/actions/verify", password=PASSWORD)
    seller.again()
    seller.sends("/actions/finalize")
    buyer.again()
    link = buyer.page.locator("main a[href^='/agreements/']").first.get_attribute("href")
    for hand in (buyer, seller):
        hand.follows("/agreements")
        hand.follows(link)
        expect(hand.page.locator("main")).to_contain_text(TERMS["permitted_use"], timeout=PATIENCE)
