"""Where an organisation's own demands stand: what waits for it stands first, the most urgent before the rest."""

from datetime import timedelta

import pytest

from market.domain.errors import NotFound
from market.domain.matches import Response, ResponseAction
from market.domain.my_demands import Step, Turn, standing
from market.services import demands, matches, my_demands, negotiations

pytestmark = pytest.mark.anyio


async def listed(given, owner, **wanted):
    """The titles of the whole list and whose turn each is, page by page of three."""
    waiting = await my_demands.waits(given.db, owner, now=given.now)
    found, cursor = [], None
    while True:
        page = await my_demands.page(given.db, owner, waiting, now=given.now, cursor=cursor, limit=3, **wanted)
        found += [(own.title, standing(own)) for own in page.items]
        cursor = page.next
        if cursor is None:
            return found


async def answer(given, pairing, who, action, **said):
    response = Response(action=action, version=pairing.match.version, **said)
    await matches.answer(given.db, who, pairing.match.id, response, now=given.now)


async def due(given, kind, object_id, days):
    statement = {
        "demand": "UPDATE demand SET due_at = $2 WHERE id = $1",
        "match": "UPDATE match SET due_at = $2 WHERE id = $1",
        "negotiation": "UPDATE negotiation SET due_at = $2 WHERE id = $1",
    }[kind]
    await given.db.execute(statement, object_id, given.now + timedelta(days=days))


async def of_every_kind(given, owner):
    """A demand at each of the places where one can stand, called by its place, with deadlines in no order."""

    async def proposed(title):
        return await given.proposed_match(owner, demand=await given.open_demand(owner, title=title))

    async def mutual(title):
        return await given.mutual_match(owner, demand=await given.open_demand(owner, title=title))

    broker = await given.staff()
    await due(given, "demand", (await given.draft_demand(owner, title="draft")).id, 9)
    asked = await given.draft_demand(owner, title="asked by the broker")
    for actor, action in ((owner, "submit"), (broker, "ask")):
        asked = await demands.act(
            given.db, actor, asked.id, action, version=asked.version, now=given.now, reason="Which years?"
        )
    await due(given, "demand", asked.id, 3)
    sent = await given.draft_demand(owner, title="with the broker")
    await demands.act(given.db, owner, sent.id, "submit", version=sent.version, now=given.now)
    await given.open_demand(owner, title="nothing found")
    await due(given, "match", (await proposed("proposed")).match.id, 5)
    asleep = await proposed("put off")
    until = (given.now + timedelta(days=5)).date()
    await answer(given, asleep, owner, ResponseAction.SNOOZE, until=until)
    said = await proposed("said yes")
    await answer(given, said, owner, ResponseAction.INTEREST)
    await due(given, "match", (await mutual("both interested")).match.id, 1)
    await given.negotiation("requested", await mutual("supplier to offer"))
    talk = await given.negotiation("offered", await mutual("offer to answer"))
    await due(given, "negotiation", talk.negotiation.id, 2)
    held = (await given.negotiation("offered", await mutual("on hold"))).negotiation
    await negotiations.act(given.db, broker, held.id, "hold", version=held.version, now=given.now, reason="Checked")
    await given.negotiation("finalized", await mutual("agreed"))
    gone = await given.draft_demand(owner, title="thrown away")
    await demands.act(given.db, owner, gone.id, "discard", version=gone.version, now=given.now)
    await given.draft_demand(title="somebody else's")


YOURS = ["both interested", "offer to answer", "asked by the broker", "proposed", "draft", "agreed"]
"""In the order of their deadlines; that which has none stands last."""
REST = {
    "with the broker": Turn.BROKER,
    "on hold": Turn.BROKER,
    "said yes": Turn.THEIRS,
    "put off": Turn.THEIRS,
    "supplier to offer": Turn.THEIRS,
    "nothing found": Turn.NOBODY,
    "thrown away": Turn.NOBODY,
}


async def test_what_waits_for_its_own_side_stands_first_and_due_first(db, given):
    owner = await given.demander()
    await of_every_kind(given, owner)
    found = await listed(given, owner)
    assert [title for title, _ in found[: len(YOURS)]] == YOURS
    assert {stands.turn for _, stands in found[: len(YOURS)]} == {Turn.MINE}
    assert {title: stands.turn for title, stands in found[len(YOURS) :]} == REST
    assert len(found) == len(YOURS) + len(REST), "each once"
    assert [title for title, _ in await listed(given, owner, group="yours")] == YOURS
    assert [title for title, _ in await listed(given, owner, group="draft")] == ["draft"]
    asked = [stands.step for _, stands in found[: len(YOURS)]]
    assert asked == [Step.START, Step.NEGOTIATE, Step.ANSWER_BROKER, Step.ANSWER_MATCHES, Step.POST, Step.SETTLE]


async def test_the_rest_stands_by_last_change(db, given):
    owner = await given.demander()
    for days in (3, 1, 2):
        demand = await given.open_demand(owner, title=f"{days} days ago")
        changed = given.now - timedelta(days=days)
        await db.execute("UPDATE demand SET updated_at = $2 WHERE id = $1", demand.id, changed)
    await given.draft_demand(owner, title="draft")
    assert [title for title, _ in await listed(given, owner)] == ["draft", "1 days ago", "2 days ago", "3 days ago"]


async def test_of_two_talks_the_one_that_waits_is_gone_on_with(db, given):
    owner = await given.demander()
    pairing = await given.mutual_match(owner)
    demand = await demands.get(db, owner, pairing.match.demand_id)
    second = await given.mutual_match(owner, demand=demand)
    waits = (await given.negotiation("offered", pairing)).negotiation
    await given.negotiation("requested", second)
    await db.execute("UPDATE negotiation SET updated_at = now() - interval '1 day' WHERE id = $1", waits.id)
    where = standing(await my_demands.one(db, owner, demand.id, now=given.now))
    assert (where.turn, where.href) == (Turn.MINE, f"/negotiations/{waits.id}")
    with pytest.raises(NotFound):
        await my_demands.one(db, await given.demander(), demand.id, now=given.now)


async def test_as_cards_they_come_in_the_same_order_page_by_page(db, given):
    owner = await given.demander()
    await of_every_kind(given, owner)
    found, cursor = [], None
    while True:
        page = await my_demands.cards(db, owner, now=given.now, cursor=cursor, limit=2)
        found += [card.title for card in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == YOURS
    drafts = await my_demands.cards(db, owner, now=given.now, states=["draft"])
    assert [card.title for card in drafts.items] == ["draft"]
    assert (await my_demands.cards(db, await given.staff(), now=given.now)).items == ()


async def test_a_put_off_match_waits_again_on_its_day(db, given):
    owner = await given.demander()
    pairing = await given.proposed_match(owner)
    day = (given.now + timedelta(days=2)).date()
    await answer(given, pairing, owner, ResponseAction.SNOOZE, until=day)
    for days, expected in ((0, []), (1, []), (2, [pairing.match.demand_id])):
        at = given.now + timedelta(days=days)
        assert [due.id for due in await my_demands.waits(db, owner, now=at)] == expected
