"""Bundles for a demand: found among what is listed, who sees them, and starting with all members at once."""

from decimal import Decimal

import msgspec
import pytest

from market.domain.bundles import Aim, Check, Start
from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.errors import Conflict, Forbidden, NotYours, Unmet
from market.domain.matches import (
    Answer,
    MatchState,
    RejectCode,
    Response,
    ResponseAction,
    Review,
    ReviewAction,
    Verdict,
)
from market.domain.products import Field, PriceUnit
from market.services import bundles, matches
from market.services.matchmaking import Matchmaker
from market.store import journal

pytestmark = pytest.mark.anyio


def must(value, kind=LineKind.TOPIC, level=LineLevel.MUST):
    return RequirementLine(level=level, kind=kind, value=value)


LINES = (must("公路货运量"), must("车辆排放标准"), must("江苏省", LineKind.REGION))
KEYS = (Field(name="plate"),)


def offered(title, **content):
    title = content.pop("called", title)
    return {
        "title": title,
        "abstract": f"{title}，逐日汇总，自收费站记录而来",
        "region": "江苏省",
        "price_unit": PriceUnit.YEAR,
        "fields": KEYS,
    } | content


async def market(given, *products, demand=None, **content):
    demander = await given.demander()
    demand = demand or await given.open_demand(demander, **({"lines": LINES} | content))
    listed = [await given.listed_product(**offered(title, **rest)) for title, rest in products]
    matchmaker = Matchmaker("")
    await matchmaker.fill(given.db)
    return demander, demand, listed, matchmaker


ROAD, EMISSIONS = "江苏省公路货运量", "江苏省车辆排放标准"


async def test_the_smallest_and_the_cheapest_with_what_is_known_of_them(given):
    demander, demand, listed, matchmaker = await market(
        given,
        (ROAD, {"price": Decimal(100), "licence": "CC BY 4.0"}),
        (EMISSIONS, {"price": Decimal(10), "price_unit": PriceUnit.MONTH}),
        budget=Decimal(200),
    )
    found = await bundles.propose(given.db, demander, matchmaker, demand.id, now=given.now)
    [bundle] = found.bundles
    assert found.alone == ()
    assert bundle.aims == (Aim.SMALLEST, Aim.CHEAPEST)
    assert [member.product_id for member in bundle.members] == [product.id for product in listed]
    assert [(line.verdict, line.by) for line in bundle.lines] == [
        (Verdict.MET, (listed[0].id,)),
        (Verdict.MET, (listed[1].id,)),
        (Verdict.MET, tuple(product.id for product in listed)),
    ]
    assert bundle.price == Decimal(220)  # twelve months of the second
    assert bundle.within_budget is Verdict.UNMET
    checks = {check.check: check.verdict for check in bundle.checks}
    assert checks == {
        Check.JOIN_KEY: Verdict.MET,
        Check.PERIOD: Verdict.UNKNOWN,
        Check.REGION: Verdict.MET,
        Check.LICENCE: Verdict.UNKNOWN,
    }
    assert bundle.complete


async def test_one_product_that_meets_everything_needs_no_bundle(given):
    demander, demand, listed, matchmaker = await market(
        given, (f"{ROAD} 与车辆排放标准", {}), (ROAD, {}), (EMISSIONS, {})
    )
    found = await bundles.propose(given.db, demander, matchmaker, demand.id, now=given.now)
    assert (found.alone, found.bundles) == ((listed[0].id,), ())


@pytest.mark.parametrize(
    "apart",
    [
        {"fields": (Field(name="station"),)},
        {"licence": "CC BY-ND 4.0"},
        {
            "source_statement": "x",
            "region": "浙江省",
            "called": "浙江省车辆排放标准",
            "abstract": "浙江省车辆排放标准，逐日汇总的数据记录",
        },
    ],
)
async def test_members_that_do_not_fit_make_no_bundle(given, apart):
    demander, demand, _, matchmaker = await market(given, (ROAD, {"licence": "CC0"}), (EMISSIONS, apart))
    found = await bundles.propose(given.db, demander, matchmaker, demand.id, now=given.now)
    assert found.bundles == ()


async def test_strangers_do_not_see_them_and_the_broker_does(given):
    _, demand, _, matchmaker = await market(given, (ROAD, {}), (EMISSIONS, {}))
    for stranger in (await given.demander(), await given.supplier()):
        with pytest.raises(Forbidden):
            await bundles.propose(given.db, stranger, matchmaker, demand.id, now=given.now)
    found = await bundles.propose(given.db, await given.staff(), matchmaker, demand.id, now=given.now)
    assert len(found.bundles) == 1


async def test_starting_asks_for_each_and_the_suppliers_answer_by_themselves(given):
    demander, demand, listed, matchmaker = await market(given, (ROAD, {}), (EMISSIONS, {}))
    chosen = Start(products=tuple(product.id for product in listed))
    ids = await bundles.start(given.db, demander, demand.id, chosen, now=given.now)
    again = await bundles.start(given.db, demander, demand.id, chosen, now=given.now)
    assert again == ids
    broker = await given.staff()
    for match_id in ids:
        match = await matches.get(given.db, broker, match_id)
        assert (match.state, match.origin, match.demander_answer) == ("broker_review", "person", Answer.INTERESTED)
        assert [e.action for e in await journal.OF_OBJECT.all(given.db, "match", match_id)][-1] == "wish"
        decision = Review(action=ReviewAction.PROPOSE, version=match.version)
        await matches.review(given.db, broker, match_id, decision, now=given.now)
    match = await matches.get(given.db, demander, ids[0])
    yes = Response(action=ResponseAction.INTEREST, version=match.version)
    supplier = await actor_of(given, listed[0])
    met = await matches.answer(given.db, supplier, ids[0], yes, now=given.now)
    assert met.state is MatchState.MUTUAL
    found = await bundles.propose(given.db, demander, matchmaker, demand.id, now=given.now)
    assert [m.match_state for m in found.bundles[0].members] == [MatchState.MUTUAL, MatchState.PROPOSED]


async def actor_of(given, product):
    """Somebody of the product's organisation."""
    actor = await given.supplier()
    names = {"organisation_id": product.organisation_id, "organisation_name": product.organisation_name}
    return msgspec.structs.replace(actor, **names)


async def test_starting_answers_what_is_proposed_already(given):
    demander, demand, listed, _ = await market(given, (ROAD, {}), (EMISSIONS, {}))
    supplier = await actor_of(given, listed[0])
    pairing = await given.proposed_match(demander, supplier, demand=demand, product=listed[0])
    chosen = Start(products=tuple(product.id for product in listed))
    ids = await bundles.start(given.db, demander, demand.id, chosen, now=given.now)
    assert ids[0] == pairing.match.id
    assert (await matches.get(given.db, demander, ids[0])).demander_answer is Answer.INTERESTED


async def test_all_or_nothing(given):
    demander, demand, listed, matchmaker = await market(given, (ROAD, {}), (EMISSIONS, {}))
    ids = tuple(product.id for product in listed)
    with pytest.raises(NotYours):
        await bundles.start(given.db, await given.demander(), demand.id, Start(products=ids), now=given.now)
    with pytest.raises(Conflict, match="not listed"):
        await bundles.start(given.db, demander, demand.id, Start(products=(*ids, 10**9)), now=given.now)
    own = await given.listed_product(demander)
    with pytest.raises(Unmet):
        async with given.db.transaction():
            await bundles.start(given.db, demander, demand.id, Start(products=(*ids, own.id)), now=given.now)
    assert await given.db.fetchval("SELECT count(*) FROM match") == 0
    [first, _] = await bundles.start(given.db, demander, demand.id, Start(products=ids), now=given.now)
    broker = await given.staff()
    match = await matches.get(given.db, broker, first)
    no = Review(action=ReviewAction.REJECT, version=match.version, code=RejectCode.WRONG_TOPIC)
    await matches.review(given.db, broker, first, no, now=given.now)
    with pytest.raises(Conflict, match="turned down"):
        await bundles.start(given.db, demander, demand.id, Start(products=ids), now=given.now)
    assert (await bundles.propose(given.db, demander, matchmaker, demand.id, now=given.now)).bundles == ()


async def test_a_demand_without_must_lines_has_none(given):
    demander, demand, _, matchmaker = await market(given, (ROAD, {}), lines=(must("预算 10 万元", LineKind.BUDGET),))
    found = await bundles.propose(given.db, demander, matchmaker, demand.id, now=given.now)
    assert (found.alone, found.bundles) == ((), ())
