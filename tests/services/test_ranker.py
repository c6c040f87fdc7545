"""Learning from decisions: what is evidence, what the guard lets through, how the order changes and is restored."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from anyio import from_thread

from market.domain.errors import NotFound, Unmet
from market.domain.matches import Answer, DeclineCode, MatchState, RejectCode, ResponseAction
from market.domain.permissions import Role
from market.domain.ranker import AGAINST, FAILURES, Decided, Failure, judgement
from market.services import preview, ranker
from market.services.matchmaking import Matchmaker
from market.services.preview import Sketch
from market.store import journal
from market.store import ranker as rows
from matching.features import NAMES
from matching.ranker import Judgements, dump, trial
from tests import simulation
from tests.given import NOW
from tests.simulation import Simulation

pytestmark = pytest.mark.anyio

PAIR = Decided(
    demand_id=1, product_id=1, text="", score=1.0, rank=1, reasons=(), state=MatchState.DECLINED, broker_code=None,
    demander_answer=Answer.NONE, demander_code=None, supplier_code=None, abstract="", fields=(), region="",
    granularity="", update_cycle=None, formats=(), delivery=(), price=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"state": MatchState.MUTUAL}, True),
        ({"state": MatchState.CONVERTED}, True),
        ({"state": MatchState.PROPOSED, "demander_answer": Answer.INTERESTED}, True),
        ({"state": MatchState.EXPIRED, "demander_answer": Answer.INTERESTED}, True),
        ({"state": MatchState.EXPIRED}, None),
        ({"state": MatchState.STALE}, None),
        ({"demander_code": DeclineCode.WRONG_REGION}, False),
        ({"demander_code": DeclineCode.TOO_EXPENSIVE}, None),
        ({"demander_code": DeclineCode.FOUND_ELSEWHERE}, None),
        ({"supplier_code": DeclineCode.NO_CAPACITY, "demander_answer": Answer.INTERESTED}, True),
        ({"supplier_code": DeclineCode.WRONG_TOPIC, "demander_answer": Answer.INTERESTED}, False),
        ({"state": MatchState.REJECTED, "broker_code": RejectCode.MUST_UNMET}, False),
        ({"state": MatchState.REJECTED, "broker_code": RejectCode.DUPLICATE}, None),
        ({"state": MatchState.REJECTED, "broker_code": RejectCode.UNLAWFUL_PURPOSE}, None),
    ],
)
def test_what_a_decision_says(said, verdict):
    assert judgement(msgspec.structs.replace(PAIR, **said)) is verdict


def test_of_every_code_it_is_settled_whether_it_teaches():
    assert set(AGAINST) == {*RejectCode, *DeclineCode}


@pytest.fixture
async def market(given):
    running = Simulation(given)
    await running.open()
    return running


async def test_a_real_preference_is_learnt_reorders_and_is_rolled_back_exactly(db, given, market):
    await market.decide(42, simulation.purposes(), simulation.by_delivery)
    demand = await market.demand("我们需要江苏公路货运量的数据,用于学位论文")
    for match in await market.of(demand):
        await market.propose(match)
    before = await market.shown(demand)
    assert [chance for _, chance in before] == [None] * 4
    unranked = await market.leads(demand)
    admin = await given.staff(Role.ADMIN)
    done = await market.train(admin)
    assert (done.done, done.steps, done.failure, done.won) == (6, 6, None, True)
    model = await ranker.model(db, done.model_id)
    assert model.accepted
    assert model.figures.gain.low > 0
    assert model.figures.demands == 42
    assert await market.shown(demand) == before, "training changes nothing by itself"
    assert (await ranker.in_force(db)) is None

    assert (await ranker.enable(db, admin, model.id)).in_force
    await market.matchmaker.adopt(db)
    await market.matched(demand)
    ranked = await market.shown(demand)
    by_api = {m.product_id for m in await market.of(demand) if simulation.by_delivery(m)}
    assert before[0][0] not in by_api
    assert {product for product, _ in ranked[:2]} == by_api
    assert [product for product, _ in ranked] != [product for product, _ in before]
    assert model.calibrated
    assert ranked[0][1] > 0.8 > 0.2 > ranked[-1][1]
    assert {product for product, _ in (await market.leads(demand))[:2]} == by_api
    sketch = Sketch(text=demand.text, lines=demand.lines)
    found = await preview.preview(db, market.demander, market.matchmaker, sketch, now=given.now)
    assert {fit.product.id for fit in found.products[:2]} == by_api
    assert found.products[0].chance > 0.8

    assert await ranker.rollback(db, admin) is None
    assert await market.shown(demand) == before, "at once, before anything is matched anew"
    assert await market.leads(demand) == unranked
    await market.matchmaker.adopt(db)
    await market.matched(demand)
    assert await market.shown(demand) == before
    assert await db.fetchval("SELECT count(*) FROM match WHERE demand_id = $1 AND chance IS NOT NULL", demand.id) == 0
    events = await journal.OF_OBJECT.all(db, "ranker", model.id)
    assert [(e.action, e.person_id) for e in events] == [
        (action, admin.person_id) for action in ("train", "enable", "rollback")
    ]
    with pytest.raises(Unmet):
        await ranker.rollback(db, admin)


async def test_decisions_without_a_reason_are_refused_by_the_guard(db, given, market):
    await market.decide(44, simulation.purposes(), simulation.at_random(5))
    await one_that_is_stopped(db, given)
    model = await ranker.model(db, (await market.train()).model_id)
    assert not model.accepted
    with pytest.raises(Unmet) as refused:
        await ranker.enable(db, None, model.id)
    assert refused.value.sentences == (ranker.NOT_BETTER,)
    assert await ranker.in_force(db) is None
    assert (await ranker.compare(db)) == model.figures, "deterministic, and nothing is stored"
    assert [m.id for m in (await ranker.record(db, now=market.given.now)).models] == [model.id]


async def one_that_is_stopped(db, given):
    """One training at a time, which may be stopped under way and makes room for another."""
    admin, seen = await given.staff(Role.ADMIN), []
    asked = await ranker.ask(db, admin)
    assert (asked.begun_at, asked.done) == (None, 0)
    assert await db.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'train'") == 1
    with pytest.raises(Unmet) as refused:
        await ranker.ask(db, None)
    assert refused.value.sentences == (ranker.TRAINS_ALREADY,)

    def stopping(done, steps):
        seen.append((done, steps))
        if done == 2:
            from_thread.run(ranker.stop, db, asked.id)

    done = await ranker.train(db, asked.id, stopping)
    assert seen == [(1, 6), (2, 6)], "it ends at the next step"
    assert (done.failure, done.model_id, done.done) == (Failure.STOPPED, None, 2)
    assert (await ranker.record(db, now=given.now)).models == ()
    assert await ranker.train(db, asked.id) == done, "what has ended is not begun anew"
    with pytest.raises(Unmet):
        await ranker.stop(db, asked.id)


async def test_one_text_posted_again_and_again_teaches_nothing(db, market):
    await market.decide(12, simulation.template(), simulation.by_delivery)
    decided = await ranker.decided(db)
    assert len(decided) == 48
    done = await market.train()
    assert (done.failure, done.model_id, done.won) == (Failure.TOO_FEW, None, None)
    with pytest.raises(Unmet) as refused:
        await ranker.compare(db)
    assert refused.value.sentences == (FAILURES[Failure.TOO_FEW],)


async def test_a_training_that_breaks_off_says_so_and_makes_room(db, caplog):
    asked = await ranker.ask(db, None)

    def breaking(done, steps):
        raise ZeroDivisionError

    done = await ranker.train(db, asked.id, breaking)
    assert done.failure is Failure.BROKEN
    assert "broke off" in caplog.text
    await ranker.ask(db, None)


async def test_what_says_nothing_is_not_learnt_and_the_last_word_on_a_pair_counts(db, given, market):
    demand = await market.demand("我们需要江苏公路货运量的数据,用于学位论文")
    first, second, third, _ = [await market.propose(match) for match in await market.of(demand)]
    await market.answer(first, ResponseAction.INTEREST)
    await market.answer(second, ResponseAction.DECLINE, DeclineCode.TOO_EXPENSIVE)
    await market.answer(third, ResponseAction.DECLINE, DeclineCode.DELIVERY_MODE)
    told = {match.product_id: accepted for match, accepted in await ranker.decided(db)}
    assert told == {first.product_id: True, third.product_id: False}
    [week] = (await ranker.record(db, now=given.now)).weeks
    assert (week.proposed, week.accepted, week.declined, week.waiting) == (4, 0, 2, 2)
    missed = (await ranker.record(db, now=given.now)).missed
    assert [(m.match_id, m.by, m.code) for m in missed] == [
        (third.id, "demander", "delivery_mode"),
        (second.id, "demander", "too_expensive"),
    ]
    assert {m.demand_title for m in missed} == {demand.title}
    assert (await ranker.record(db, now=datetime.now(UTC) + timedelta(days=8))).missed == ()
    wrong = (await ranker.record(db, now=given.now)).wrong
    assert {(w.by, w.code, w.count, w.teaches) for w in wrong} == {
        ("demander", "too_expensive", 1, False),
        ("demander", "delivery_mode", 1, True),
    }


async def test_there_is_no_model_of_that_number(db):
    with pytest.raises(NotFound):
        await ranker.enable(db, None, 12345)
    with pytest.raises(Unmet):
        await ranker.disable(db, None)


def learnt(seed: int) -> bytes:
    """A stored model of an invented market."""
    dice = np.random.default_rng(seed)
    x = dice.random((400, len(NAMES))).astype(np.float32)
    told = Judgements(x, x[:, NAMES.index("delivery_met")] > 0.5, [f"d{n // 10}" for n in range(400)])
    tried = trial(told)
    assert tried.accepted
    return dump(told, tried)


async def stored(db, content):
    """A row for it, as if it had won."""
    interval = {"mean": 0.1, "low": 0.05, "high": 0.2}
    figures = {"demands": 40, "pairs": 400, "lexical": interval, "learnt": interval, "gain": interval,
               "calibration": 0.05, "accepted": True}  # fmt: skip
    return await rows.INSERT.one(db, content, figures, True, True, None)


async def test_rollback_goes_back_step_by_step(db):
    one, two = await stored(db, learnt(1)), await stored(db, learnt(2))
    await ranker.enable(db, None, one)
    with pytest.raises(Unmet):
        await ranker.enable(db, None, one)
    await ranker.enable(db, None, two)
    await ranker.disable(db, None)
    assert [await ranker.rollback(db, None) for _ in range(3)] == [two, one, None]
    with pytest.raises(Unmet):
        await ranker.rollback(db, None)
    actions = [choice.action for choice in (await ranker.record(db, now=NOW)).choices]
    assert actions == ["rollback"] * 3 + ["disable", "enable", "enable"]


async def test_a_damaged_model_is_refused_and_the_words_rank(db, caplog):
    whole = learnt(1)
    half = await stored(db, whole[: len(whole) // 2])
    with pytest.raises(Unmet) as refused:
        await ranker.enable(db, None, half)
    assert refused.value.sentences == (ranker.OTHER_VERSION,)
    await rows.CHOOSE.run(db, half, "enable", None, None)  # damaged after it was put in force
    maker = Matchmaker("")
    await maker.adopt(db)
    assert maker.ranking is None
    assert "is not used" in caplog.text


async def test_a_running_site_takes_up_what_is_put_in_force(app, committed):
    async with app.lifespan():
        maker = app.state.matchmaker
        await maker.ready.wait()
        model = await stored(committed.db, learnt(1))
        async with committed.db.transaction():
            await ranker.enable(committed.db, None, model)
        async with asyncio.timeout(30):
            while maker.ranking is None:  # noqa: ASYNC110 - PostgreSQL tells the site, not the test
                await asyncio.sleep(0.01)
        assert maker.ranking.model_id == model
        async with committed.db.transaction():
            await ranker.rollback(committed.db, None)
        async with asyncio.timeout(30):
            while maker.ranking is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


def test_the_simulated_texts_are_apart():
    texts = list(simulation.purposes())
    assert len(set(texts)) == 49
    assert len(set(itertools.islice(simulation.template(), 5))) == 5
