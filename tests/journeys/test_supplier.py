"""A supplier: from signing up and describing a data set to an agreement in force, through its own pages."""

import pytest

from market.domain.permissions import Role
from tests.browsing import several
from tests.given import PASSWORD, credit_code, email_of
from tests.person import Person
from tests.receiver import until

pytestmark = pytest.mark.anyio
TITLE = "江苏省公路货运量日汇总"


async def test_from_a_product_to_an_agreement_in_force(app, committed, worker, mails):
    registrar, broker, demander = (
        await committed.staff(Role.REGISTRAR),
        await committed.staff(),
        await committed.demander(),
    )
    await committed.open_demand(demander)
    async with several(app) as open_browser:
        seller, buyer, clerk, desk = (Person(open_browser()) for _ in range(4))
        for person, actor in ((buyer, demander), (clerk, registrar), (desk, broker)):
            await person.signs_in(email_of(actor.name), PASSWORD)
        await signed_up_and_verified(seller, clerk, mails)
        await described_and_listed(seller, clerk)
        await became_a_lead(desk, seller)
        room = await offered_and_countered(seller, buyer)

        await (await seller.open(room)).send("/actions/agree", password=PASSWORD)
        await (await buyer.open(room)).send("/actions/verify", password=PASSWORD)
        await (await seller.open("/inbox")).follow(room)
        await seller.send("/actions/finalize")
        assert "21,600.00" in seller.text, "the terms of the last offer"
        assert "龙江收费站数据" in seller.text
    assert await committed.db.fetchval("SELECT state FROM negotiation") == "finalized"
    assert await committed.db.fetchval("SELECT state FROM agreement") == "effective"
    same = "SELECT o.terms = a.terms FROM agreement a JOIN offer o USING (negotiation_id) WHERE o.number = 2"
    assert await committed.db.fetchval(same)


async def signed_up_and_verified(seller, clerk, mails):
    """The first evidence is not enough: what the registrar says is read, and mended."""
    await seller.open("/sign-up")
    await seller.send(
        "/sign-up",
        person_name="龙小雨",
        email="long@longjiang.example",
        organisation_name="龙江收费站数据",
        kind="supplier",
        credit_code=credit_code(),
    )
    await seller.open(await mails.link_for("long@longjiang.example"))
    await seller.send("", password=PASSWORD)
    for evidence, action, reason in (("执照", "reject", "看不清执照编号"), ("营业执照第 9 号", "verify", "")):
        await seller.open("/organisation")
        await seller.follow("/organisation/edit")
        await seller.send("/organisation/edit", press="submit", evidence=evidence)
        await clerk.open("/inbox")
        await clerk.follow(r"/desk/organisations/\d+")
        await clerk.send(f"/actions/{action}", **({"reason": reason} if reason else {}))
        await seller.open("/organisation")
        assert reason in seller.text


async def described_and_listed(seller, clerk):
    """A draft first; sent for review, sent back once with a reason, listed after that."""
    await seller.open("/my/products")
    await seller.follow("/products/new")
    await seller.send("", press="save", title=TITLE, abstract="各县公路货运量的每日汇总", delivery=["api", "file"])
    product = seller.path
    number = product.rpartition("/")[2]
    await seller.follow(f"{product}/edit")
    await seller.send("", press="submit", source_statement="收费站通行记录汇总")
    await clerk.open("/desk/listings")
    await clerk.send(f"/desk/listings/{number}/actions/return", reason="请写明地区和更新周期")
    await seller.open("/inbox")
    await seller.follow(product)
    assert "请写明地区和更新周期" in seller.text
    await seller.follow(f"{product}/edit")
    await seller.send("", press="submit", region="江苏省", update_cycle="daily", price="20000", price_unit="year")
    await clerk.open("/desk/listings")
    await clerk.send(f"/desk/listings/{number}/actions/list")
    await clerk.open("/products")
    await clerk.follow(TITLE)


async def became_a_lead(desk, seller):
    """The worker finds the open demand for the new product; the broker proposes the pairing; the supplier is told."""

    async def found():
        await desk.open("/matches?state=broker_review")
        return desk.page.objects(r"/matches/\d+")

    await until(found)
    await desk.follow(r"/matches/\d+")
    await desk.send("/review", action="propose")

    async def told():
        await seller.open("/notifications")
        return seller.page.objects(r"/notifications/\d+")

    await until(told)
    await seller.open("/matches")
    await seller.follow(r"/matches/\d+")
    assert "公路货运量" in seller.text
    await seller.send("/answer", action="interest")


async def offered_and_countered(seller, buyer):
    """The supplier makes the first offer, the enterprise asks for other terms."""
    await buyer.open("/inbox")
    await buyer.follow(r"/matches/\d+")
    await buyer.send("/answer", action="interest")
    await seller.open("/inbox")
    await seller.follow(r"/matches/\d+")
    await seller.follow(r"/negotiations/new\?match=\d+")
    form = next(form for form in seller.page.forms if "price" in form.names)
    assert form.fields["price"] == ["20000.00"], "the product's own price is there already"
    await seller.send("", press="send", permitted_use="内部路线规划")
    room = seller.path
    await buyer.open("/negotiations")
    await buyer.follow(room)
    await buyer.follow(f"{room}/offer")
    await buyer.send("", press="check", price="21600", obligations="供方每日十点前更新")
    await buyer.send("", press="send")
    await buyer.send("/messages", body="多付的部分换每日十点前更新")
    await seller.open(room)
    assert "多付的部分换每日十点前更新" in seller.text
    assert not seller.sees("/actions/accept"), "a provider agrees to the consumer's terms directly"
    return room
