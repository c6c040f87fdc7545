"""An unmet demand is put to the likely holder, who answers: a product, or why there is none."""

from datetime import timedelta

import pytest

from market.domain.demands import MASK
from market.domain.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound, Stale
from market.domain.routings import RoutingIn, RoutingStep
from market.services import deadlines, demands, inbox, matches, notices, routings
from market.settings import Settings
from market.store import journal
from tests.given import TOPIC

pytestmark = pytest.mark.anyio
SETTINGS = Settings(secret_key="k" * 32)


async def answered(db, given, actor, routing, action, **said):
    step = RoutingStep(action=action, version=routing.version, **said)
    return await routings.act(db, actor, routing.id, step, now=given.now)


async def told(db, given, routing):
    for event in await journal.OF_OBJECT.all(db, "routing", routing.id):
        await notices.on_event(db, event, now=given.now, settings=SETTINGS)


async def test_the_holder_is_told_and_offers_a_product_that_is_paired(db, given):
    demander, holder = await given.demander(), await given.supplier()
    demand = await given.open_demand(demander)
    routing = await given.routing(demand, holder)
    await told(db, given, routing)
    assert [n.action for n in (await notices.page(db, holder)).items] == ["route"]
    [item] = [i for i in (await inbox.mine(db, holder, now=given.now)).items if i.kind == "routing"]
    assert (item.id, item.action, item.due_at) == (routing.id, "have", routing.due_at)
    product = await given.listed_product(holder)
    done = await answered(db, given, holder, routing, "offer", product_id=product.id)
    assert (done.state, done.product_title) == ("offered", product.title)
    [card] = (await matches.page(db, await given.staff(), demand_id=demand.id)).items
    match = await matches.get(db, await given.staff(), card.id)
    assert (match.origin, match.state, match.supplier_answer) == ("person", "broker_review", "interested")


async def test_who_holds_it_gets_a_product_form_filled_from_the_demand(db, given):
    holder = await given.supplier()
    routing = await given.routing(await given.open_demand(lines=(TOPIC,)), holder)
    held = await answered(db, given, holder, routing, "have")
    assert held.state == "held"
    sketch = await routings.sketch(db, holder, routing.id)
    assert list(sketch["tags"]) == [TOPIC.value]
    [item] = [i for i in (await inbox.mine(db, holder, now=given.now)).items if i.kind == "routing"]
    assert item.action == "offer"
    draft = await given.draft_product(holder)
    for product_id in (None, draft.id):
        with pytest.raises((Invalid, Conflict)):
            await answered(db, given, holder, held, "offer", product_id=product_id)
    other = await given.listed_product()
    with pytest.raises((NotFound, Forbidden)):
        await answered(db, given, holder, held, "offer", product_id=other.id)


async def test_who_may_not_share_names_the_article_and_the_demander_reads_it(db, given):
    demander, holder = await given.demander(), await given.supplier()
    routing = await given.routing(await given.open_demand(demander), holder)
    with pytest.raises(Invalid) as refused:
        await answered(db, given, holder, routing, "refuse")
    assert set(refused.value.fields) == {"article"}
    done = await answered(db, given, holder, routing, "refuse", article="数据安全法第三十八条")
    await told(db, given, routing)
    assert "refuse" in [n.action for n in (await notices.page(db, demander)).items]
    assert (await routings.get(db, demander, routing.id)).article == "数据安全法第三十八条"
    assert done.state == "not_shareable"


async def test_covered_words_stay_covered_and_others_see_nothing(db, given):
    holder = await given.supplier()
    demand = await given.open_demand(sealed=True, masked=("货运量",))
    routing = await given.routing(demand, holder)
    seen = await routings.get(db, holder, routing.id)
    assert (seen.demand_title, seen.demander_name, seen.demand_masked) == (f"江苏公路{MASK}", "", ())
    sketch = await routings.sketch(db, holder, routing.id)
    assert "货运量" not in str(sketch)
    assert MASK not in str(sketch)
    for stranger in (await given.supplier(), await given.demander()):
        with pytest.raises(NotFound):
            await routings.get(db, stranger, routing.id)
    [item] = [i for i in (await inbox.mine(db, holder, now=given.now)).items if i.kind == "routing"]
    assert "货运量" not in item.title


async def test_nobody_is_asked_twice_nor_oneself_nor_who_holds_no_data(db, given):
    demander, holder = await given.demander(), await given.supplier()
    demand = await given.open_demand(demander)
    routing = await given.routing(demand, holder)
    with pytest.raises(Invalid):
        await given.routing(demand, await given.demander())
    with pytest.raises(Conflict):
        await given.routing(demand, demander)
    with pytest.raises(Stale):
        await routings.act(db, holder, routing.id, RoutingStep(action="lack", version=9), now=given.now)
    wish = RoutingIn(demand_id=demand.id, organisation_id=holder.organisation_id)
    with pytest.raises((Forbidden, NotFound)):
        await routings.route(db, holder, wish, now=given.now)
    await answered(db, given, holder, routing, "lack")
    again = await given.routing(demand, holder)
    transaction = db.transaction()
    await transaction.start()
    with pytest.raises(AlreadyExists):
        await given.routing(demand, holder)
    await transaction.rollback()
    await demands.act(db, demander, demand.id, "withdraw", now=given.now, reason="不需要了")
    for _ in range(2):
        for event in await journal.OF_OBJECT.all(db, "demand", demand.id):
            await routings.on_event(db, event, now=given.now)
    assert (await routings.get(db, holder, again.id)).state == "withdrawn"


async def test_silence_ends_it(db, given):
    routing = await given.routing(await given.open_demand(), await given.supplier())
    await deadlines.run(db, now=routing.due_at + timedelta(minutes=1))
    assert (await routings.get(db, await given.staff(), routing.id)).state == "expired"
