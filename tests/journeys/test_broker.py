"""A broker: from a demand in the inbox to an agreement, with a question, a refusal and a hold on the way."""

import pytest

from market.domain.permissions import Role
from market.services import demands
from tests.browsing import several
from tests.given import PASSWORD, email_of
from tests.person import Person
from tests.receiver import until

pytestmark = pytest.mark.anyio
WANTED, OTHER = "江苏省公路货运量日汇总", "江苏公路货运量年报"


async def test_from_the_inbox_to_an_agreement_with_a_journal_that_holds(app, committed, worker):
    broker, auditor, demander = await committed.staff(), await committed.staff(Role.AUDITOR), await committed.demander()
    supplier = await committed.supplier()
    await committed.listed_product(supplier, title=WANTED)
    await committed.listed_product(title=OTHER)
    demand = await committed.draft_demand(demander)
    await demands.act(committed.db, demander, demand.id, "submit", now=committed.now)
    async with several(app) as open_browser:
        desk, buyer, seller, watcher = (Person(open_browser()) for _ in range(4))
        for person, actor in ((desk, broker), (buyer, demander), (seller, supplier), (watcher, auditor)):
            await person.signs_in(email_of(actor.name), PASSWORD)
        await asked_and_opened(desk, buyer, demand.id)
        await one_proposed_one_turned_down(desk)
        room = await brought_to_the_table(buyer, seller)
        await held_and_released(desk, buyer, room)
        await concluded(buyer, seller, room)
        for page in (room, f"/demands/{demand.id}"):
            await desk.open(page)
            await desk.follow(r"/desk/journal/\w+/\d+")
            assert "链条完整" in desk.text
        assert "哪几年" in desk.text
        await watcher.open("/agreements")
        await watcher.follow(r"/agreements/\d+")
        await watcher.follow(r"/desk/journal/agreement/\d+")
        assert "链条完整" in watcher.text
    assert await committed.db.fetchval("SELECT state FROM agreement") == "effective"
    assert await committed.db.fetchval("SELECT reason FROM journal WHERE kind = 'match' AND action = 'reject'")


async def asked_and_opened(desk, buyer, demand):
    """Taken up, asked back, answered, opened."""
    await desk.open("/inbox")
    await desk.follow(rf"/demands/{demand}")
    await desk.send("/actions/triage")
    await desk.send("/actions/ask", reason="需要哪几年的数据？")
    await buyer.open("/inbox")
    await buyer.follow(rf"/demands/{demand}")
    assert "需要哪几年的数据？" in buyer.text
    await buyer.send("/actions/answer", reason="2023年以来")
    await desk.open("/desk/demands")
    await desk.follow(rf"/demands/{demand}")
    assert "2023年以来" in desk.text
    await desk.send("/actions/open")


async def one_proposed_one_turned_down(desk):
    """The worker finds two products; one is a good answer, the other too coarse."""

    async def found():
        await desk.open("/matches?state=broker_review")
        return len(desk.page.objects(r"/matches/\d+")) == 2

    await until(found)
    await desk.follow(OTHER)
    await desk.send("/review", action="reject", code="must_unmet", reason="只有年报")
    await desk.open("/matches?state=broker_review")
    await desk.follow(WANTED)
    await desk.send("/review", action="propose")
    assert desk.path == "/desk"
    assert not desk.page.objects(r"/desk/matches/\d+"), "nothing waits any more"


async def brought_to_the_table(buyer, seller):
    """Both sides are interested and the supplier offers."""
    for person in (buyer, seller):
        await person.open("/matches")
        assert OTHER not in person.text, "what was turned down is nobody's business"
        await person.follow(r"/matches/\d+")
        await person.send("/answer", action="interest")
    await seller.follow(r"/negotiations/new\?match=\d+")
    await seller.send("", press="send", price="1200", price_unit="year", permitted_use="内部路线规划")
    return seller.path


async def held_and_released(desk, buyer, room):
    """While it is held nothing moves towards agreement, and both sides read why."""
    await desk.open("/negotiations")
    await desk.follow(room)
    await desk.send("/actions/hold", reason="先核对数据来源")
    await buyer.open(room)
    assert "先核对数据来源" in buyer.text
    assert not buyer.sees("/actions/accept")
    assert buyer.sees("/messages"), "one can still talk"
    await desk.send("/actions/release")
    await buyer.open(room)
    assert buyer.sees("/actions/accept")


async def concluded(buyer, seller, room):
    await (await buyer.open(room)).send("/actions/accept")
    await (await seller.open(room)).send("/actions/agree", password=PASSWORD)
    await (await buyer.open(room)).send("/actions/verify", password=PASSWORD)
    await (await seller.open(room)).send("/actions/finalize")
