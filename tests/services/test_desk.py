"""The worklist: its order and filters, decisions about many rows, who sees to what."""

from datetime import timedelta
from decimal import Decimal

import pytest

from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.desk import NOTHING_NAMED, Assignment, Decision, DeskAction, DeskRow, PutOff
from market.domain.errors import Invalid
from market.domain.matches import RejectCode
from market.domain.permissions import Role
from market.services import demands, desk, matches, negotiations, products
from market.services.desk import Wanted
from market.store import journal
from tests.given import TOPIC

pytestmark = pytest.mark.anyio


async def seen(given, actor, **wanted):
    found = await desk.worklist(given.db, actor, Wanted(**wanted), now=given.now)
    return [(item.kind, item.id) for item in found.page.items]


def row(thing, kind):
    return DeskRow(kind=kind, id=thing.id, version=thing.version)


async def submitted(given, **content):
    demander = await given.demander()
    demand = await given.draft_demand(demander, **content)
    return await demands.act(given.db, demander, demand.id, "submit", now=given.now)


async def in_review(given):
    supplier = await given.supplier()
    product = await given.draft_product(supplier)
    return await products.act(given.db, supplier, product.id, "submit", now=given.now)


async def test_everybody_of_the_staff_finds_what_waits_for_them(given):
    match = (await given.match()).match
    demand = await submitted(given)
    product = await in_review(given)
    talk = (await given.negotiation()).negotiation
    broker, admin = await given.staff(), await given.staff(Role.ADMIN)
    await negotiations.act(given.db, broker, talk.id, "hold", version=talk.version, now=given.now, reason="a doubt")
    pool = await given.pool(await given.open_demand(), await given.open_demand())
    theirs = {
        Role.BROKER: {("match", match.id), ("demand", demand.id), ("negotiation", talk.id), ("pool", pool.id)},
        Role.REGISTRAR: {("product", product.id)},
        Role.MEDIATOR: {("negotiation", talk.id)},
        Role.AUDITOR: set(),
    }
    for role, wanted in theirs.items():
        assert set(await seen(given, await given.staff(role))) == wanted, role
    assert set(await seen(given, admin)) == set().union(*theirs.values())
    assert await seen(given, admin, kind="product") == [("product", product.id)]
    assert set(await seen(given, admin, q="货运量日")) == {
        ("match", match.id),
        ("product", product.id),
        ("negotiation", talk.id),
    }


async def test_overdue_first_then_deadline_worth_and_chance(given):
    late = await submitted(given)
    given.later(days=3)
    cheap = await submitted(given, budget=Decimal(1_000))
    dear = await submitted(given, budget=Decimal(5_000_000))
    plain = await submitted(given)
    broker = await given.staff()
    ordered = [late, dear, plain, cheap]
    assert await seen(given, broker) == [("demand", d.id) for d in ordered]
    pages, cursor = [], None
    while True:
        found = (await desk.worklist(given.db, broker, Wanted(), now=given.now, cursor=cursor, limit=1)).page
        pages += [item.id for item in found.items]
        if (cursor := found.next) is None:
            break
    assert pages == [d.id for d in ordered]
    before, after = await desk.beside(given.db, broker, Wanted(), "demand", plain.id, now=given.now)
    assert (before.id, after.id) == (dear.id, cheap.id)
    assert await desk.beside(given.db, broker, Wanted(), "demand", late.id, now=given.now) != (None, None)


async def test_words_of_the_title_are_taken_literally(given):
    found = await submitted(given, title="100% 覆盖的路网")
    await submitted(given, title="1000 个路口")
    assert await seen(given, await given.staff(), q="100%") == [("demand", found.id)]


async def test_without_a_model_the_share_of_lines_that_are_met_orders_and_no_chance_is_told(given):
    met = (await given.match()).match
    (item,) = (await desk.worklist(given.db, await given.staff(), Wanted(), now=given.now)).page.items
    assert item.chance is None
    assert item.fit == item.met / len(met.reasons) == 1.0
    assert (item.unmet, item.unknown) == (0, 0)


async def test_without_the_thing_asked_for_little_is_left_of_the_fit(given):
    place = RequirementLine(level=LineLevel.MUST, kind=LineKind.REGION, value="江苏省")
    other = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="渔港泊位")
    shares = {}
    for lines in ((place, TOPIC), (place, other)):
        demand = await given.open_demand(lines=lines)
        found = (await given.match(demand=demand, product=await given.listed_product(region="江苏省"))).match
        shares[found.id] = len([reason for reason in found.reasons if reason.verdict == "met"]) / 2
    items = (await desk.worklist(given.db, await given.staff(), Wanted(), now=given.now)).page.items
    whole, half = (next(item.fit for item in items if item.id == match) for match in shares)
    assert list(shares.values()) == [1.0, 0.5]
    assert (whole, half) == (1.0, 0.5 * NOTHING_NAMED)


async def test_many_are_decided_on_at_once_and_what_does_not_work_is_reported(given):
    good, stale = (await given.match()).match, (await given.match()).match
    unmet = await submitted(given, lines=(TOPIC,))
    unverified = await given.demander(verified=False)
    blocked = await given.draft_demand(unverified)
    blocked = await demands.act(given.db, unverified, blocked.id, "submit", now=given.now)
    broker = await given.staff()
    chosen = (
        row(good, "match"),
        DeskRow(kind="match", id=stale.id, version=stale.version + 1),
        row(unmet, "demand"),
        row(blocked, "demand"),
        DeskRow(kind="product", id=1, version=1),
        DeskRow(kind="nonsense", id=1, version=1),
        row(good, "match"),
    )
    outcomes = await desk.decide(given.db, broker, Decision(action=DeskAction.APPROVE, rows=chosen), now=given.now)
    assert [o.done for o in outcomes] == [True, False, True, False, False, False]
    assert "Somebody changed this" in outcomes[1].problems[0]
    assert "verified" in outcomes[3].problems[0]
    assert (await matches.get(given.db, broker, good.id)).state == "proposed"
    assert (await matches.get(given.db, broker, stale.id)).state == "broker_review"
    assert (await demands.get(given.db, broker, unmet.id)).state == "open"


async def test_declining_needs_a_reason_before_anything_is_done(given):
    match, demand = (await given.match()).match, await submitted(given)
    broker = await given.staff()
    both = (row(match, "match"), row(demand, "demand"))
    with pytest.raises(Invalid) as caught:
        await desk.decide(given.db, broker, Decision(action=DeskAction.DECLINE, rows=both), now=given.now)
    assert set(caught.value.fields) == {"code", "reason"}
    told = Decision(action=DeskAction.DECLINE, rows=both, code=RejectCode.WRONG_TOPIC, reason="Which years?")
    assert all(o.done for o in await desk.decide(given.db, broker, told, now=given.now))
    assert (await matches.get(given.db, broker, match.id)).broker_code == "wrong_topic"
    asked = await demands.get(given.db, broker, demand.id)
    assert (asked.state, asked.state_reason) == ("clarifying", "Which years?")


async def test_assigning_is_journalled_and_filters(given):
    match, other = (await given.match()).match, (await given.match()).match
    broker = await given.staff()
    colleague = await given.colleague(broker, Role.BROKER)
    registrar = await given.colleague(broker, Role.REGISTRAR)
    auditor = await given.colleague(broker, Role.AUDITOR)
    chosen = (row(match, "match"),)
    for _ in range(2):  # the second time changes nothing
        done = await desk.assign(
            given.db, broker, Assignment(rows=chosen, person_id=colleague.person_id), now=given.now
        )
        assert [o.done for o in done] == [True]
    assert await seen(given, colleague, whose="mine") == [("match", match.id)]
    assert await seen(given, broker, whose="mine") == []
    assert await seen(given, broker, whose="nobody") == [("match", other.id)]
    note = await given.db.fetchval("SELECT id FROM desk_item")
    (event,) = await journal.OF_OBJECT.all(given.db, "desk", note)
    assert (event.action, event.person_id) == ("assign", broker.person_id)
    assert event.data == {"kind": "match", "object_id": match.id, "person_id": colleague.person_id}
    refused = await desk.assign(given.db, broker, Assignment(rows=chosen, person_id=registrar.person_id), now=given.now)
    assert [o.done for o in refused] == [False], "a registrar cannot decide on a match"
    for person in (auditor.person_id, 999_999):
        with pytest.raises(Invalid):
            await desk.assign(given.db, broker, Assignment(rows=chosen, person_id=person), now=given.now)
    await desk.assign(given.db, broker, Assignment(rows=chosen), now=given.now)
    assert await seen(given, colleague, whose="mine") == []


async def test_what_is_put_off_comes_back_on_its_day_or_with_a_new_deadline(given):
    demand = await submitted(given)
    broker = await given.staff()
    until = given.now.date() + timedelta(days=5)
    await desk.put_off(given.db, broker, PutOff(rows=(row(demand, "demand"),), until=until), now=given.now)
    assert await seen(given, broker) == []
    assert await seen(given, broker, whose="later") == [("demand", demand.id)]
    await demands.act(given.db, broker, demand.id, "triage", now=given.now)
    assert await seen(given, broker) == [("demand", demand.id)], "its deadline is another one now"
    demand = await demands.get(given.db, broker, demand.id)
    await desk.put_off(given.db, broker, PutOff(rows=(row(demand, "demand"),), until=until), now=given.now)
    given.later(days=5)
    assert await seen(given, broker) == [("demand", demand.id)]
    for wrong in (given.now.date(), given.now.date() + timedelta(days=31)):
        with pytest.raises(Invalid):
            await desk.put_off(given.db, broker, PutOff(rows=(row(demand, "demand"),), until=wrong), now=given.now)
