"""Match proposals through the services: who sees what, answers, the broker's decision, the release."""

import asyncio
from datetime import date, timedelta

import asyncpg
import msgspec
import pytest

from market.db import prepare_connection
from market.domain.demands import MASK, LineKind, LineLevel, RequirementLine
from market.domain.errors import IllegalTransition, Invalid, NotFound, NotYours, Stale, Unmet
from market.domain.matches import DeclineCode, RejectCode, Response, ResponseAction, Review, ReviewAction
from market.domain.permissions import Permission, Role
from market.services import matches, webhooks
from market.store import journal, subjects

pytestmark = pytest.mark.anyio

LINES = (
    RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value="公路货运量", phrase="公路货运量", start=6),
    RequirementLine(level=LineLevel.MUST, kind=LineKind.REGION, value="江苏", phrase="江苏", start=4),
)


def response(action: str, version: int, **said: object) -> Response:
    return Response(action=ResponseAction(action), version=version, **said)


def review(action: str, version: int, **said: object) -> Review:
    return Review(action=ReviewAction(action), version=version, **said)


async def events(db, kind, object_id):
    return [e.action for e in await journal.OF_OBJECT.all(db, kind, object_id)]


async def test_the_sides_see_a_pairing_once_the_broker_has_proposed_it(db, given):
    found, demander, supplier = await given.match()
    for side in (demander, supplier, await given.supplier()):
        with pytest.raises(NotFound):
            await matches.get(db, side, found.id)
    proposed = await matches.review(db, await given.staff(), found.id, review("propose", found.version), now=given.now)
    assert proposed.state == "proposed"
    assert proposed.proposed_at is not None
    assert (await matches.get(db, demander, found.id)).product_title == proposed.product_title
    assert (await matches.get(db, supplier, found.id)).demander_name == demander.organisation_name
    with pytest.raises(NotFound):
        await matches.get(db, await given.supplier(), found.id)


async def test_reasons_quote_both_sides(given):
    found, *_ = await given.match()
    (reason,) = found.reasons
    assert (reason.verdict, reason.phrase, reason.quote, reason.source) == ("met", "公路货运量", "公路货运量", "title")


async def test_both_interested_is_mutual_and_the_release_is_journalled_on_both(db, given):
    found, demander, supplier = await given.proposed_match()
    one = await matches.answer(db, supplier, found.id, response("interest", found.version), now=given.now)
    assert (one.state, one.supplier_answer, one.demander_answer) == ("proposed", "interested", "none")
    both = await matches.answer(db, demander, found.id, response("interest", one.version), now=given.now)
    assert both.state == "mutual"
    assert await events(db, "match", found.id) == ["generate", "review", "propose", "interest", "meet", "release"]
    released = (await journal.OF_OBJECT.all(db, "demand", found.demand_id))[-1]
    assert (released.action, released.party, released.person_id) == ("release", "demander", demander.person_id)
    assert released.data["supplier"] == supplier.organisation_id
    assert await journal.BROKEN.all(db) == []


async def test_interest_twice_by_the_same_side_is_no_agreement(db, given):
    found, demander, _ = await given.proposed_match()
    once = await matches.answer(db, demander, found.id, response("interest", found.version), now=given.now)
    assert "interest" not in [e.action for e in matches.actions(demander, once)]
    with pytest.raises(IllegalTransition):
        await matches.answer(db, demander, found.id, response("interest", once.version), now=given.now)


async def test_no_introduction_before_identities_are_verified(db, given):
    found, demander, supplier = await given.proposed_match()
    await matches.answer(db, supplier, found.id, response("interest", found.version), now=given.now)
    await db.execute(
        """UPDATE organisation SET state = 'suspended', state_action = 'suspend', version = version + 1
        WHERE id = $1""",
        supplier.organisation_id,
    )
    with pytest.raises(Unmet) as unmet:
        await matches.answer(db, demander, found.id, response("interest", found.version), now=given.now)
    assert "article 33" in unmet.value.sentences[0]
    assert (await matches.get(db, demander, found.id)).demander_answer == "none"


async def test_declining_takes_a_code_and_words_only_for_other(db, given):
    found, demander, supplier = await given.proposed_match()
    with pytest.raises(Invalid) as wrong:
        await matches.answer(db, supplier, found.id, response("decline", found.version), now=given.now)
    assert set(wrong.value.fields) == {"code"}
    other = response("decline", found.version, code=DeclineCode.OTHER, reason=" \n")
    with pytest.raises(Invalid) as wrong:
        await matches.answer(db, supplier, found.id, other, now=given.now)
    assert set(wrong.value.fields) == {"reason"}
    no = response("decline", found.version, code=DeclineCode.NO_CAPACITY)
    declined = await matches.answer(db, supplier, found.id, no, now=given.now)
    assert (declined.state, declined.supplier_answer, declined.supplier_code) == ("declined", "declined", "no_capacity")
    assert (await journal.OF_OBJECT.all(db, "match", found.id))[-1].reason == "no_capacity"
    with pytest.raises(IllegalTransition):
        await matches.answer(db, demander, found.id, response("interest", found.version), now=given.now)


async def test_a_mutual_pairing_can_still_be_declined(db, given):
    found, demander, _ = await given.mutual_match()
    no = response("decline", found.version, code=DeclineCode.FOUND_ELSEWHERE)
    assert (await matches.answer(db, demander, found.id, no, now=given.now)).state == "declined"


async def test_later_takes_a_day_and_moves_the_deadline_behind_it(db, given):
    found, _, supplier = await given.proposed_match()
    today = given.now.date()
    for until in (None, today, today + timedelta(days=91), date.max):
        with pytest.raises(Invalid) as wrong:
            await matches.answer(db, supplier, found.id, response("snooze", found.version, until=until), now=given.now)
        assert set(wrong.value.fields) == {"until"}
    until = today + timedelta(days=30)
    later = await matches.answer(db, supplier, found.id, response("snooze", found.version, until=until), now=given.now)
    assert (later.state, later.supplier_answer, later.supplier_snoozed_until) == ("proposed", "snoozed", until)
    assert later.due_at is not None
    assert later.due_at.date() > until
    assert await matches.leads(db, supplier, now=given.now) == ([], None)
    given.later(days=30)
    assert [card.id for card in (await matches.leads(db, supplier, now=given.now))[0]] == [found.id]


async def test_a_colleagues_answer_makes_mine_stale_the_other_sides_does_not(db, given):
    found, demander, supplier = await given.proposed_match()
    until = given.now.date() + timedelta(days=3)
    await matches.answer(db, supplier, found.id, response("snooze", found.version, until=until), now=given.now)
    yes = response("interest", found.version)
    assert (await matches.answer(db, demander, found.id, yes, now=given.now)).demander_answer == "interested"
    with pytest.raises(Stale):
        await matches.answer(db, supplier, found.id, yes, now=given.now)


async def test_only_sides_answer_and_only_brokers_decide(db, given):
    found, demander, _ = await given.match()
    broker = await given.staff()
    with pytest.raises(NotYours):
        await matches.answer(db, broker, found.id, response("interest", found.version), now=given.now)
    with pytest.raises(NotYours):
        await matches.review(
            db, await given.staff(Role.AUDITOR), found.id, review("propose", found.version), now=given.now
        )
    await matches.review(db, broker, found.id, review("propose", found.version), now=given.now)
    with pytest.raises(NotYours):
        await matches.review(
            db, demander, found.id, review("reject", found.version + 1, code=RejectCode.DUPLICATE), now=given.now
        )


async def test_a_rejection_takes_a_code_and_says_who(db, given):
    found, *_ = await given.match()
    broker = await given.staff()
    with pytest.raises(Invalid):
        await matches.review(db, broker, found.id, review("reject", found.version), now=given.now)
    no = review("reject", found.version, code=RejectCode.WRONG_TOPIC, reason="货运不是客运")
    rejected = await matches.review(db, broker, found.id, no, now=given.now)
    assert (rejected.state, rejected.broker_code, rejected.broker_id) == ("rejected", "wrong_topic", broker.person_id)
    assert rejected.state_reason == "货运不是客运"


@pytest.mark.parametrize("side", ["demander", "supplier"])
async def test_a_broker_does_not_decide_on_the_own_organisation(db, given, side):
    found, demander, supplier = await given.match()
    broker = await given.staff()
    organisation = {"demander": demander, "supplier": supplier}[side].organisation_id
    await db.execute("INSERT INTO membership VALUES ($1, $2, 'member')", organisation, broker.person_id)
    for decision in ("propose", "reject"):
        with pytest.raises(Unmet) as unmet:
            await matches.review(
                db, broker, found.id, review(decision, found.version, code=RejectCode.DUPLICATE), now=given.now
            )
        assert "Another broker" in unmet.value.sentences[0]


async def test_a_sealed_demand_stays_covered_until_both_are_interested(db, given):
    demander = await given.demander()
    text = f"我们需要江苏公路货运量的日数据, {demander.organisation_name}"
    demand = await given.open_demand(demander, text=text, lines=LINES, sealed=True, masked=("江苏",))
    found, _, supplier = await given.proposed_match(demander, demand=demand)
    for seen in (await matches.get(db, supplier, found.id), (await matches.page(db, supplier)).items[0]):
        assert "江苏" not in seen.demand_title
        assert MASK in seen.demand_title
        topic, region = seen.reasons
        assert topic.quote == "公路货运量"
        assert (region.value, region.phrase, region.quote) == (MASK, MASK, "")
        said = msgspec.json.encode(msgspec.structs.replace(seen, product_title="", reasons=())).decode()
        assert demander.organisation_name not in said
        assert seen.demander_id == 0
    mine = await matches.get(db, demander, found.id)
    assert mine.demand_title == demand.title
    assert (mine.supplier_id, mine.supplier_name) == (0, "")
    assert mine.reasons[1].quote
    for side in (demander, supplier):
        now_seen = await matches.answer(db, side, found.id, response("interest", found.version), now=given.now)
    assert now_seen.demander_name == demander.organisation_name
    assert now_seen.reasons[1].phrase == "江苏"
    assert (await matches.get(db, demander, found.id)).supplier_name == supplier.organisation_name


async def test_what_the_demander_gives_as_reason_is_covered_too(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander, sealed=True, masked=("江苏",))
    found, _, supplier = await given.proposed_match(demander, demand=demand)
    no = response("decline", found.version, code=DeclineCode.WRONG_REGION, reason="我们只要江苏的")
    await matches.answer(db, demander, found.id, no, now=given.now)
    seen = await matches.get(db, supplier, found.id)
    assert seen.state_reason == f"我们只要{MASK}的"
    assert (await matches.history(db, supplier, seen))[-1].reason == f"我们只要{MASK}的"
    event = (await journal.OF_OBJECT.all(db, "match", found.id))[-1]
    subject = await subjects.find(db, "match", found.id)
    told = {
        side.organisation_id: webhooks.envelope(subject, event, side.organisation_id, False, "").reason
        for side in (supplier, demander)
    }
    assert told == {supplier.organisation_id: f"我们只要{MASK}的", demander.organisation_id: "我们只要江苏的"}


async def test_leads_are_ranked_mutual_first_then_by_what_is_met(db, given):
    supplier = await given.supplier()
    product = await given.listed_product(supplier)
    unknown = RequirementLine(level=LineLevel.MUST, kind=LineKind.FIELDS, value="车辆轴数")
    poor = await given.open_demand(lines=(*LINES, unknown))
    poor_match = (await given.proposed_match(await given.demander(), supplier, demand=poor, product=product)).match
    good_match = (await given.proposed_match(None, supplier, product=product)).match
    assert [card.id for card in (await matches.leads(db, supplier, now=given.now))[0]] == [good_match.id, poor_match.id]
    met = (await given.mutual_match(None, supplier, product=product)).match
    ranked = [met.id, good_match.id, poor_match.id]
    for limit, start, shown, following in ((2, 0, ranked[:2], 2), (2, 2, ranked[2:], None), (3, 0, ranked, None)):
        cards, more = await matches.leads(db, supplier, now=given.now, start=start, limit=limit)
        assert ([card.id for card in cards], more) == (shown, following)


async def test_lists_are_by_side_and_state(db, given):
    found, demander, supplier = await given.proposed_match()
    assert [c.id for c in (await matches.page(db, demander, side="demander")).items] == [found.id]
    assert (await matches.page(db, demander, side="supplier")).items == ()
    assert (await matches.page(db, supplier, states=["mutual"])).items == ()
    assert [c.id for c in await matches.of_demander(db, demander, found.demand_id)] == [found.id]
    assert (await matches.page(db, await given.supplier())).items == ()


async def test_a_token_without_the_scope_has_no_actions(given):
    found, demander, _ = await given.proposed_match()
    reader = msgspec.structs.replace(demander, scopes=frozenset({Permission.MATCH_READ}))
    assert matches.actions(reader, found) == []
    assert {e.action for e in matches.actions(demander, found)} == {"interest", "snooze", "decline"}


async def test_two_sides_at_once_meet_exactly_once(url, committed):
    found, demander, supplier = await committed.proposed_match()

    async def say_yes(side):
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                return await matches.answer(db, side, found.id, response("interest", found.version), now=committed.now)
        finally:
            await db.close()

    answers = await asyncio.gather(say_yes(demander), say_yes(supplier))
    assert sorted(answer.state for answer in answers) == ["mutual", "proposed"]
    told = await events(committed.db, "match", found.id)
    assert told == ["generate", "review", "propose", "interest", "meet", "release"]
    assert (await events(committed.db, "demand", found.demand_id)).count("release") == 1


async def test_two_brokers_at_once_decide_exactly_once(url, committed):
    found, *_ = await committed.match()
    brokers = [await committed.staff(), await committed.staff()]

    async def decide(broker):
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                return await matches.review(db, broker, found.id, review("propose", found.version), now=committed.now)
        finally:
            await db.close()

    answers = await asyncio.gather(*map(decide, brokers), return_exceptions=True)
    assert sum(isinstance(answer, Stale) for answer in answers) == 1
    assert (await events(committed.db, "match", found.id)).count("propose") == 1
