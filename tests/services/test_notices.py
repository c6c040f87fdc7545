"""Who is told of an event, once, in which words."""

import re

import msgspec
import pytest

from market.domain.errors import NotFound
from market.domain.notices import NOTICES
from market.domain.permissions import Role
from market.domain.subjects import collection
from market.services import demands, matches, negotiations, notices
from market.settings import Settings
from market.store import journal
from tests import mailbox

pytestmark = pytest.mark.anyio
QUIET = Settings(base_url="https://market.example", language="en")
MAILING = msgspec.structs.replace(QUIET, smtp_url="smtp://mail.example")


async def told(given, kind, object_id, settings=QUIET):
    """Hand every event of the object in, twice; {(action, person)} of what was written."""
    for _ in range(2):
        for event in await journal.OF_OBJECT.all(given.db, kind, object_id):
            await notices.on_event(given.db, event, now=given.now, settings=settings)
    rows = await given.db.fetch(
        "SELECT action, person_id FROM notification WHERE kind = $1 AND object_id = $2 ORDER BY id", kind, object_id
    )
    return [(row["action"], row["person_id"]) for row in rows]


async def member_of(given, actor, role=Role.MEMBER):
    """A colleague in the same organisation."""
    colleague = await given.demander()
    await given.db.execute(
        "UPDATE membership SET organisation_id = $1, role = $2 WHERE person_id = $3",
        actor.organisation_id,
        role,
        colleague.person_id,
    )
    return msgspec.structs.replace(colleague, organisation_id=actor.organisation_id, role=role)


async def test_each_side_hears_of_what_the_other_did_and_nobody_twice(db, given):
    broker = await given.staff()
    owner = await given.demander()
    colleague = await member_of(given, owner)
    demand = await given.draft_demand(owner)
    await demands.act(db, owner, demand.id, "submit", now=given.now)
    await demands.act(db, broker, demand.id, "ask", now=given.now, reason="哪些字段?")
    found = await told(given, "demand", demand.id)
    assert set(found) == {
        ("submit", broker.person_id),
        ("ask", owner.person_id),
        ("ask", colleague.person_id),
    }
    assert len(found) == 3


async def test_the_disabled_and_staff_of_other_roles_are_not_told(db, given):
    broker, gone = await given.staff(), await given.staff()
    registrar = await given.staff(Role.REGISTRAR)
    await db.execute("UPDATE person SET disabled = true WHERE id = $1", gone.person_id)
    owner = await given.demander()
    demand = await given.draft_demand(owner)
    await demands.act(db, owner, demand.id, "submit", now=given.now)
    people = [person for _, person in await told(given, "demand", demand.id)]
    assert broker.person_id in people
    assert not {gone.person_id, registrar.person_id} & set(people)


async def test_sides_hear_of_a_pairing_from_its_proposal_on_and_a_sealed_title_is_covered(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander, sealed=True, masked=("江苏",))
    match, _, supplier = await given.proposed_match(demander, demand=demand)
    found = await told(given, "match", match.id)
    assert set(found) == {("propose", demander.person_id), ("propose", supplier.person_id)}
    titles = {actor.person_id: (await notices.page(db, actor)).items[0].title for actor in (demander, supplier)}
    assert titles[demander.person_id].startswith("江苏公路货运量 ↔ ")
    assert titles[supplier.person_id].startswith("▇▇▇公路货运量 ↔ ")


async def test_what_never_left_the_broker_is_told_to_no_side(db, given):
    match, _, _ = await given.match()
    review = matches.Review(
        action=matches.ReviewAction.REJECT, version=match.version, code=matches.RejectCode.DUPLICATE
    )
    await matches.review(db, await given.staff(), match.id, review, now=given.now)
    assert await told(given, "match", match.id) == []


async def test_a_message_tells_the_other_side(db, given):
    talk, consumer, provider = await given.negotiation("offered")
    await negotiations.say(db, consumer, talk.id, "可以按季度付款吗?", now=given.now)
    found = [person for action, person in await told(given, "negotiation", talk.id) if action == "message"]
    assert found == [provider.person_id]


async def test_mails_are_in_the_readers_language_with_a_link(db, given):
    owner = await given.demander()
    await db.execute("UPDATE person SET language = 'en' WHERE id = $1", owner.person_id)
    demand = await given.open_demand(owner)
    await told(given, "demand", demand.id, MAILING)
    mails = [mail for mail in await mailbox.waiting(given) if mail.subject == "Your demand is open and being matched."]
    (mail,) = mails
    assert f"https://market.example/demands/{demand.id}" in mail.body
    assert demand.title in mail.body
    assert await db.fetchval("SELECT bool_and(emailed_at IS NOT NULL) FROM notification WHERE kind = 'demand'")


async def test_without_a_mail_server_nothing_is_queued(db, given):
    demand = await given.open_demand()
    await told(given, "demand", demand.id)
    assert await mailbox.waiting(given) == []


async def test_reading(db, given):
    owner = await given.demander()
    demand = await given.open_demand(owner)
    await told(given, "demand", demand.id)
    await given.letter(demand.id)
    await told(given, "demand", demand.id)
    assert await notices.unread(db, owner) == 2
    latest, first = (await notices.page(db, owner)).items
    assert (latest.action, first.action) == ("letter", "open")
    await notices.open_(db, owner, first.id, now=given.now)
    assert [n.id for n in (await notices.page(db, owner, unread=True)).items] == [latest.id]
    with pytest.raises(NotFound):
        await notices.open_(db, await given.demander(), latest.id, now=given.now)
    assert await notices.mark_read(db, await given.demander(), now=given.now, ids=[latest.id]) == 0
    assert await notices.unread(db, owner) == 1
    assert await notices.mark_read(db, owner, now=given.now) == 0


async def test_a_link_of_every_kind_leads_to_a_page_there_is(app):
    pages = {route.path_format for route in app.routes}
    for kind, _ in NOTICES:
        for own in (True, False):
            assert re.sub(r"\d+", "{id}", notices.page_of_object(kind, 5, own=own)) in {
                re.sub(r"\{\w+\}", "{id}", path) for path in pages
            }
        assert f"/api/v1/{collection(kind)}/{{{kind}_id}}" in pages
