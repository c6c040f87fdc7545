"""What would help a supplier: changes, what is left unsaid, what nobody offers; and what of it strangers are told."""

from decimal import Decimal

import msgspec
import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.errors import NotFound
from market.domain.matches import (
    DeclineCode,
    Origin,
    RejectCode,
    Response,
    ResponseAction,
    Review,
    ReviewAction,
    Verdict,
)
from market.domain.permissions import Role
from market.domain.products import ProductContent
from market.services import advice, matches, products, proposals
from market.services.matchmaking import Matchmaker
from market.store import search

pytestmark = pytest.mark.anyio

TOPIC = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量")
COUNTY = RequirementLine(level=LineLevel.MUST, kind=LineKind.GRANULARITY, value="区县级")
STREET = RequirementLine(level=LineLevel.MUST, kind=LineKind.GRANULARITY, value="街道级")
CSV = RequirementLine(level=LineLevel.SHOULD, kind=LineKind.FORMAT, value="CSV")
PORTS = msgspec.structs.replace(TOPIC, value="渔港泊位")
CITY = {"title": "江苏省公路货运量", "abstract": "江苏省公路货运量的每日汇总数据", "granularity": "市级"}


@pytest.fixture
async def supplier(given):
    return await given.supplier()


@pytest.fixture
async def product(given, supplier):
    return await given.listed_product(supplier, **CITY)


async def looked_at(db, actor, product_id, now):
    maker = Matchmaker("")
    await maker.fill(db)
    return await advice.outlook(db, actor, maker, product_id, now=now)


async def test_the_change_that_opens_most_demands_and_what_is_left_unsaid(db, given, supplier, product):
    one = await given.open_demand(lines=(TOPIC, COUNTY))
    two = await given.open_demand(lines=(TOPIC, STREET, CSV))
    await given.open_demand(lines=(TOPIC,))
    await given.open_demand(
        title="渔港泊位", text="渔港剩余泊位数量", lines=(msgspec.structs.replace(TOPIC, value="渔港泊位"),)
    )
    found = await looked_at(db, supplier, product.id, given.now)
    assert (found.near, found.open) == (3, 1)
    first = found.changes[0]
    assert (first.field, first.value, first.verdict, first.count) == ("granularity", "街道级", Verdict.UNMET, 2)
    assert {demand.id for demand in first.demands} == {one.id, two.id}
    assert (found.missing[0].field, found.missing[0].demands) == ("formats", 1)
    assert "granularity" not in {hint.field for hint in found.missing}


async def test_the_promise_holds_once_the_product_says_so(db, given, supplier, product):
    await given.open_demand(lines=(TOPIC, STREET))
    before = await looked_at(db, supplier, product.id, given.now)
    values = {name: getattr(product, name) for name in ProductContent.__struct_fields__}
    content = ProductContent(**values | {before.changes[0].field: before.changes[0].value})
    await products.edit(db, supplier, product.id, product.version, content, now=given.now)
    after = await looked_at(db, supplier, product.id, given.now)
    assert (before.open, after.open) == (0, 1)
    assert after.changes == ()


async def test_ones_own_demands_and_those_of_unverified_organisations_do_not_count(db, given, supplier, product):
    await given.open_demand(supplier, lines=(TOPIC, COUNTY))
    demand = await given.open_demand(lines=(TOPIC, COUNTY))
    await db.execute(
        """UPDATE organisation SET state = 'suspended', state_action = 'suspend', state_party = 'registrar',
            version = version + 1 WHERE id = $1""",
        demand.organisation_id,
    )
    found = await looked_at(db, supplier, product.id, given.now)
    assert (found.near, found.changes) == (0, ())


async def test_sealed_demands_are_counted_and_never_named(db, given, supplier, product):
    await given.open_demand(lines=(TOPIC, COUNTY), sealed=True)
    found = await looked_at(db, supplier, product.id, given.now)
    assert [(c.value, c.count, c.demands) for c in found.changes] == [("区县级", 1, ())]


async def test_a_covered_word_cannot_be_found_out_by_trying(db, given, supplier):
    """The product would meet the covered word; whether it says so changes nothing in what its supplier is told."""
    secret = RequirementLine(level=LineLevel.MUST, kind=LineKind.FIELDS, value="冷藏车")
    text = "我们需要江苏公路货运量的数据,要有冷藏车"
    await given.open_demand(text=text, lines=(TOPIC, COUNTY, secret), sealed=True, masked=("冷藏车",))
    told = []
    for tag in ("冷藏车", "集装箱车"):
        tried = await given.listed_product(supplier, **CITY, tags=(tag,))
        found = await looked_at(db, supplier, tried.id, given.now)
        told.append(msgspec.structs.replace(found, product_id=0))
    assert told[0] == told[1]
    assert told[0].near == 0


async def test_only_ones_own_products_are_looked_at(db, given, supplier, product):
    stranger = await given.supplier()
    maker = Matchmaker("")
    await maker.fill(db)
    for actor in (stranger, await given.staff()):
        with pytest.raises(NotFound):
            await advice.outlook(db, actor, maker, product.id, now=given.now)
    assert await advice.outlooks(db, stranger, maker, [product.id], now=given.now) == {}
    assert set(await advice.outlooks(db, supplier, maker, [product.id], now=given.now)) == {product.id}


async def test_an_answer_is_kept_until_a_demand_changes(db, given, supplier, product):
    maker = Matchmaker("")
    await maker.fill(db)
    before = await advice.outlook(db, supplier, maker, product.id, now=given.now)
    assert await advice.outlook(db, supplier, maker, product.id, now=given.now) is before
    demand = await given.open_demand(lines=(TOPIC, COUNTY))
    await maker.refresh(db, "demand", [demand.id])
    after = await advice.outlook(db, supplier, maker, product.id, now=given.now)
    assert (before.near, after.near) == (0, 1)


async def test_the_most_wanted_product_is_what_unmet_demands_ask_for(db, given):
    words = {"title": "渔港泊位", "text": "福州渔港剩余泊位数量", "budget": Decimal(30_000)}
    demander = await given.demander()
    first = await given.open_demand(demander, lines=(PORTS,), **words)
    await given.open_demand(lines=(PORTS,), sealed=True, **words)
    await given.open_demand(lines=(msgspec.structs.replace(PORTS, value="渔港泊位(甲公司)"),), sealed=True,
                            masked=("渔港泊位(甲公司)",), title="渔港泊位(甲公司)", text="福州渔港泊位")  # fmt: skip
    served = await given.open_demand()
    await given.listed_product()
    maker = Matchmaker("")
    await maker.fill(db)
    await proposals.propose_for_demand(db, maker, served.id, given.now, Origin.DEMAND)
    stranger, broker = await given.supplier(), await given.staff(Role.BROKER)
    [seen] = await advice.most_wanted(db, stranger, maker, now=given.now)
    assert (seen.topic, seen.count, [d.id for d in seen.demands]) == ("渔港泊位", 2, [first.id])
    assert seen.budget == Decimal(30_000), "a sealed one's budget is not told"
    everything = await advice.most_wanted(db, broker, maker, now=given.now)
    assert {d.id for w in everything for d in w.demands} >= {first.id}
    assert max(w.count for w in everything) == 3
    assert all(w.count == len(w.demands) for w in everything), "staff see them all"


async def test_what_came_to_nothing_was_offered_unless_a_broker_turned_it_down(db, given):
    match, demander, _ = await given.proposed_match()
    maker, stranger = Matchmaker(""), await given.supplier()
    no = Response(action=ResponseAction.DECLINE, version=match.version, code=DeclineCode.TOO_EXPENSIVE)
    await matches.answer(db, demander, match.id, no, now=given.now)
    assert await advice.most_wanted(db, stranger, maker, now=given.now) == ()
    other = (await given.match()).match
    never = Review(action=ReviewAction.REJECT, version=other.version, code=RejectCode.WRONG_TOPIC, reason="rail")
    await matches.review(db, await given.staff(), other.id, never, now=given.now)
    [wanted] = await advice.most_wanted(db, stranger, Matchmaker(""), now=given.now)
    assert [demand.id for demand in wanted.demands] == [other.demand_id]


async def test_at_most_so_many_demands_are_looked_at(db, given, supplier, product, monkeypatch):
    for _ in range(3):
        await given.open_demand(lines=(TOPIC, COUNTY))
    monkeypatch.setattr(advice, "DEMANDS", 2)
    assert (await looked_at(db, supplier, product.id, given.now)).near == 2
    assert len(await search.OPEN_AFTER.all(db, 0, 10)) == 3
