"""How products do: who counts as looking, what is counted of the rest, and for whom."""

from datetime import timedelta

import pytest

from market.domain.accounts import ANONYMOUS
from market.domain.matches import DeclineCode, Response, ResponseAction
from market.domain.performance import SPAN
from market.domain.permissions import Role
from market.services import matches, performance, products

pytestmark = pytest.mark.anyio


async def figures(db, given, owner, **later):
    found = await performance.page(db, owner, now=given.now + timedelta(**later))
    return {row.product_id: row for row in found.items}


async def test_views_of_others_count_by_the_day_and_those_of_insiders_do_not(db, given):
    owner, stranger = await given.supplier(), await given.demander()
    product = await given.listed_product(owner)
    insiders = [owner, await given.colleague(owner), await given.staff(), await given.staff(Role.REGISTRAR)]
    for actor in (ANONYMOUS, stranger, stranger, *insiders):
        await performance.note_view(db, actor, product, now=given.now)
    await performance.note_view(db, ANONYMOUS, product, now=given.now + timedelta(days=1))
    assert await db.fetchval("SELECT array_agg(views ORDER BY day) FROM product_view") == [3, 1]
    assert (await figures(db, given, owner, days=1))[product.id].seen == 4
    assert (await figures(db, given, owner, days=SPAN.days + 1))[product.id].seen == 1


async def test_a_draft_is_not_seen(db, given):
    draft = await given.draft_product()
    await performance.note_view(db, ANONYMOUS, draft, now=given.now)
    assert await db.fetchval("SELECT count(*) FROM product_view") == 0


async def test_from_proposals_to_agreements_and_why_demanders_declined(db, given):
    owner = await given.supplier()
    product = await given.listed_product(owner)
    await given.match(supplier=owner, product=product)  # not proposed yet: nobody's business
    talk = await given.negotiation("finalized", await given.mutual_match(supplier=owner, product=product))
    assert talk.negotiation.product_id == product.id
    for code in (DeclineCode.TOO_EXPENSIVE, DeclineCode.TOO_EXPENSIVE, DeclineCode.FOUND_ELSEWHERE):
        found, demander, _ = await given.proposed_match(supplier=owner, product=product)
        no = Response(action=ResponseAction.DECLINE, code=code, version=found.version)
        await matches.answer(db, demander, found.id, no, now=given.now)
    asked = await given.question(supplier=owner)
    await db.execute("UPDATE negotiation SET created_at = $1", given.now)
    await db.execute("UPDATE question SET created_at = $1", given.now)
    await db.execute("UPDATE match SET proposed_at = $1 WHERE proposed_at IS NOT NULL", given.now)
    rows = await figures(db, given, owner)
    row = rows[product.id]
    assert (row.matched, row.interested, row.declined, row.negotiated, row.agreed) == (4, 1, 3, 1, 1)
    assert [(reason.code, reason.count, reason.remedy) for reason in row.reasons] == [
        (DeclineCode.TOO_EXPENSIVE, 2, "price"),
        (DeclineCode.FOUND_ELSEWHERE, 1, ""),
    ]
    assert rows[asked.question.product_id].asked == 1
    later = (await figures(db, given, owner, days=SPAN.days + 1))[product.id]
    assert (later.matched, later.declined, later.reasons, later.negotiated) == (0, 0, (), 0)


async def test_only_ones_own_products_are_told_and_not_delisted_ones(db, given):
    owner = await given.supplier()
    gone, kept = await given.listed_product(owner), await given.draft_product(owner)
    await products.act(db, owner, gone.id, "delist", now=given.now, reason="gone")
    await given.listed_product()
    assert set(await figures(db, given, owner)) == {kept.id}


async def test_pages_of_products_meet_without_gap_or_overlap(db, given):
    owner = await given.supplier()
    made = [(await given.draft_product(owner)).id for _ in range(5)]
    seen, cursor = [], None
    while True:
        found = await performance.page(db, owner, now=given.now, cursor=cursor, limit=2)
        seen += [row.product_id for row in found.items]
        cursor = found.next
        if not cursor:
            break
    assert seen == made[::-1]
