"""Negotiations through the services, against a real PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from market.domain.errors import (
    Forbidden,
    IllegalTransition,
    Invalid,
    MissingScope,
    NotFound,
    NotYours,
    Stale,
    Unmet,
    WrongPassword,
)
from market.domain.machine import Party
from market.domain.negotiations import Clause, first_seen, last_looked
from market.domain.permissions import Role
from market.services import agreements, demands, matches, negotiations
from market.store import journal
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio

# Dataspace Protocol 2025-1, contract negotiation: who may send what in which state, as the state diagram has it.
# (state, sender, message): the state it leads to. Whatever is not here is refused.
PROTOCOL = {
    ("requested", "provider", "offer"): "offered",
    ("requested", "provider", "agree"): "agreed",
    ("requested", "consumer", "terminate"): "terminated",
    ("requested", "provider", "terminate"): "terminated",
    ("offered", "consumer", "request"): "requested",
    ("offered", "consumer", "accept"): "accepted",
    ("offered", "consumer", "terminate"): "terminated",
    ("offered", "provider", "terminate"): "terminated",
    ("accepted", "provider", "agree"): "agreed",
    ("accepted", "provider", "terminate"): "terminated",
    ("agreed", "consumer", "verify"): "verified",
    ("agreed", "consumer", "terminate"): "terminated",
    ("verified", "provider", "finalize"): "finalized",
    ("verified", "provider", "terminate"): "terminated",
}
STATES = ("requested", "offered", "accepted", "agreed", "verified", "finalized", "terminated")
MESSAGES = ("request", "offer", "accept", "agree", "verify", "finalize", "terminate")


class Undone(Exception):
    """Takes back what a try has changed."""


async def send(db, given, talk, sender, message):
    """The state after this message, or the error that refused it; nothing stays."""
    actor, found = getattr(talk, sender), talk.negotiation
    try:
        async with db.transaction():
            if (sender, message) in (("consumer", "request"), ("provider", "offer")):
                sent = given.offer(price=Decimal(7))
                found = await negotiations.counter(db, actor, found.id, sent, version=found.version, now=given.now)
            else:
                found = await negotiations.act(
                    db,
                    actor,
                    found.id,
                    message,
                    version=found.version,
                    now=given.now,
                    reason="no use",
                    password=PASSWORD,
                )
            raise Undone
    except Undone:
        return str(found.state)
    except (NotYours, IllegalTransition) as error:
        return type(error)


@pytest.mark.parametrize("state", STATES)
async def test_who_may_send_what(db, given, state):
    talk = await given.negotiation(state)
    for sender in ("consumer", "provider"):
        for message in MESSAGES:
            got = await send(db, given, talk, sender, message)
            expected = PROTOCOL.get((state, sender, message), "refused")
            if expected == "refused":
                assert got in (NotYours, IllegalTransition), (state, sender, message)
            else:
                assert got == expected, (state, sender, message)


@pytest.mark.parametrize(("side", "state"), [("demander", "requested"), ("supplier", "offered")])
async def test_either_side_begins_and_demand_and_match_follow(db, given, side, state):
    pairing = await given.mutual_match()
    actor = getattr(pairing, side)
    found = await negotiations.start(db, actor, pairing.match.id, given.offer(), now=given.now)
    assert found.state == state
    assert (found.demand_revision, found.product_revision) == (1, 1)
    assert (await demands.get(db, pairing.demander, found.demand_id)).state == "in_negotiation"
    assert (await matches.get(db, pairing.demander, pairing.match.id)).state == "converted"
    (event,) = [e for e in await journal.OF_OBJECT.all(db, "demand", found.demand_id) if e.action == "negotiate"]
    assert event.party == "system"
    assert await journal.BROKEN.all(db) == []
    with pytest.raises(IllegalTransition):
        await negotiations.start(db, actor, pairing.match.id, given.offer(), now=given.now)


async def test_only_a_mutual_match_and_only_its_sides(db, given):
    proposed = await given.proposed_match()
    with pytest.raises(IllegalTransition):
        await negotiations.start(db, proposed.demander, proposed.match.id, given.offer(), now=given.now)
    mutual = await given.mutual_match()
    with pytest.raises(NotFound):
        await negotiations.start(db, await given.supplier(), mutual.match.id, given.offer(), now=given.now)
    with pytest.raises(NotYours):
        await negotiations.start(db, await given.staff(), mutual.match.id, given.offer(), now=given.now)


async def test_strangers_see_nothing(db, given):
    talk = await given.negotiation()
    stranger = await given.demander()
    for call in (
        negotiations.get(db, stranger, talk.negotiation.id),
        negotiations.say(db, stranger, talk.negotiation.id, "hello", now=given.now),
        negotiations.counter(db, stranger, talk.negotiation.id, given.offer(), version=1, now=given.now),
        negotiations.act(db, stranger, talk.negotiation.id, "terminate", version=1, now=given.now, reason="x"),
        negotiations.act(db, stranger, talk.negotiation.id, "accept", version=1, now=given.now),
    ):
        with pytest.raises(NotFound):
            await call
    assert (await negotiations.page(db, stranger, [])).items == ()
    assert [c.id for c in (await negotiations.page(db, talk.consumer, [])).items] == [talk.negotiation.id]
    for role in (Role.BROKER, Role.MEDIATOR, Role.AUDITOR):
        assert (await negotiations.get(db, await given.staff(role), talk.negotiation.id)).id == talk.negotiation.id


async def test_offers_are_numbered_and_never_change(db, given):
    talk = await given.negotiation("requested")
    found = talk.negotiation
    sent = given.offer(price=Decimal("1500"), clauses=(Clause(title="保密", text="五年"),))
    found = await negotiations.counter(db, talk.provider, found.id, sent, version=found.version, now=given.now)
    sent = given.offer(price=Decimal("1300"))
    found = await negotiations.counter(db, talk.consumer, found.id, sent, version=found.version, now=given.now)
    offers = await negotiations.offers(db, found)
    assert [(o.number, o.party) for o in offers] == [(1, "consumer"), (2, "provider"), (3, "consumer")]
    seen = await negotiations.difference(db, found, 1, 2)
    assert [(c.name, c.was, c.now) for c in seen] == [
        ("price", "1200.00", "1500.00"),
        ("更新", "每日十点前更新", ""),
        ("保密", "", "五年"),
    ]
    assert [c.name for c in await negotiations.difference(db, found, 1, 3)] == ["price"]
    with pytest.raises(NotFound):
        await negotiations.difference(db, found, 1, 4)
    for statement in ("UPDATE offer SET note = 'x' WHERE id = $1", "DELETE FROM offer WHERE id = $1"):
        with pytest.raises(Exception, match="never change"):
            async with db.transaction():
                await db.execute(statement, offers[0].id)
    kept = [e.data for e in await journal.OF_OBJECT.all(db, "negotiation", found.id) if e.action == "terms"]
    assert kept == [{"offer": o.number, "sha256": o.terms_hash.hex()} for o in offers]


async def test_an_offer_lapses_at_the_close_of_its_last_day(db, given):
    given.now = datetime(2026, 2, 12, 3, 0, tzinfo=UTC)  # five days on lies in the Spring Festival, off until the 24th
    talk = await given.negotiation("offered", valid_days=5)
    last = await negotiations.last_offer(db, talk.negotiation)
    assert last.expires_at == datetime(2026, 2, 24, 10, 0, tzinfo=UTC)
    found = talk.negotiation
    late = last.expires_at + timedelta(seconds=1)
    with pytest.raises(Unmet) as refused:
        await negotiations.act(db, talk.consumer, found.id, "accept", version=found.version, now=late)
    assert "expired" in refused.value.sentences[0]
    again = await negotiations.counter(db, talk.consumer, found.id, given.offer(), version=found.version, now=late)
    assert again.state == "requested"


async def test_wrong_terms_name_every_field(db, given):
    pairing = await given.mutual_match()
    wrong = given.offer(
        price=Decimal("NaN"),
        period_from=date(2026, 3, 1),
        period_to=date(2026, 2, 1),
        permitted_use=" \u0000 ",
        clauses=(Clause(title="a", text="\u200b\u0007"), Clause(title="b", text="  ")),
    )
    with pytest.raises(Invalid) as refused:
        await negotiations.start(db, pairing.demander, pairing.match.id, wrong, now=given.now)
    assert set(refused.value.fields) == {"price", "period_to", "permitted_use", "clauses"}
    for price in ("-1", "Infinity", "0.001", "1e400"):
        with pytest.raises(Invalid) as refused:
            negotiations.checked(given.offer(price=Decimal(price)), given.now)
        assert set(refused.value.fields) == {"price"}


@pytest.mark.parametrize(
    ("state", "action", "side"), [("accepted", "agree", "provider"), ("agreed", "verify", "consumer")]
)
async def test_confirming_takes_an_authorised_member_and_the_password(db, given, state, action, side):
    talk = await given.negotiation(state)
    owner, found = getattr(talk, side), talk.negotiation

    async def confirm(actor, password=PASSWORD):
        async with db.transaction():
            return await negotiations.act(
                db, actor, found.id, action, version=found.version, now=given.now, password=password
            )

    member = msgspec.structs.replace(owner, role=Role.MEMBER)
    with pytest.raises(Forbidden):
        await confirm(member)
    assert action not in [e.action for e in negotiations.actions(member, found)]
    for password in ("", "a guess", None):
        with pytest.raises(WrongPassword):
            await confirm(owner, password)
    token = msgspec.structs.replace(owner, token_id=1, scopes=frozenset({"negotiation:read"}))
    with pytest.raises(MissingScope):
        await confirm(token)
    token = msgspec.structs.replace(token, scopes=frozenset({"negotiation:read", "negotiation:write"}))
    assert (await confirm(token)).state == f"{'agree' if action == 'agree' else 'verifie'}d"


async def test_the_broker_ends_what_has_gone_wrong(db, given):
    for state in ("requested", "offered", "accepted", "agreed", "verified"):
        talk = await given.negotiation(state)
        found = talk.negotiation
        with pytest.raises(NotYours):
            await negotiations.act(
                db, talk.consumer, found.id, "abort", version=found.version, now=given.now, reason="no"
            )
        ended = await negotiations.act(
            db, await given.staff(), found.id, "abort", version=found.version, now=given.now, reason="fraud"
        )
        assert (ended.state, ended.state_party, ended.state_reason) == ("terminated", "broker", "fraud")
        if found.agreement_id:
            assert (await agreements.get(db, talk.consumer, found.agreement_id)).state == "void"


async def test_a_demand_goes_back_to_the_market_when_nothing_is_left(db, given):
    owner = await given.demander()
    demand = await given.open_demand(owner)
    pairings = [await given.mutual_match(owner, demand=demand) for _ in range(2)]
    talks = [await given.negotiation(pairing=pairing) for pairing in pairings]

    async def end(talk):
        found = talk.negotiation
        await negotiations.act(
            db, talk.provider, found.id, "terminate", version=found.version, now=given.now, reason="sold elsewhere"
        )
        return (await demands.get(db, owner, demand.id)).state

    assert await end(talks[0]) == "in_negotiation"
    assert await end(talks[1]) == "open"


async def test_a_demand_with_an_agreement_stays_in_negotiation(db, given):
    owner = await given.demander()
    demand = await given.open_demand(owner)
    pairings = [await given.mutual_match(owner, demand=demand) for _ in range(2)]
    await given.negotiation("finalized", pairings[0])
    await given.negotiation("terminated", pairings[1])
    assert (await demands.get(db, owner, demand.id)).state == "in_negotiation"


async def test_a_step_on_what_has_changed_is_refused(db, given):
    talk = await given.negotiation("offered")
    found = talk.negotiation
    await negotiations.act(db, talk.consumer, found.id, "accept", version=found.version, now=given.now)
    with pytest.raises(Stale):
        await negotiations.act(
            db, talk.consumer, found.id, "terminate", version=found.version, now=given.now, reason="too late"
        )
    with pytest.raises(Stale):
        await negotiations.counter(db, talk.consumer, found.id, given.offer(), version=found.version, now=given.now)


async def test_the_thread(db, given):
    talk = await given.negotiation()
    found = talk.negotiation
    broker = await given.staff()
    for actor, body in ((talk.consumer, "第一句"), (talk.provider, "第二句"), (broker, " 第三句\u0007 ")):
        await negotiations.say(db, actor, found.id, body, now=given.now)
    first = await negotiations.thread(db, found, limit=2)
    assert [(m.party, m.body) for m in first.items] == [("broker", "第三句"), ("provider", "第二句")]
    rest = await negotiations.thread(db, found, cursor=first.next, limit=2)
    assert [(m.party, m.body, rest.next) for m in rest.items] == [("consumer", "第一句", None)]
    told = [e for e in await journal.OF_OBJECT.all(db, "negotiation", found.id) if e.action == "message"]
    assert [e.party for e in told] == ["consumer", "provider", "broker"]
    assert (await negotiations.get(db, broker, found.id)).version == found.version
    with pytest.raises(Forbidden):
        await negotiations.say(db, await given.staff(Role.AUDITOR), found.id, "hello", now=given.now)
    for body in (" ", "\u0000", "x" * 5_001):
        with pytest.raises(Invalid):
            await negotiations.say(db, talk.consumer, found.id, body, now=given.now)
    over = await given.negotiation("terminated")
    with pytest.raises(IllegalTransition):
        await negotiations.say(db, over.consumer, over.negotiation.id, "still there?", now=given.now)


async def test_the_lists_are_paged_without_gaps(db, given):
    owner = await given.supplier()
    ids = []
    for _ in range(3):
        talk = await given.negotiation(pairing=await given.mutual_match(supplier=owner))
        ids.append(talk.negotiation.id)
    seen, cursor = [], None
    while True:
        found = await negotiations.page(db, owner, [], cursor=cursor, limit=1)
        seen += [card.id for card in found.items]
        cursor = found.next
        if cursor is None:
            break
    assert seen == ids[::-1]
    assert (await negotiations.page(db, owner, [], states=["agreed"])).items == ()
    assert [c.id for c in (await negotiations.page(db, owner, [], demand_id=talk.negotiation.demand_id)).items] == ids[
        -1:
    ]


async def listed(db, actor, **wanted):
    """The ids of the whole list, page by page of two."""
    waiting = await negotiations.waits(db, actor)
    found, cursor = [], None
    while True:
        page = await negotiations.page(db, actor, waiting, cursor=cursor, limit=2, **wanted)
        found += [(card.id, card.yours) for card in page.items]
        cursor = page.next
        if cursor is None:
            return found


async def test_what_waits_for_the_reader_is_listed_first_and_due_first(db, given):
    owner, staff = await given.demander(), await given.staff()
    ids = {}
    for day, (name, state) in enumerate(
        [("urgent", "offered"), ("late", "offered"), ("asked", "requested"), ("held", "offered"), ("old", "requested")]
    ):
        ids[name] = (await given.negotiation(state, await given.mutual_match(owner))).negotiation.id
        due, changed = given.now + timedelta(days=day), given.now - timedelta(days=day)
        await db.execute("UPDATE negotiation SET due_at = $2, updated_at = $3 WHERE id = $1", ids[name], due, changed)
    held = await negotiations.get(db, staff, ids["held"])
    await negotiations.act(db, staff, ids["held"], "hold", version=held.version, reason="To be checked", now=given.now)
    elsewhere = (await given.negotiation("offered")).negotiation.id
    yours = [(ids["urgent"], True), (ids["late"], True)]
    ours = await listed(db, owner)
    assert ours[:2] == yours
    assert sorted(ours[2:]) == sorted((ids[name], False) for name in ("asked", "held", "old"))
    assert ours[-2:] == [(ids["asked"], False), (ids["old"], False)], "the rest by last change"
    assert await listed(db, owner, yours=True) == yours
    theirs = await listed(db, staff)
    assert theirs[0] == (ids["held"], True)
    assert len(theirs) == 6
    assert (elsewhere, False) in theirs
    assert await listed(db, await given.staff(Role.AUDITOR), yours=True) == []


async def test_each_side_can_tell_what_the_other_has_seen_and_staff_leave_no_trace(db, given):
    talk = await given.negotiation("offered")
    found, began = talk.negotiation, given.now
    colleague, broker = await given.colleague(talk.consumer), await given.staff()
    journalled = await db.fetchval("SELECT count(*) FROM journal")
    assert await negotiations.seen(db, found) == []
    for actor in (talk.consumer, colleague, broker):
        await negotiations.look(db, actor, found, 1, now=given.later(hours=1))
    await negotiations.look(db, talk.consumer, found, 1, now=given.later(hours=1))
    await negotiations.look(db, talk.consumer, found, 1, now=began)  # overtaken on its way
    (seen,) = await negotiations.seen(db, found)  # of the broker nothing
    assert (seen.party, seen.offer) == ("consumer", 1)
    assert (seen.first_at, seen.last_at) == (began + timedelta(hours=1), given.now)
    assert await db.fetchval("SELECT count(*) FROM journal") == journalled
    offer = given.offer(price=Decimal(1000))
    found = await negotiations.counter(db, talk.consumer, found.id, offer, version=found.version, now=given.now)
    await negotiations.look(db, talk.provider, found, 2, now=given.later(hours=1))
    seen = await negotiations.seen(db, found)
    assert first_seen(seen, Party.PROVIDER, 1) == first_seen(seen, Party.PROVIDER, 2) == given.now
    assert first_seen(seen, Party.CONSUMER, 1) == began + timedelta(hours=1)
    assert first_seen(seen, Party.CONSUMER, 2) is None
    made = await negotiations.offers(db, found)
    assert last_looked(seen, made, Party.PROVIDER) == given.now
    assert last_looked([], made, Party.CONSUMER) == made[-1].created_at == given.now - timedelta(hours=1)
