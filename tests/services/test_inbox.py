"""What waits for whom, overdue first, each with the one action that moves it on."""

from datetime import timedelta

import pytest

from market.domain.matches import Response, ResponseAction
from market.domain.permissions import Role
from market.services import demands, inbox, matches, negotiations, products

pytestmark = pytest.mark.anyio


async def waits(given, actor, *, theirs=False, now=None):
    """(kind, id, action) of all that waits."""
    find = inbox.theirs if theirs else inbox.mine
    page = await find(given.db, actor, now=now or given.now, limit=100)
    return [(item.kind, item.id, item.action) for item in page.items]


async def test_a_demand_waits_for_its_writer_then_for_the_broker(db, given):
    owner, broker, stranger = await given.demander(), await given.staff(), await given.demander()
    demand = await given.draft_demand(owner)
    assert await waits(given, owner) == [("demand", demand.id, "submit")]
    await demands.act(db, owner, demand.id, "submit", now=given.now)
    assert await waits(given, owner) == []
    assert await waits(given, owner, theirs=True) == [("demand", demand.id, "open")]
    assert ("demand", demand.id, "open") in await waits(given, broker)
    await demands.act(db, broker, demand.id, "ask", now=given.now, reason="哪些字段?")
    assert await waits(given, owner) == [("demand", demand.id, "answer")]
    await demands.act(db, owner, demand.id, "answer", now=given.now, reason="车牌与时间")
    await demands.act(db, broker, demand.id, "open", now=given.now)
    assert await waits(given, owner) == await waits(given, owner, theirs=True) == []
    assert await waits(given, stranger) == []


async def test_a_product_and_an_organisation_wait_for_the_registrar(db, given):
    supplier, registrar = await given.supplier(), await given.staff(Role.REGISTRAR)
    product = await given.draft_product(supplier)
    await products.act(db, supplier, product.id, "submit", now=given.now)
    assert ("product", product.id, "list") in await waits(given, registrar)
    assert await waits(given, supplier, theirs=True) == [("product", product.id, "list")]
    assert ("product", product.id, "list") not in await waits(given, await given.staff(Role.BROKER))


async def test_a_match_waits_only_for_the_side_that_has_not_answered(db, given):
    match, demander, supplier = await given.proposed_match()
    expected = ("match", match.id, "interest")
    assert expected in await waits(given, demander)
    assert expected in await waits(given, supplier)
    yes = Response(action=ResponseAction.INTEREST, version=match.version)
    match = await matches.answer(db, demander, match.id, yes, now=given.now)
    assert expected not in await waits(given, demander)
    assert expected in await waits(given, demander, theirs=True)
    assert expected in await waits(given, supplier)
    until = (given.now + timedelta(days=7)).date()
    later = Response(action=ResponseAction.SNOOZE, version=match.version, until=until)
    match = await matches.answer(db, supplier, match.id, later, now=given.now)
    assert expected not in await waits(given, supplier)
    assert expected in await waits(given, supplier, now=given.now + timedelta(days=7))
    yes = Response(action=ResponseAction.INTEREST, version=match.version)
    await matches.answer(db, supplier, match.id, yes, now=given.now)
    for side in (demander, supplier):
        assert ("match", match.id, "convert") in await waits(given, side)


async def test_a_new_match_waits_for_the_broker_alone(given):
    match, demander, supplier = await given.match()
    assert ("match", match.id, "propose") in await waits(given, await given.staff())
    assert await waits(given, demander) == await waits(given, supplier) == []


async def test_a_sealed_demand_stays_covered_in_the_suppliers_inbox(given):
    demander = await given.demander()
    demand = await given.open_demand(demander, sealed=True, masked=("江苏",))
    match, _, supplier = await given.proposed_match(demander, demand=demand)
    (item,) = (await inbox.mine(given.db, supplier, now=given.now)).items
    assert (item.id, item.title, item.other) == (match.id, "▇▇▇公路货运量", "")
    (item,) = [i for i in (await inbox.mine(given.db, demander, now=given.now)).items if i.kind == "match"]
    assert item.title == "江苏公路货运量"


async def test_a_negotiation_waits_for_one_side_and_on_hold_for_the_platform(db, given):
    talk, consumer, provider = await given.negotiation("offered")
    item = ("negotiation", talk.id, "accept")
    assert await waits(given, consumer) == [item]
    assert await waits(given, provider) == []
    assert await waits(given, provider, theirs=True) == [item]
    mediator = await given.staff(Role.MEDIATOR)
    talk = await negotiations.act(
        db, mediator, talk.id, "hold", version=talk.version, now=given.now, reason="价格待核实"
    )
    held = ("negotiation", talk.id, "release")
    assert await waits(given, consumer) == []
    assert await waits(given, consumer, theirs=True) == await waits(given, provider, theirs=True) == [held]
    assert held in await waits(given, mediator)
    assert held in await waits(given, await given.staff(Role.BROKER))


async def test_overdue_comes_first_and_pages_lose_nothing(db, given):
    owner = await given.demander()
    late = [await given.draft_demand(owner) for _ in range(3)]  # one deadline for all three
    given.later(days=1)
    early = [await given.draft_demand(owner) for _ in range(2)]
    seen, cursor = [], None
    while True:
        page = await inbox.mine(db, owner, now=given.now, cursor=cursor, limit=2)
        seen += [item.id for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [demand.id for demand in (*late, *early)]


async def test_the_products_found_for_a_demand_are_one_row_on_the_page_and_the_pages_stay_whole(db, given):
    owner = await given.demander()
    many, few = await given.open_demand(owner), await given.open_demand(owner)
    for demand in (many, many, few, many):
        await given.proposed_match(owner, demand=demand)
    drafts = [await given.draft_demand(owner) for _ in range(2)]

    async def rows(**how):
        found, cursor = [], None
        while True:
            page = await inbox.mine(db, owner, now=given.now, cursor=cursor, limit=1, **how)
            found += page.items
            if not (cursor := page.next):
                return found

    together = await rows(together=True)
    assert {(row.kind, row.more, row.demand_id) for row in together} == {
        ("match", 2, many.id),
        ("match", 0, None),
        ("demand", 0, None),
    }
    assert len(together) == 2 + len(drafts)
    assert len(await rows()) == 4 + len(drafts)
