"""The clock's steps, and being told once of a deadline that passed."""

from datetime import timedelta

import pytest

from market.domain.notices import OVERDUE
from market.services import deadlines, demands
from market.store import journal

pytestmark = pytest.mark.anyio


async def actions(db, kind, object_id):
    return [event.action for event in await journal.OF_OBJECT.all(db, kind, object_id)]


async def test_what_its_deadline_ends_is_ended_by_the_clock(db, given):
    match, *_ = await given.proposed_match()
    fresh = await given.open_demand()
    await db.execute("UPDATE demand SET due_at = $2 WHERE id = $1", fresh.id, given.now + timedelta(days=900))
    await deadlines.run(db, now=given.now)
    assert await db.fetchval("SELECT state FROM match WHERE id = $1", match.id) == "proposed"
    later = given.now + timedelta(days=365)
    assert await deadlines.run(db, now=later) >= 2
    assert await db.fetchval("SELECT state FROM match WHERE id = $1", match.id) == "expired"
    states = await db.fetch("SELECT id, state FROM demand WHERE id = ANY ($1)", [match.demand_id, fresh.id])
    assert {row["id"]: row["state"] for row in states} == {match.demand_id: "expired", fresh.id: "open"}
    last = (await journal.OF_OBJECT.all(db, "match", match.id))[-1]
    assert (last.action, last.party, last.person_id) == ("expire", "clock", None)


async def test_an_agreement_ends_after_its_last_day(db, given):
    deal = await given.agreement()
    await deadlines.run(db, now=given.now + timedelta(days=3650))
    assert await db.fetchval("SELECT state FROM agreement WHERE id = $1", deal.agreement.id) == "expired"


async def test_a_missed_deadline_is_journalled_once(db, given):
    owner = await given.demander()
    demand = await given.draft_demand(owner)
    await demands.act(db, owner, demand.id, "submit", now=given.now)
    late = given.now + timedelta(days=30)
    await deadlines.run(db, now=late)
    await deadlines.run(db, now=late + timedelta(days=1))
    assert await actions(db, "demand", demand.id) == ["create", "submit", OVERDUE]
    (event,) = [e for e in await journal.OF_OBJECT.all(db, "demand", demand.id) if e.action == OVERDUE]
    assert event.data["state"] == "submitted"
    job = await db.fetchval("SELECT count(*) FROM pgqueuer WHERE payload = $1", str(event.id).encode())
    assert job == 1


async def test_a_new_deadline_can_be_missed_anew(db, given):
    owner, broker = await given.demander(), await given.staff()
    demand = await given.draft_demand(owner)
    await demands.act(db, owner, demand.id, "submit", now=given.now)
    await deadlines.run(db, now=given.now + timedelta(days=30))
    asked = given.now + timedelta(days=31)
    await demands.act(db, broker, demand.id, "ask", now=asked, reason="哪些字段?")
    await deadlines.run(db, now=asked)
    await deadlines.run(db, now=asked + timedelta(days=30))
    assert await actions(db, "demand", demand.id) == ["create", "submit", OVERDUE, "ask", OVERDUE]


async def test_more_than_one_batch(db, given, monkeypatch):
    monkeypatch.setattr(deadlines, "BATCH", 2)
    owner = await given.demander()
    made = [await given.draft_demand(owner) for _ in range(5)]
    await deadlines.run(db, now=given.now + timedelta(days=365))
    for demand in made:
        assert (await actions(db, "demand", demand.id))[-1] == OVERDUE
