"""Negotiations on hold: who may hold them, what stops, and what begins so."""

import pytest

from market.domain.errors import Forbidden, IllegalTransition, Invalid, Unmet
from market.domain.permissions import Role
from market.domain.products import DataClass
from market.services import negotiations
from market.store import journal
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("state", ["requested", "offered", "accepted", "agreed", "verified"])
async def test_a_hold_stops_every_step_towards_agreement(db, given, state):
    talk = await given.negotiation(state)
    broker = await given.staff()

    async def act(actor, action, **more):
        found = await negotiations.get(db, broker, talk.negotiation.id)
        return await negotiations.act(db, actor, found.id, action, version=found.version, now=given.now, **more)

    held = await act(broker, "hold", reason="the price needs a look")
    assert (held.hold_reason, held.state) == ("the price needs a look", state)
    onward = {
        "requested": ("agree", talk.provider),
        "offered": ("accept", talk.consumer),
        "accepted": ("agree", talk.provider),
        "agreed": ("verify", talk.consumer),
        "verified": ("finalize", talk.provider),
    }[state]
    assert onward[0] not in [e.action for e in negotiations.actions(onward[1], held)]
    with pytest.raises(Unmet):
        await act(onward[1], onward[0], password=PASSWORD)
    if state in ("requested", "offered"):
        side = talk.provider if state == "requested" else talk.consumer
        with pytest.raises(Unmet):
            await negotiations.counter(db, side, held.id, given.offer(), version=held.version, now=given.now)
    with pytest.raises(IllegalTransition):
        await act(broker, "hold", reason="again")
    released = await act(broker, "release")
    assert released.hold_reason is None
    assert (await act(onward[1], onward[0], password=PASSWORD)).state != state
    events = [(e.action, e.reason) for e in await journal.OF_OBJECT.all(db, "negotiation", held.id)]
    assert ("hold", "the price needs a look") in events
    assert ("release", None) in events


async def test_important_data_is_negotiated_from_a_hold(db, given):
    supplier = await given.supplier()
    product = await given.listed_product(
        supplier, data_class=DataClass.IMPORTANT, risk_assessment="2026年1月完成年度风险评估"
    )
    pairing = await given.mutual_match(supplier=supplier, product=product)
    found = await negotiations.start(db, pairing.demander, pairing.match.id, given.offer(), now=given.now)
    assert found.hold_reason == negotiations.IMPORTANT_DATA
    with pytest.raises(Unmet):
        await negotiations.counter(db, supplier, found.id, given.offer(), version=found.version, now=given.now)
    broker = await given.staff()
    found = await negotiations.act(db, broker, found.id, "release", version=found.version, now=given.now)
    found = await negotiations.counter(db, supplier, found.id, given.offer(), version=found.version, now=given.now)
    assert found.state == "offered"
    assert [(e.action, e.party) for e in await journal.OF_OBJECT.all(db, "negotiation", found.id)] == [
        ("request", "consumer"),
        ("terms", "consumer"),
        ("hold", "system"),
        ("release", "broker"),
        ("offer", "provider"),
        ("terms", "provider"),
    ]


async def test_who_may_hold(db, given):
    talk = await given.negotiation()
    found = talk.negotiation
    for actor in (talk.consumer, talk.provider, await given.staff(Role.AUDITOR), await given.staff(Role.REGISTRAR)):
        with pytest.raises(Forbidden):
            await negotiations.act(db, actor, found.id, "hold", version=found.version, now=given.now, reason="no")
    for role in (Role.BROKER, Role.MEDIATOR, Role.ADMIN):
        staff = await given.staff(role)
        assert "hold" in [e.action for e in negotiations.actions(staff, found)]
        with pytest.raises(Invalid):
            await negotiations.act(db, staff, found.id, "hold", version=found.version, now=given.now, reason=" ")
    over = await given.negotiation("terminated")
    with pytest.raises(IllegalTransition):
        await negotiations.act(
            db, staff, over.negotiation.id, "hold", version=over.negotiation.version, now=given.now, reason="late"
        )
