"""No organisation fills another's inbox, or the broker's: drafts tell nobody, the rest is bounded by the day."""

from datetime import timedelta

import pytest

from market.domain.errors import TooMany
from market.domain.matches import Answer, Response, ResponseAction
from market.services import demands, inbox, limits, matches, negotiations, notices
from market.store import journal

pytestmark = pytest.mark.anyio


async def used_up(db, limit, subject, left=0):
    for _ in range(limit.most - left):
        await limit.take(db, subject)


async def test_drafts_reach_nobody_and_what_is_posted_is_bounded(db, given, settings):
    owner, supplier, broker = await given.demander(), await given.supplier(), await given.staff()
    drafts = [await given.draft_demand(owner) for _ in range(3)]
    for draft in drafts:
        for event in await journal.OF_OBJECT.all(db, "demand", draft.id):
            await notices.on_event(db, event, now=given.now, settings=settings)
    for other in (supplier, broker):
        assert (await inbox.mine(db, other, now=given.now)).items == ()
        assert (await notices.page(db, other)).items == ()
    await used_up(db, limits.DEMANDS_OF_ORGANISATION, str(owner.organisation_id), left=1)
    await demands.act(db, owner, drafts[0].id, "submit", version=drafts[0].version, now=given.now)
    with pytest.raises(TooMany):
        await demands.act(db, owner, drafts[1].id, "submit", version=drafts[1].version, now=given.now)
    assert (await demands.get(db, owner, drafts[1].id)).state == "draft", "and stays as it was"
    assert [item.id for item in (await inbox.mine(db, broker, now=given.now)).items] == [drafts[0].id]


async def test_a_mind_changed_all_day_is_told_a_few_times_only(db, given):
    pairing = await given.proposed_match()
    found, until = pairing.match, (given.now + timedelta(days=2)).date()

    async def says(n):
        action, until_ = ((ResponseAction.INTEREST, None), (ResponseAction.SNOOZE, until))[n % 2]
        response = Response(action=action, version=found.version, until=until_)
        return await matches.answer(db, pairing.demander, found.id, response, now=given.now)

    for n in range(limits.ANSWERS_TO_MATCH.most):
        found = await says(n)
    with pytest.raises(TooMany):
        await says(limits.ANSWERS_TO_MATCH.most)
    assert found.demander_answer is Answer.SNOOZED
    yes = Response(action=ResponseAction.INTEREST, version=found.version)
    assert (await matches.answer(db, pairing.supplier, found.id, yes, now=given.now)).supplier_answer == "interested"


async def test_messages_are_bounded_by_side_and_negotiation(db, given):
    talk = await given.negotiation("offered")
    await used_up(db, limits.MESSAGES_IN_NEGOTIATION, f"{talk.consumer.organisation_id}:{talk.negotiation.id}", left=1)
    await negotiations.say(db, talk.consumer, talk.negotiation.id, "请看第二条", now=given.now)
    with pytest.raises(TooMany):
        await negotiations.say(db, talk.consumer, talk.negotiation.id, "请看第二条", now=given.now)
    assert await negotiations.say(db, talk.provider, talk.negotiation.id, "好的", now=given.now)
