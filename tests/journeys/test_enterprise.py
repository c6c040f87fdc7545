"""An enterprise: from signing up and one paragraph to an agreement in force, through its own pages."""

import pytest

from market.domain.permissions import Role
from tests.browsing import several
from tests.given import PASSWORD, credit_code, email_of
from tests.person import Person
from tests.receiver import until

pytestmark = pytest.mark.anyio
EMAIL = "ding@songhe.example"
TEXT = (
    "我们在苏州做冷链配送，需要苏州市2022年以来分区县的月度用电量，最好每月更新，CSV文件即可，"
    "用于估计冷库的电费。预算两万元。"
)
TERMS = {
    "price": "15000",
    "price_unit": "year",
    "period_from": "2099-01-01",
    "period_to": "2099-12-31",
    "delivery": "file",
    "permitted_use": "仅用于估计本公司冷库的电费",
    "valid_days": "7",
}


@pytest.fixture
async def supplier(committed):
    """Has listed what fits."""
    supplier = await committed.supplier()
    await committed.listed_product(
        supplier,
        title="苏州市分区县月度用电量",
        abstract="苏州市各区县全社会用电量，2020年至今，每月更新，CSV文件。",
        region="江苏省苏州市",
        formats=("CSV",),
    )
    return supplier


async def test_from_a_paragraph_to_an_agreement_in_force(app, committed, supplier, worker, mails):
    registrar, broker = await committed.staff(Role.REGISTRAR), await committed.staff()
    async with several(app) as open_browser:
        buyer, seller, clerk, desk = (Person(open_browser()) for _ in range(4))
        for person, actor in ((seller, supplier), (clerk, registrar), (desk, broker)):
            await person.signs_in(email_of(actor.name), PASSWORD)
        await signed_up_and_verified(buyer, clerk, mails)
        demand = await written_and_posted(buyer)
        await opened_and_proposed(desk, demand)
        await both_interested(buyer, seller)
        agreement = await negotiated(buyer, seller)

        await buyer.open("/agreements")
        await buyer.follow(rf"/agreements/{agreement}")
        for words in ("18,000.00", "松鹤冷链", TERMS["permitted_use"], "苏州市分区县月度用电量"):
            assert words in buyer.text
        await buyer.follow(rf"/demands/{demand}")
        await buyer.send("/actions/fulfil")
        assert not buyer.sees(f"/demands/{demand}/actions/withdraw"), "it is over"
    assert await committed.db.fetchval("SELECT state FROM demand WHERE id = $1", demand) == "fulfilled"
    assert await committed.db.fetchval("SELECT state FROM negotiation") == "finalized"
    assert await committed.db.fetchval("SELECT state FROM agreement") == "effective"


async def signed_up_and_verified(buyer, clerk, mails):
    """The owner gives evidence; the registrar finds it in the inbox and looks at it."""
    await buyer.open("/")
    await buyer.follow("/sign-up")
    await buyer.send(
        "/sign-up",
        person_name="丁一舟",
        email=EMAIL,
        organisation_name="松鹤冷链",
        kind="enterprise",
        credit_code=credit_code(),
    )
    await buyer.open(await mails.link_for(EMAIL))
    await buyer.send("", password=PASSWORD)
    assert buyer.path == "/organisation"
    await buyer.follow("/organisation/edit")
    await buyer.send("/organisation/edit", press="submit", evidence="营业执照第 7 号")
    await clerk.open("/inbox")
    await clerk.follow(r"/desk/organisations/\d+")
    assert "营业执照第 7 号" in clerk.text
    await clerk.send("/actions/verify")


async def written_and_posted(buyer):
    """What was understood is shown; one line is corrected, and the correction stays."""
    await buyer.open("/inbox")
    await buyer.follow("/demands/new")
    await buyer.send("", press="save", title="苏州分区县月度用电量", text=TEXT)
    form = next(form for form in buyer.page.forms if "line_value" in form.names)
    kinds, values = form.fields["line_kind"], form.fields["line_value"]
    understood = {kind: value for kind, value in zip(kinds, values, strict=True) if value}
    assert "苏州" in understood["region"]
    assert {"topic", "update_cycle", "format", "budget"} <= understood.keys()
    at = kinds.index("topic")
    corrected = [*values[:at], "分区县月度用电量", *values[at + 1 :]]
    await buyer.send("", press="save", line_value=corrected)
    form = next(form for form in buyer.page.forms if "line_value" in form.names)
    assert "分区县月度用电量" in form.fields["line_value"]
    await buyer.send("", press="post")
    assert "分区县月度用电量" in buyer.text
    return int(buyer.path.rpartition("/")[2])


async def opened_and_proposed(desk, demand):
    """The broker opens the demand, the worker matches it, the broker proposes what it found."""
    await desk.open("/inbox")
    await desk.follow(rf"/demands/{demand}")
    await desk.send(f"/demands/{demand}/actions/open")

    async def found():
        await desk.open("/matches?state=broker_review")
        return desk.page.objects(r"/matches/\d+")

    await until(found)
    await desk.follow(r"/matches/\d+")
    await desk.send("/review", action="propose")


async def both_interested(buyer, seller):
    for person in (buyer, seller):
        await person.open("/matches")
        await person.follow(r"/matches/\d+")
        await person.send("/answer", action="interest")


async def negotiated(buyer, seller):
    """Request, counter-offer, acceptance, and a confirmation with the password by each side."""
    await buyer.open("/inbox")
    await buyer.follow(r"/matches/\d+")
    await buyer.follow(r"/negotiations/new\?match=\d+")
    await buyer.send("", press="send", **TERMS)
    room = buyer.path
    assert not buyer.sees("/actions/accept"), "nobody accepts what they asked for themselves"

    await seller.open("/inbox")
    await seller.follow(room)
    await seller.follow(f"{room}/offer")
    await seller.send("", press="check", price="18000", note="含历史修订")
    await seller.send("", press="send")
    assert seller.path == room

    await buyer.open(room)
    assert "含历史修订" in buyer.text
    await buyer.send("/actions/accept")
    await (await seller.open(room)).send("/actions/agree", password=PASSWORD)
    await (await buyer.open(room)).send("/actions/verify", password=PASSWORD)
    await (await seller.open(room)).send("/actions/finalize")
    return int(seller.path.rpartition("/")[2])
