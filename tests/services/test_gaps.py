"""When nothing fits: the gap, the broker's letter, relaxing a line, and why a product is not proposed."""

from datetime import timedelta
from functools import partial

import asyncpg
import msgspec
import pytest

from market.domain.demands import MASK, LineKind, LineLevel, RequirementLine
from market.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unmet
from market.domain.gaps import LetterIn, UnmetCode
from market.domain.matches import DeclineCode, Response, ResponseAction
from market.domain.products import DataClass, ProductContent, UpdateCycle
from market.services import demands, gaps, matches, notices, preview, products, relaxations, standings
from market.services.matchmaking import Matchmaker
from market.services.relaxations import RelaxIn
from market.settings import Settings
from market.store import journal
from tests.given import FIELDS, TOPIC

pytestmark = pytest.mark.anyio

HOURLY = RequirementLine(level=LineLevel.MUST, kind=LineKind.UPDATE_CYCLE, value="每小时更新", phrase="每小时更新")


async def filled(db):
    """Indexes of what is in the transaction."""
    made = Matchmaker("")
    await made.fill(db)
    return made


async def monthly(given, count, **content):
    """Products that meet the topic and are renewed monthly."""
    return [await given.listed_product(update_cycle=UpdateCycle.MONTHLY, **content) for _ in range(count)]


async def test_relaxing_a_line_says_how_many_products_it_brings(db, given):
    products = await monthly(given, 3)
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, HOURLY))
    found = await relaxations.advise(db, demander, await filled(db), demand.id, now=given.now)
    dropped = [way for way in found if not way.wider]
    assert [(way.value, set(way.products)) for way in dropped] == [("每小时更新", {p.id for p in products})]
    wider = [way for way in found if way.wider]
    assert all(set(way.products) <= {p.id for p in products} for way in wider)
    with pytest.raises(NotFound):
        await relaxations.advise(db, await given.supplier(), await filled(db), demand.id, now=given.now)


async def test_what_is_promised_is_what_comes(db, given):
    """Every relaxation, applied, makes of just its products ones without an unmet must."""
    await monthly(given, 2)
    await given.listed_product(update_cycle=UpdateCycle.WEEKLY)
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, HOURLY))
    for way in await relaxations.advise(db, demander, await filled(db), demand.id, now=given.now):
        before = await demands.get(db, demander, demand.id)
        wish = RelaxIn(kind=way.kind, value=way.value, wider=way.wider, version=before.version)
        transaction = db.transaction()
        await transaction.start()
        await relaxations.apply(db, demander, demand.id, wish, now=given.now)
        for product in way.products:
            standing = await standings.of_pair(db, demander, await filled(db), demand.id, product, now=given.now)
            assert not [r for r in standing.reasons if r.level == "must" and r.verdict == "unmet"]
        await transaction.rollback()


async def test_relaxing_keeps_the_wish_the_version_and_the_way_back(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, HOURLY))
    wish = RelaxIn(kind=HOURLY.kind, value=HOURLY.value, version=demand.version)
    changed = await relaxations.apply(db, demander, demand.id, wish, now=given.now)
    assert [(line.level, line.value) for line in changed.lines] == [("must", "公路货运量"), ("nice", "每小时更新")]
    assert changed.revision == demand.revision + 1
    with pytest.raises(Conflict, match="does not ask"):
        await relaxations.apply(db, demander, demand.id, wish, now=given.now)
    back = demands.with_content(changed, lines=demand.lines)
    assert (await demands.edit(db, demander, demand.id, changed.version, back, now=given.now)).lines == demand.lines


async def test_a_relaxation_of_an_older_version_changes_nothing(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, HOURLY))
    wish = RelaxIn(kind=HOURLY.kind, value=HOURLY.value, version=demand.version + 1)
    with pytest.raises(Stale):
        await relaxations.apply(db, demander, demand.id, wish, now=given.now)
    with pytest.raises(NotFound):
        await relaxations.apply(db, await given.demander(), demand.id, wish, now=given.now)


async def test_the_composer_says_it_too(db, given):
    await monthly(given, 2)
    sketch = preview.Sketch(text="我们需要江苏公路货运量的日数据", lines=(TOPIC, HOURLY))
    found = await preview.preview(db, await given.demander(), await filled(db), sketch, now=given.now)
    assert [len(way.products) for way in found.relaxations if not way.wider] == [2]


async def test_the_gap_names_what_nobody_offers_and_who_is_near(db, given):
    supplier = await given.supplier()
    for _ in range(2):
        await given.listed_product(supplier)
    await given.listed_product()
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, FIELDS))
    gap = await gaps.look(db, demander, await filled(db), demand.id, now=given.now)
    assert [line.value for line in gap.missing] == ["车辆轴数"]
    assert [line.value for line in gap.asked] == ["公路货运量", "车辆轴数"]
    assert len(gap.nearest) == gap.looked_at == 3
    assert gap.whole == 0
    assert (gap.holders[0].organisation_id, gap.holders[0].products) == (supplier.organisation_id, 2)
    with pytest.raises(NotFound):
        await gaps.look(db, await given.supplier(), await filled(db), demand.id, now=given.now)


async def test_where_something_fits_nothing_is_said_to_be_missing(db, given):
    await given.listed_product()
    demander = await given.demander()
    demand = await given.open_demand(demander)
    gap = await gaps.look(db, demander, await filled(db), demand.id, now=given.now)
    assert (gap.missing, gap.whole) == ((), 1)


async def test_with_nothing_near_everything_is_missing(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander)
    gap = await gaps.look(db, demander, await filled(db), demand.id, now=given.now)
    assert (len(gap.missing), gap.looked_at, gap.nearest, gap.holders) == (1, 0, (), ())


async def letter_for(db, given, demand, broker=None, **said):
    words = LetterIn(**({"code": UnmetCode.NO_SUCH_DATA, "version": demand.version} | said))
    return await gaps.issue(db, broker or await given.staff(), await filled(db), demand.id, words, now=given.now)


async def test_a_letter_is_kept_as_issued_told_and_journalled(db, given):
    await given.listed_product()
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, FIELDS))
    letter = await letter_for(db, given, demand, note="全市都没有")
    await given.listed_product()
    read = await gaps.get(db, demander, demand.id, letter.id)
    assert read.gap.looked_at == 1
    assert (read.demand_state, read.note) == ("open", "全市都没有")
    event = (await journal.OF_OBJECT.all(db, "demand", demand.id))[-1]
    assert (event.action, event.data) == ("letter", {"letter": letter.id, "code": "no_such_data"})
    await notices.on_event(db, event, now=given.now, settings=Settings(secret_key="k" * 32))
    assert [n.action for n in (await notices.page(db, demander)).items] == ["letter"]
    for stranger in (await given.demander(), await given.supplier()):
        with pytest.raises(NotFound):
            await gaps.get(db, stranger, demand.id, letter.id)
    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute("UPDATE gap_letter SET note = '' WHERE id = $1", letter.id)


async def test_a_letter_may_close_the_demand(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander)
    letter = await letter_for(db, given, demand, code=UnmetCode.PRICE, close=True)
    assert letter.demand_state == "closed_unmet"
    assert (await demands.get(db, demander, demand.id)).state_reason == "price"


async def test_a_broker_closes_by_a_letter_about_the_demand_as_it_is(db, given):
    demander, broker = await given.demander(), await given.staff()
    demand = await given.open_demand(demander)
    close = partial(demands.act, db, broker, demand.id, "close_unmet", now=given.now, reason="没有")
    with pytest.raises(Unmet) as refused:
        await close()
    assert "letter" in refused.value.sentences[0]
    await letter_for(db, given, demand, broker)
    content = demands.with_content(demand, text=demand.text + "最好每天更新。")
    await demands.edit(db, demander, demand.id, demand.version, content, now=given.now)
    with pytest.raises(Unmet):
        await close()
    await letter_for(db, given, await demands.get(db, demander, demand.id), broker)
    assert (await close()).state == "closed_unmet"


async def test_the_demander_closes_with_a_code(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander)
    with pytest.raises(Invalid):
        await demands.act(db, demander, demand.id, "close_unmet", now=given.now, reason="没有合适的")
    closed = await demands.act(db, demander, demand.id, "close_unmet", now=given.now, reason=UnmetCode.PRICE)
    assert (closed.state, closed.state_reason) == ("closed_unmet", "price")


async def test_relaxations_are_counted_again_only_when_something_has_changed(db, given):
    supplier = await given.supplier()
    product = await given.listed_product(supplier, update_cycle=UpdateCycle.MONTHLY)
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, HOURLY))
    made = await filled(db)
    advise = partial(relaxations.advise, db, demander, made, demand.id, now=given.now)
    first = await advise()
    assert await advise() is first
    hourly = msgspec.convert(products.content_of(product) | {"update_cycle": "hourly"}, ProductContent)
    await products.edit(db, supplier, product.id, product.version, hourly, now=given.now)
    assert await advise() == []


@pytest.mark.parametrize(("code", "field"), [("not_shareable", "article"), ("out_of_scope", "note")])
async def test_a_letter_says_what_its_reason_needs(db, given, code, field):
    demand = await given.open_demand()
    with pytest.raises(Invalid) as refused:
        await letter_for(db, given, demand, code=UnmetCode(code))
    assert set(refused.value.fields) == {field}
    await letter_for(db, given, demand, code=UnmetCode(code), **{field: "政务数据共享条例第二十五条"})


async def test_a_letter_about_an_older_version_is_not_sent(db, given):
    demand = await given.open_demand()
    with pytest.raises(Stale):
        await letter_for(db, given, demand, version=demand.version + 1)


async def test_who_waits_keeps_the_demand_open_for_longer(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander)
    given.later(days=30)
    longer = await demands.act(db, demander, demand.id, "extend", now=given.now)
    assert longer.state == "open"
    assert longer.due_at > demand.due_at + timedelta(days=20)
    with pytest.raises(Forbidden):
        await demands.act(db, await given.staff(), demand.id, "extend", now=given.now)


async def stands(db, given, actor, demand, product):
    return await standings.of_pair(db, actor, await filled(db), demand.id, product.id, now=given.now)


async def test_a_rule_that_forbids_is_named_to_both_sides_and_staff(db, given):
    demander, supplier = await given.demander(), await given.supplier()
    demand = await given.open_demand(demander)
    product = await given.listed_product(supplier, data_class=DataClass.IMPORTANT, risk_assessment="已评估")
    await db.execute("UPDATE product SET risk_assessment = '' WHERE id = $1", product.id)
    for actor in (demander, supplier, await given.staff()):
        standing = await stands(db, given, actor, demand, product)
        assert standing.why == "forbidden"
        assert "article 31" in standing.rule
        assert standing.rank == 1
    with pytest.raises(NotFound):
        await stands(db, given, await given.supplier(), demand, product)


async def test_every_other_reason_has_its_name(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, HOURLY, FIELDS))
    fitting = await given.listed_product()
    assert (await stands(db, given, demander, demand, fitting)).why == "fits"
    other = await given.listed_product(title="海洋潮汐", abstract="潮汐站逐时水位观测数据")
    assert (await stands(db, given, demander, demand, other)).why in ("not_found", "lacking")
    pairing = await given.proposed_match(demander, demand=demand, product=fitting)
    standing = await stands(db, given, demander, demand, fitting)
    assert (standing.why, standing.match_id) == ("proposed", pairing.match.id)
    no = Response(action=ResponseAction.DECLINE, version=pairing.match.version, code=DeclineCode.TOO_COARSE)
    await matches.answer(db, demander, pairing.match.id, no, now=given.now)
    assert (await stands(db, given, demander, demand, fitting)).why == "ended"
    await demands.act(db, demander, demand.id, "withdraw", now=given.now, reason="不需要了")
    third = await given.listed_product()
    assert (await stands(db, given, demander, demand, third)).why == "closed"


async def test_what_lies_with_the_broker_is_the_brokers_own(db, given):
    pairing = await given.match()
    demand = await demands.get(db, pairing.demander, pairing.match.demand_id)
    made = await filled(db)
    seen = await standings.of_pair(db, pairing.demander, made, demand.id, pairing.match.product_id, now=given.now)
    assert (seen.why, seen.match_id) == ("fits", None)
    seen = await standings.of_pair(db, await given.staff(), made, demand.id, pairing.match.product_id, now=given.now)
    assert (seen.why, seen.match_id) == ("proposed", pairing.match.id)


async def test_a_supplier_reads_no_covered_word_of_a_sealed_demand(db, given):
    demand = await given.open_demand(sealed=True, masked=("货运量",))
    product = await given.listed_product(supplier := await given.supplier())
    standing = await stands(db, given, supplier, demand, product)
    assert standing.demand_title == f"江苏公路{MASK}"
    assert [(r.value, r.quote) for r in standing.reasons] == [(f"公路{MASK}", "")]
