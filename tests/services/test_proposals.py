"""What becomes a match, what goes stale, what is left alone."""

import asyncio
from datetime import date
from decimal import Decimal

import asyncpg
import msgspec
import pytest

from market.db import prepare_connection
from market.domain import copies
from market.domain.copies import SUPPLIERS
from market.domain.demands import DemandContent, LineKind, LineLevel, RequirementLine
from market.domain.matches import DeclineCode, Origin, RejectCode, Response, ResponseAction, Review, ReviewAction
from market.domain.permissions import Role
from market.domain.products import DataClass, Delivery, Field, FieldType, ProductContent, UpdateCycle
from market.services import demands, matches, products, proposals
from market.services.matchmaking import Matchmaker
from market.services.proposals import Candidate
from market.store import journal, search

pytestmark = pytest.mark.anyio

TOPIC = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量", phrase="公路货运量", start=6)
DAILY = RequirementLine(level=LineLevel.MUST, kind=LineKind.UPDATE_CYCLE, value="每日")
BUDGET = RequirementLine(level=LineLevel.MUST, kind=LineKind.BUDGET, value="一年十万元以内")


@pytest.fixture
async def matchmaker(db):
    """Indexes of what is in the transaction; it listens to nobody."""
    maker = Matchmaker("")
    await maker.fill(db)
    return maker


async def told(db, matchmaker, given, kind, object_id):
    """Hand the object's latest event to the matches, as the worker does, its indexes up to date."""
    await matchmaker.fill(db)
    event = await journal.GET.one(db, await journal.LAST.one(db, kind, object_id))
    await matches.on_event(db, matchmaker, event, given.now)


async def standing(db, demand_id):
    """(product, state, version, origin) of every match of the demand, by id."""
    rows = await db.fetch(
        "SELECT product_id, state, version, origin FROM match WHERE demand_id = $1 ORDER BY id", demand_id
    )
    return [tuple(row) for row in rows]


def edited(product, **changes):
    values = {name: getattr(product, name) for name in ProductContent.__struct_fields__}
    return ProductContent(**(values | changes))


def rewritten(demand, **changes):
    values = {name: getattr(demand, name) for name in DemandContent.__struct_fields__}
    return DemandContent(**(values | changes))


async def test_an_opened_demand_finds_listed_products_and_goes_to_the_broker(db, given, matchmaker):
    product = await given.listed_product()
    await given.listed_product(title="上海市餐厅卫生评分", abstract="餐厅卫生检查评分与复查结果")
    demand = await given.open_demand()
    await told(db, matchmaker, given, "demand", demand.id)
    assert await standing(db, demand.id) == [(product.id, "broker_review", 2, "demand")]


async def test_copies_of_one_record_take_one_place(db, given, matchmaker):
    supplier = await given.supplier()
    first, copy, other = [await given.listed_product(supplier, granularity=grain) for grain in ("", "", "区县")]
    demand = await given.open_demand()
    await told(db, matchmaker, given, "demand", demand.id)
    assert {row[0] for row in await standing(db, demand.id)} == {first.id, other.id}
    await told(db, matchmaker, given, "product", copy.id)
    assert copy.id not in {row[0] for row in await standing(db, demand.id)}


async def test_a_listed_product_finds_open_demands(db, given, matchmaker):
    demand = await given.open_demand()
    product = await given.listed_product()
    await told(db, matchmaker, given, "product", product.id)
    assert await standing(db, demand.id) == [(product.id, "broker_review", 2, "product")]


async def test_covered_words_of_a_sealed_demand_still_match(db, given, matchmaker):
    demand = await given.open_demand(sealed=True, masked=("公路货运量",))
    product = await given.listed_product()
    await told(db, matchmaker, given, "product", product.id)
    assert [row[0] for row in await standing(db, demand.id)] == [product.id]


async def test_the_same_event_twice_changes_nothing(db, given, matchmaker):
    demand = await given.open_demand()
    product = await given.listed_product()
    for _ in range(2):
        await told(db, matchmaker, given, "product", product.id)
        await told(db, matchmaker, given, "demand", demand.id)
    (match_id,) = [r["id"] for r in await db.fetch("SELECT id FROM match")]
    assert [e.action for e in await journal.OF_OBJECT.all(db, "match", match_id)] == ["generate", "review"]


async def test_policy_may_skip_the_broker_only_when_every_must_can_be_met(db, given):
    maker = Matchmaker("", auto_propose=True)
    product = await given.listed_product(update_cycle="yearly")
    await maker.fill(db)
    fine = await given.open_demand()
    await told(db, maker, given, "demand", fine.id)
    assert await standing(db, fine.id) == [(product.id, "proposed", 2, "demand")]
    unmet = await given.open_demand(lines=(TOPIC, DAILY))
    await told(db, maker, given, "demand", unmet.id)
    assert [row[1] for row in await standing(db, unmet.id)] == ["broker_review"]


async def test_an_edit_that_changes_no_verdict_leaves_the_match_alone(db, given, matchmaker):
    supplier = await given.supplier()
    product = await given.listed_product(supplier)
    found, demander, _ = await given.proposed_match(None, supplier, product=product)
    yes = Response(action=ResponseAction.INTEREST, version=found.version)
    before = await matches.answer(db, demander, found.id, yes, now=given.now)
    waiting = await db.fetchval("SELECT count(*) FROM pgqueuer")
    content = edited(product, title="全省公路货运量日汇总", sample="1,2")
    product = await products.edit(db, supplier, product.id, product.version, content, now=given.now)
    await told(db, matchmaker, given, "product", product.id)
    after = await matches.get(db, await given.staff(), found.id)
    assert (after.version, after.state, after.demander_answer) == (before.version, "proposed", "interested")
    assert after.product_revision == product.revision
    assert await db.fetchval("SELECT count(*) FROM pgqueuer") == waiting + 1  # the edit itself
    assert len(await standing(db, found.demand_id)) == 1


async def test_an_edit_that_changes_a_verdict_makes_the_match_anew(db, given, matchmaker):
    supplier = await given.supplier()
    product = await given.listed_product(supplier, update_cycle="yearly")
    demand = await given.open_demand(lines=(TOPIC, DAILY))
    await told(db, matchmaker, given, "product", product.id)
    content = edited(product, update_cycle="daily")
    product = await products.edit(db, supplier, product.id, product.version, content, now=given.now)
    await told(db, matchmaker, given, "product", product.id)
    old, new = await standing(db, demand.id)
    assert (old[1], new[1]) == ("stale", "broker_review")
    (kept,) = (await matches.page(db, await given.staff(), states=["broker_review"])).items
    assert [r.verdict for r in kept.reasons] == ["met", "met"]
    assert (await matches.get(db, await given.staff(), kept.id)).product_revision == 2
    (gone,) = (await matches.page(db, await given.staff(), states=["stale"])).items
    assert gone.state_reason == "changed"


async def test_an_edit_of_the_demand_is_followed_too(db, given, matchmaker):
    owner = await given.demander()
    demand = await given.open_demand(owner)
    product = await given.listed_product()
    await told(db, matchmaker, given, "product", product.id)
    other = rewritten(demand, title="上海餐厅卫生评分", text="需要上海餐厅卫生检查评分", lines=None)
    await demands.edit(db, owner, demand.id, demand.version, other, now=given.now)
    await told(db, matchmaker, given, "demand", demand.id)
    assert [row[1] for row in await standing(db, demand.id)] == ["stale"]


async def test_a_mutual_match_outlives_edits(db, given, matchmaker):
    supplier = await given.supplier()
    product = await given.listed_product(supplier, update_cycle="daily")
    owner = await given.demander()
    demand = await given.open_demand(owner, lines=(TOPIC, DAILY))
    await given.mutual_match(owner, supplier, demand=demand, product=product)
    content = edited(product, update_cycle="yearly")
    product = await products.edit(db, supplier, product.id, product.version, content, now=given.now)
    await told(db, matchmaker, given, "product", product.id)
    assert [row[1] for row in await standing(db, demand.id)] == ["mutual"]


@pytest.mark.parametrize("builder", ["match", "proposed_match", "mutual_match"])
async def test_a_suspended_product_takes_its_matches_with_it(db, given, matchmaker, builder):
    found, _, supplier = await getattr(given, builder)()
    await products.act(db, supplier, found.product_id, "suspend", now=given.now, reason="在修数据")
    await told(db, matchmaker, given, "product", found.product_id)
    ended = await matches.get(db, await given.staff(), found.id)
    assert (ended.state, ended.state_reason) == ("stale", "product_gone")
    await products.act(db, supplier, found.product_id, "resume", now=given.now)
    await told(db, matchmaker, given, "product", found.product_id)
    assert [row[1] for row in await standing(db, found.demand_id)] == ["stale", "broker_review"]


async def test_a_withdrawn_demand_takes_its_matches_with_it(db, given, matchmaker):
    found, demander, _ = await given.proposed_match()
    await demands.act(db, demander, found.demand_id, "withdraw", now=given.now, reason="不需要了")
    await told(db, matchmaker, given, "demand", found.demand_id)
    ended = await matches.get(db, demander, found.id)
    assert (ended.state, ended.state_reason) == ("stale", "demand_gone")


async def test_a_suspended_organisation_takes_its_matches_with_it(db, given, matchmaker):
    found, _, supplier = await given.proposed_match()
    other = (await given.proposed_match()).match
    await db.execute(
        "UPDATE organisation SET state = 'suspended', state_action = 'suspend', version = version + 1 WHERE id = $1",
        supplier.organisation_id,
    )
    await told(db, matchmaker, given, "organisation", supplier.organisation_id)
    staff = await given.staff()
    assert (await matches.get(db, staff, found.id)).state_reason == "unverified"
    assert (await matches.get(db, staff, other.id)).state == "proposed"


@pytest.mark.parametrize("how", ["reject", "decline"])
async def test_what_was_turned_down_comes_back_only_after_a_change(db, given, matchmaker, how):
    supplier = await given.supplier()
    product = await given.listed_product(supplier)
    if how == "reject":
        found = (await given.match(None, supplier, product=product)).match
        no = Review(action=ReviewAction.REJECT, version=found.version, code=RejectCode.DUPLICATE)
        await matches.review(db, await given.staff(), found.id, no, now=given.now)
    else:
        found = (await given.proposed_match(None, supplier, product=product)).match
        no = Response(action=ResponseAction.DECLINE, version=found.version, code=DeclineCode.NO_CAPACITY)
        await matches.answer(db, supplier, found.id, no, now=given.now)
    await told(db, matchmaker, given, "product", product.id)
    await proposals.propose_for_demand(db, matchmaker, found.demand_id, given.now, Origin.NIGHTLY)
    assert len(await standing(db, found.demand_id)) == 1
    content = edited(product, abstract="江苏省各县公路货运量的每日汇总数据,2020年至今")
    await products.edit(db, supplier, product.id, product.version, content, now=given.now)
    await told(db, matchmaker, given, "product", product.id)
    assert [row[1] for row in await standing(db, found.demand_id)][1:] == ["broker_review"]


async def test_what_a_rule_forbids_is_never_proposed_and_the_rule_can_be_asked_for(db, given, matchmaker):
    owner = await given.demander()
    demand = await given.open_demand(owner)
    verified = await given.supplier()
    fine = await given.listed_product(verified)
    own = await given.listed_product(owner)
    suspended = await given.supplier()
    unverified = await given.listed_product(suspended)
    await db.execute(
        "UPDATE organisation SET state = 'suspended', state_action = 'suspend', version = version + 1 WHERE id = $1",
        suspended.organisation_id,
    )
    sourceless = await given.listed_product(verified)
    await db.execute("UPDATE product SET source_statement = ' ' WHERE id = $1", sourceless.id)
    careless = await given.listed_product(verified)
    await db.execute("UPDATE product SET data_class = $2 WHERE id = $1", careless.id, DataClass.IMPORTANT)
    await matchmaker.fill(db)
    await proposals.propose_for_demand(db, matchmaker, demand.id, given.now, Origin.DEMAND)
    assert [row[0] for row in await standing(db, demand.id)] == [fine.id]
    rules = {e.product_id: e.rule for e in await proposals.exclusions(db, matchmaker, demand)}
    assert set(rules) == {own.id, unverified.id, sourceless.id, careless.id}
    assert "same organisation" in rules[own.id]
    assert "verified" in rules[unverified.id]
    assert "where the data come from" in rules[sourceless.id]
    assert "article 31" in rules[careless.id]


async def test_at_most_ten_of_a_demand_stand_and_the_worst_unseen_give_way(db, given, matchmaker):
    supplier = await given.supplier()
    for n in range(12):
        await given.listed_product(supplier, title=f"公路运输企业名录第{n}册", abstract="运输企业与公路货运量简表")
    demand = await given.open_demand()
    await told(db, matchmaker, given, "demand", demand.id)
    assert [row[1] for row in await standing(db, demand.id)] == ["broker_review"] * proposals.TOP
    better = await given.listed_product(supplier)
    await told(db, matchmaker, given, "product", better.id)
    await proposals.propose_for_demand(db, matchmaker, demand.id, given.now, Origin.NIGHTLY)
    live = [row[0] for row in await standing(db, demand.id) if row[1] == "broker_review"]
    assert len(live) == proposals.TOP
    assert better.id in live


async def test_a_pairing_known_to_lack_two_musts_does_not_fit(db, given, matchmaker):
    demand = await given.open_demand(lines=(TOPIC, DAILY, BUDGET))
    product = await given.listed_product(update_cycle="yearly", price=Decimal("900000"), price_unit="year")
    await told(db, matchmaker, given, "product", product.id)
    assert await standing(db, demand.id) == []
    near = await given.listed_product(update_cycle="daily", price=Decimal("900000"), price_unit="year")
    await told(db, matchmaker, given, "product", near.id)
    assert [row[0] for row in await standing(db, demand.id)] == [near.id]


async def test_a_product_about_something_else_does_not_fit_whatever_else_it_meets(db, given, matchmaker):
    text = "我们需要泸州水库水位的数据, 每日更新, 用接口交付"
    topic = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="水库水位")
    api = RequirementLine(level=LineLevel.MUST, kind=LineKind.DELIVERY, value="接口")
    demand = await given.open_demand(title="泸州水库水位", text=text, lines=(topic, DAILY, api))
    await given.listed_product(
        title="泸州幼儿园名录", abstract="每日更新的幼儿园名录, 用接口交付", update_cycle="daily"
    )
    await told(db, matchmaker, given, "demand", demand.id)
    assert await standing(db, demand.id) == []


async def test_what_a_person_paired_is_not_taken_back_by_the_matcher(db, given, matchmaker):
    demand, product = (
        await given.open_demand(),
        await given.listed_product(title="幼儿园名录", abstract="全省幼儿园的名称与地址名录"),
    )
    pair = Candidate(demand=demand, product=product, score=0.0, rank=1, reasons=(), wanted=True)
    await proposals.generate(db, pair, now=given.now, origin=Origin.PERSON)
    for kind, object_id in (("demand", demand.id), ("product", product.id)):
        await told(db, matchmaker, given, kind, object_id)
    assert await standing(db, demand.id) == [(product.id, "broker_review", 2, "person")]


async def test_every_quote_and_phrase_stands_in_its_text(db, given, matchmaker):
    text = "我们需要江苏公路货运量的日数据, 每日更新, 预算一年十万元以内, 用接口交付。"
    product = await given.listed_product(update_cycle="daily", region="江苏省", granularity="县级·日")
    demand = await given.open_demand(text=text, lines=None)
    await told(db, matchmaker, given, "demand", demand.id)
    (card,) = (await matches.page(db, await given.staff(), demand_id=demand.id)).items
    assert len(card.reasons) == len(demand.lines)
    said = msgspec.json.encode(product).decode()
    for reason in card.reasons:
        assert reason.phrase in text
        assert reason.quote in said


async def test_both_directions_and_an_answer_at_once_make_one_match(url, committed):
    found, demander, _ = await committed.proposed_match()
    fresh = await committed.listed_product()
    matchmaker = Matchmaker("")
    await matchmaker.fill(committed.db)
    yes = Response(action=ResponseAction.INTEREST, version=found.version)

    async def at_once(work, *args, **options):
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                return await work(db, *args, **options)
        finally:
            await db.close()

    by_demand = (proposals.propose_for_demand, matchmaker, found.demand_id, committed.now, Origin.DEMAND)
    by_product = (proposals.propose_for_product, matchmaker, fresh.id, committed.now, Origin.PRODUCT)
    changes = await asyncio.gather(
        *(at_once(*work) for work in (by_demand, by_product) * 3),
        at_once(matches.answer, demander, found.id, yes, now=committed.now),
    )
    assert sum(change.generated for change in changes[:-1]) == 1
    rows = await standing(committed.db, found.demand_id)
    assert [(product, state) for product, state, *_ in rows] == [
        (found.product_id, "proposed"),
        (fresh.id, "broker_review"),
    ]
    assert await journal.BROKEN.all(committed.db) == []


async def test_of_those_who_offer_the_same_data_a_few_are_proposed_and_a_newcomer_takes_nobodys_lead(
    db, given, matchmaker
):
    suppliers = [await given.supplier() for _ in range(SUPPLIERS + 2)]
    offered = [await given.listed_product(supplier) for supplier in suppliers[:-1]]
    demand = await given.open_demand()
    await told(db, matchmaker, given, "demand", demand.id)
    drawn = {row[0] for row in await standing(db, demand.id)}
    assert len(drawn) == SUPPLIERS
    assert drawn <= {product.id for product in offered}
    newcomer = await given.listed_product(suppliers[-1])
    await told(db, matchmaker, given, "product", newcomer.id)
    await told(db, matchmaker, given, "demand", demand.id)
    assert {row[0] for row in await standing(db, demand.id)} == drawn
    [owner] = [s for s, product in zip(suppliers, offered, strict=False) if product.id == min(drawn)]
    mine = await given.listed_product(owner)
    await told(db, matchmaker, given, "product", mine.id)
    assert {row[0] for row in await standing(db, demand.id)} == drawn, "a second copy of one that stands"
    gone = min(drawn)
    registrar = await given.staff(Role.REGISTRAR)
    await products.act(db, registrar, gone, "suspend", now=given.now, reason="under dispute")
    await told(db, matchmaker, given, "product", gone)
    await told(db, matchmaker, given, "demand", demand.id)
    assert len({row[0] for row in await standing(db, demand.id) if row[1] == "broker_review"}) == SUPPLIERS


async def test_what_is_a_copy_is_the_same_in_sql_and_here(db, given):
    supplier = await given.supplier()
    one = await given.listed_product(supplier)
    same = {"licence": "署名", "tags": ("另",), "theme": "交通", "formats": ("csv",), "delivery": (Delivery.FILE,)}
    other = {
        "title": "公路货运量日报",
        "abstract": "另一段话,说的是别的数据",
        "region": "苏州市",
        "granularity": "区县",
        "time_from": date(2019, 1, 1),
        "time_to": date(2031, 1, 1),
        "update_cycle": UpdateCycle.HOURLY,
        "fields": (Field(name="day", type=FieldType.DATE, meaning="日期"),),
    }
    for changes in (*({k: v} for k, v in same.items()), *({k: v} for k, v in other.items())):
        made = await given.listed_product(supplier, **changes)
        alike = [found.id for found in await search.ALIKE.all(db, one.id, [made.id])] == [made.id]
        assert alike == (copies.data(made) == copies.data(one)) == bool(changes.keys() & same.keys()), changes
    assert (await products.copies(db, [one.id, made.id])) == {one.id: len(same)}
    total, cards = await products.alike(db, supplier, one.id, limit=2)
    assert (total, len(cards)) == (len(same), 2)
    assert one.id not in {card.id for card in cards}
