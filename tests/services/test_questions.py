"""Questions to suppliers: who asks what, the answer and what it decides, what others read of it."""

import asyncio
from datetime import timedelta

import asyncpg
import msgspec
import pytest

from market.db import prepare_connection
from market.domain.demands import MASK, LineKind, LineLevel, RequirementLine
from market.domain.errors import AlreadyExists, Conflict, Invalid, NotFound, NotYours, Stale, TooMany, Unmet
from market.domain.products import DataClass, UpdateCycle
from market.domain.questions import AnswerIn, QuestionIn, Reply
from market.services import answers, deadlines, demands, inbox, limits, matches, products, proposals, questions
from market.services.matchmaking import Matchmaker
from market.store import journal
from tests.given import FIELDS, TOPIC, Given

pytestmark = pytest.mark.anyio

SEALED = {"sealed": True, "masked": ("蓝鲸计划",), "text": "我们需要江苏公路货运量的日数据,供蓝鲸计划使用"}
DAILY = RequirementLine(level=LineLevel.MUST, kind=LineKind.UPDATE_CYCLE, value="每日更新")


def about(pairing, line=FIELDS, text=""):
    return QuestionIn(
        demand_id=pairing.match.demand_id,
        product_id=pairing.match.product_id,
        kind=line.kind,
        value=line.value,
        text=text,
    )


def said(question, verdict="yes", **more):
    return AnswerIn(verdict=Reply(verdict), version=question.version, **more)


async def pairing_with(given, *lines, product=None, **content):
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, *lines), **content)
    return await given.proposed_match(demander, demand=demand, product=product)


async def verdict_of(db, actor, match_id, line=FIELDS):
    match = await matches.get(db, actor, match_id)
    (reason,) = [r for r in match.reasons if (r.kind, r.value) == (line.kind, line.value)]
    return reason.verdict, reason.quote, reason.source


async def actions_of(db, kind, object_id):
    return [event.action for event in await journal.OF_OBJECT.all(db, kind, object_id)]


async def test_an_unknown_line_is_asked_in_the_demands_words_and_waits_for_the_supplier(db, given):
    pairing = await pairing_with(given, FIELDS)
    question = await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    assert "车辆轴数" in question.text
    assert question.text.endswith("？")
    assert question.due_at is not None
    supplier = (await matches.get(db, await given.staff(), pairing.match.id)).supplier_id
    assert question.supplier_id == supplier
    assert await actions_of(db, "question", question.id) == ["ask"]


async def test_it_lies_in_the_suppliers_inbox_and_the_demander_waits(db, given):
    question, demander, supplier = await given.question()

    async def kinds(found):
        return [(item.kind, item.id, item.action) for item in (await found).items if item.kind == "question"]

    assert await kinds(inbox.mine(db, supplier, now=given.now)) == [("question", question.id, "answer")]
    assert await kinds(inbox.theirs(db, demander, now=given.now)) == [("question", question.id, "answer")]
    assert await kinds(inbox.mine(db, demander, now=given.now)) == []


@pytest.mark.parametrize(("reply", "verdict"), [("yes", "met"), ("partly", "met"), ("no", "unmet")])
async def test_the_answer_decides_the_line_at_once_and_is_quoted(db, given, reply, verdict):
    pairing = await pairing_with(given, FIELDS)
    supplier = pairing.supplier
    question = await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    assert await verdict_of(db, pairing.demander, pairing.match.id) == ("unknown", "", "")
    await answers.answer(db, supplier, question.id, said(question, reply, answer="二轴至六轴"), now=given.now)
    for side in (pairing.demander, supplier, await given.staff()):
        assert await verdict_of(db, side, pairing.match.id) == (verdict, "二轴至六轴", "answer")
    assert (await actions_of(db, "match", pairing.match.id))[-1] == "learn"
    assert (await actions_of(db, "question", question.id))[-1] == "answer"


async def test_in_part_counts_half_and_says_which_part(db, given):
    pairing = await pairing_with(given, FIELDS)
    question = await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    with pytest.raises(Invalid) as refused:
        await answers.answer(db, pairing.supplier, question.id, said(question, "partly"), now=given.now)
    assert set(refused.value.fields) == {"answer"}
    await answers.answer(db, pairing.supplier, question.id, said(question, "partly", answer="两轴"), now=given.now)
    part = (await matches.get(db, pairing.demander, pairing.match.id)).reasons[1].share
    again = await answers.act(db, pairing.supplier, question.id, "retract", now=given.now)
    await answers.answer(db, pairing.supplier, question.id, said(again), now=given.now)
    whole = (await matches.get(db, pairing.demander, pairing.match.id)).reasons[1].share
    assert part == pytest.approx(whole / 2)
    assert part > 0


async def test_what_the_product_says_by_itself_is_not_asked(db, given):
    pairing = await pairing_with(given, FIELDS)
    with pytest.raises(Conflict, match="known already"):
        await questions.ask(db, pairing.demander, about(pairing, TOPIC), now=given.now)
    with pytest.raises(Conflict, match="does not ask"):
        await questions.ask(db, pairing.demander, about(pairing, DAILY), now=given.now)


async def test_the_same_line_is_asked_once(db, given):
    pairing = await pairing_with(given, FIELDS)
    question = await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    with pytest.raises(AlreadyExists):
        async with db.transaction():
            await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    await answers.act(db, pairing.demander, question.id, "withdraw", now=given.now)
    again = await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    assert again.id != question.id


async def test_two_who_ask_the_same_at_once_ask_once(url, committed):
    pairing = await pairing_with(committed, FIELDS)

    async def ask():
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                await questions.ask(db, pairing.demander, about(pairing), now=committed.now)
        finally:
            await db.close()

    done = await asyncio.gather(*(ask() for _ in range(4)), return_exceptions=True)
    assert done.count(None) == 1
    assert {type(error) for error in done if error is not None} == {AlreadyExists}
    assert await committed.db.fetchval("SELECT count(*) FROM question") == 1


async def test_an_answer_and_a_withdrawal_at_once_leave_one_of_them(url, committed):
    question, demander, supplier = await committed.question()

    async def at_once(work):
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                await work(db)
        finally:
            await db.close()

    done = await asyncio.gather(
        at_once(lambda db: answers.answer(db, supplier, question.id, said(question), now=committed.now)),
        at_once(
            lambda db: answers.act(db, demander, question.id, "withdraw", now=committed.now, version=question.version)
        ),
        return_exceptions=True,
    )
    assert [type(d) for d in done if d is not None and not hasattr(d, "id")] == [Stale]
    state = await committed.db.fetchval("SELECT state FROM question")
    assert state in ("answered", "withdrawn")


async def test_only_the_two_sides_and_staff_see_it_and_only_the_supplier_answers(db, given):
    question, demander, supplier = await given.question()
    for actor in (demander, supplier, await given.staff()):
        assert (await questions.get(db, actor, question.id)).text == question.text
    with pytest.raises(NotFound):
        await questions.get(db, await given.supplier(), question.id)
    for actor in (demander, await given.staff()):
        with pytest.raises(NotYours):
            async with db.transaction():
                await answers.answer(db, actor, question.id, said(question), now=given.now)
    with pytest.raises(NotYours):
        await answers.act(db, supplier, question.id, "withdraw", now=given.now)


async def test_a_stranger_cannot_ask_for_somebody_elses_demand(db, given):
    pairing = await pairing_with(given, FIELDS)
    with pytest.raises(NotFound):
        await questions.ask(db, await given.demander(), about(pairing), now=given.now)


async def test_a_sealed_demand_is_asked_without_its_words(db, given):
    covered = RequirementLine(level=LineLevel.MUST, kind=LineKind.FIELDS, value="蓝鲸计划编号")
    pairing = await pairing_with(given, FIELDS, covered, **SEALED)
    with pytest.raises(Invalid) as refused:
        await questions.ask(db, pairing.demander, about(pairing, covered), now=given.now)
    assert set(refused.value.fields) == {"text"}
    name = pairing.demander.organisation_name
    with pytest.raises(Invalid):
        await questions.ask(db, pairing.demander, about(pairing, text=f"{name}想问车辆轴数"), now=given.now)
    question = await questions.ask(db, pairing.demander, about(pairing, covered, "有项目编号吗?"), now=given.now)
    seen = await questions.get(db, pairing.supplier, question.id)
    assert (seen.demander_id, seen.demander_name, seen.value) == (0, "", f"{MASK}编号")
    assert (await questions.get(db, pairing.demander, question.id)).supplier_name == ""
    assert (await questions.get(db, await given.staff(), question.id)).value == "蓝鲸计划编号"


async def test_an_answer_about_covered_words_is_never_shared(db, given):
    covered = RequirementLine(level=LineLevel.MUST, kind=LineKind.FIELDS, value="蓝鲸计划编号")
    pairing = await pairing_with(given, covered, **SEALED)
    question = await questions.ask(db, pairing.demander, about(pairing, covered, "有项目编号吗?"), now=given.now)
    answered = await answers.answer(db, pairing.supplier, question.id, said(question, shared=True), now=given.now)
    assert not answered.shared
    assert await questions.shared(db, pairing.demander, question.product_id) == []


async def test_a_second_asker_reads_the_shared_answer_and_not_who_asked(db, given):
    first = await pairing_with(given, FIELDS)
    product = await products.get(db, first.supplier, first.match.product_id)
    question = await questions.ask(db, first.demander, about(first), now=given.now)
    await answers.answer(
        db, first.supplier, question.id, said(question, answer="二轴至六轴", shared=True), now=given.now
    )
    second = await given.demander()
    demand = await given.open_demand(second, lines=(TOPIC, FIELDS))
    asked = QuestionIn(demand_id=demand.id, product_id=product.id, kind=FIELDS.kind, value=FIELDS.value)
    with pytest.raises(Conflict, match="known already"):
        await questions.ask(db, second, asked, now=given.now)
    matchmaker = Matchmaker("")
    await matchmaker.fill(db)
    found = await proposals.candidates(db, matchmaker, [demand], given.now)
    assert [(c.product.id, c.reasons[1].quote, c.reasons[1].source) for c in found[demand.id]] == [
        (product.id, "二轴至六轴", "answer")
    ]
    (shared,) = await questions.shared(db, second, product.id)
    assert (shared.value, shared.verdict, shared.answer) == ("车辆轴数", "yes", "二轴至六轴")
    assert not any("demand" in name for name in shared.__struct_fields__)


async def test_an_answer_that_is_not_shared_stays_between_the_two(db, given):
    question, _, supplier = await given.question()
    await answers.answer(db, supplier, question.id, said(question, answer="二轴至六轴"), now=given.now)
    assert await questions.shared(db, supplier, question.product_id) == []
    other = await given.demander()
    demand = await given.open_demand(other, lines=(TOPIC, FIELDS))
    asked = QuestionIn(demand_id=demand.id, product_id=question.product_id, kind=FIELDS.kind, value=FIELDS.value)
    again = await questions.ask(db, other, asked, now=given.now)
    assert again.state == "open"
    earlier = await questions.earlier(db, again)
    assert earlier is not None
    assert earlier.answer == "二轴至六轴"


async def test_the_worker_leaves_an_answered_match_standing_and_drops_one_that_no_longer_fits(db, given):
    pairing = await pairing_with(given, FIELDS, DAILY)
    matchmaker = Matchmaker("")
    await matchmaker.fill(db)

    async def answered(line, verdict):
        question = await questions.ask(db, pairing.demander, about(pairing, line), now=given.now)
        await answers.answer(db, pairing.supplier, question.id, said(question, verdict), now=given.now)
        event = await journal.GET.one(db, await journal.LAST.one(db, "question", question.id))
        await matches.on_event(db, matchmaker, event, given.now)
        return (await matches.get(db, pairing.demander, pairing.match.id)).state

    assert await answered(FIELDS, "no") == "proposed"
    assert await answered(DAILY, "no") == "stale"
    assert await db.fetchval("SELECT count(*) FROM match") == 1


async def test_what_an_answer_confirmed_comes_first_in_the_demanders_list(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, FIELDS))
    pairs = [await given.proposed_match(demander, demand=demand) for _ in range(3)]
    for pairing, verdict in zip(pairs, ("no", "", "yes"), strict=True):
        if verdict:
            question = await questions.ask(db, demander, about(pairing), now=given.now)
            await answers.answer(db, pairing.supplier, question.id, said(question, verdict), now=given.now)
    listed = [card.id for card in await matches.of_demander(db, demander, demand.id)]
    assert listed == [pairs[n].match.id for n in (2, 1, 0)]


async def test_a_yes_is_written_into_the_product(db, given):
    pairing = await pairing_with(given, DAILY)
    question = await questions.ask(db, pairing.demander, about(pairing, DAILY), now=given.now)
    await answers.answer(db, pairing.supplier, question.id, said(question, into_product=True), now=given.now)
    product = await products.get(db, pairing.supplier, question.product_id)
    assert (product.update_cycle, product.revision) == (UpdateCycle.DAILY, 2)
    assert (await verdict_of(db, pairing.demander, pairing.match.id, DAILY))[2] == "update_frequency"


@pytest.mark.parametrize(
    ("kind", "value", "attribute", "expected"),
    [
        ("fields", "车辆轴数、总重", "fields", ["车辆轴数", "总重"]),
        ("granularity", "县", "granularity", "县"),
        ("format", "GeoJSON", "formats", ("GeoJSON",)),
        ("topic", "冷链", "tags", ("冷链",)),
        ("region", "苏州市", "region", "苏州市"),
        ("purpose", "信用评估", None, None),
        ("budget", "十万元以内", None, None),
        ("fields", f"{MASK}编号", None, None),
        ("update_cycle", "看情况", None, None),
    ],
)
async def test_where_an_answer_goes_in_the_product(db, given, kind, value, attribute, expected):
    product = await given.draft_product()
    question, *_ = await given.question()
    content = answers.put_into(product, msgspec.structs.replace(question, kind=LineKind(kind), value=value))
    if attribute is None:
        assert content is None
        return
    found = getattr(content, attribute)
    assert ([field.name for field in found] if attribute == "fields" else found) == expected


async def test_a_no_is_not_written_into_the_product(db, given):
    question, _, supplier = await given.question()
    with pytest.raises(Invalid) as refused:
        await answers.answer(db, supplier, question.id, said(question, "no", into_product=True), now=given.now)
    assert set(refused.value.fields) == {"into_product"}


async def test_an_answer_taken_back_leaves_the_line_unknown_and_the_question_open(db, given):
    pairing = await pairing_with(given, FIELDS)
    question = await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    await answers.answer(db, pairing.supplier, question.id, said(question, "no"), now=given.now)
    again = await answers.act(db, pairing.supplier, question.id, "retract", now=given.now)
    assert (again.state, again.verdict, again.answer) == ("open", None, "")
    assert await verdict_of(db, pairing.demander, pairing.match.id) == ("unknown", "", "")
    with pytest.raises(Invalid):
        await answers.act(db, pairing.supplier, question.id, "answer", now=given.now)


async def test_unanswered_it_expires_and_can_be_asked_again(db, given):
    pairing = await pairing_with(given, FIELDS)
    question = await questions.ask(db, pairing.demander, about(pairing), now=given.now)
    late = question.due_at + timedelta(minutes=1)
    await deadlines.run(db, now=late)
    assert (await questions.get(db, pairing.demander, question.id)).state == "expired"


@pytest.mark.parametrize("gone", ["demand", "product", "line"])
async def test_a_question_that_has_become_moot_is_withdrawn(db, given, gone):
    question, demander, supplier = await given.question()
    if gone == "demand":
        await demands.act(db, demander, question.demand_id, "withdraw", now=given.now, reason="不需要了")
    elif gone == "product":
        await products.act(db, supplier, question.product_id, "suspend", now=given.now, reason="维护")
    else:
        demand = await demands.get(db, demander, question.demand_id)
        content = demands.with_content(demand, lines=(TOPIC,))
        await demands.edit(db, demander, demand.id, demand.version, content, now=given.now)
    kind = "product" if gone == "product" else "demand"
    event = await journal.GET.one(db, await journal.LAST.one(db, kind, getattr(question, f"{kind}_id")))
    for _ in range(2):
        await questions.on_event(db, event, now=given.now)
    assert (await questions.get(db, demander, question.id)).state == "withdrawn"
    assert await actions_of(db, "question", question.id) == ["ask", "withdraw"]


async def test_what_a_rule_forbids_is_not_asked_about(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander, lines=(TOPIC, FIELDS))
    product = await given.listed_product(data_class=DataClass.IMPORTANT, risk_assessment="已评估")
    await db.execute("UPDATE product SET risk_assessment = '' WHERE id = $1", product.id)
    asked = QuestionIn(demand_id=demand.id, product_id=product.id, kind=FIELDS.kind, value=FIELDS.value)
    with pytest.raises(Unmet) as refused:
        await questions.ask(db, demander, asked, now=given.now)
    assert "article 31" in refused.value.sentences[0]


async def test_nobody_floods_a_supplier(db, given: Given):
    question, demander, supplier = await given.question()
    key = f"{demander.organisation_id}:{supplier.organisation_id}"
    for _ in range(limits.QUESTIONS_TO_SUPPLIER.most - 1):
        await limits.QUESTIONS_TO_SUPPLIER.take(db, key)
    await answers.act(db, demander, question.id, "withdraw", now=given.now)
    asked = QuestionIn(
        demand_id=question.demand_id, product_id=question.product_id, kind=question.kind, value=question.value
    )
    with pytest.raises(TooMany):
        await questions.ask(db, demander, asked, now=given.now)
