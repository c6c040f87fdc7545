"""Organisations and their verification, against a real PostgreSQL."""

import asyncio

import asyncpg
import msgspec
import pytest

from market.db import prepare_connection
from market.domain.accounts import ANONYMOUS, OrganisationContent
from market.domain.errors import Conflict, Forbidden, Invalid, MissingScope, NotFound, NotYours, Stale, Unmet
from market.domain.permissions import Role
from market.services import organisations
from market.store import journal
from tests.given import Given, credit_code

pytestmark = pytest.mark.anyio


def content_of(organisation, **changes):
    values = {name: getattr(organisation, name) for name in OrganisationContent.__struct_fields__}
    return OrganisationContent(**values | changes)


async def registered(given):
    owner = await given.demander(verified=False)
    return owner, await organisations.get(given.db, owner, owner.organisation_id)


async def submitted(given):
    owner, organisation = await registered(given)
    await organisations.act(given.db, owner, organisation.id, "submit", now=given.now)
    return owner, await organisations.get(given.db, owner, organisation.id)


async def test_the_way_to_verification_is_journalled(db, given):
    owner, organisation = await submitted(given)
    registrar = await given.staff(Role.REGISTRAR)
    assert [card.id for card in await organisations.waiting(db, registrar)] == [organisation.id]
    with pytest.raises(Invalid) as missing:
        await organisations.act(db, registrar, organisation.id, "reject", now=given.now, reason=" ")
    assert set(missing.value.fields) == {"reason"}
    await organisations.act(db, registrar, organisation.id, "reject", now=given.now, reason="印章不清晰")
    assert (await organisations.get(db, owner, organisation.id)).state_reason == "印章不清晰"
    await organisations.act(db, owner, organisation.id, "submit", now=given.now)
    verified = await organisations.act(db, registrar, organisation.id, "verify", now=given.now)
    assert (verified.state, verified.due_at) == ("verified", None)
    await organisations.act(db, registrar, organisation.id, "suspend", now=given.now, reason="核查中")
    await organisations.act(db, registrar, organisation.id, "reinstate", now=given.now)
    events = await organisations.history(db, owner, organisation.id)
    assert [e.action for e in events] == [
        "register",
        "submit",
        "reject",
        "submit",
        "verify",
        "suspend",
        "reinstate",
    ]
    assert events[4].person_id == registrar.person_id
    assert await journal.BROKEN.all(db) == []


async def test_nothing_is_sent_without_evidence(db, given):
    owner, organisation = await registered(given)
    content = content_of(organisation, evidence="  ")
    organisation = await organisations.edit(db, owner, organisation.id, organisation.version, content, now=given.now)
    with pytest.raises(Unmet) as unmet:
        await organisations.act(db, owner, organisation.id, "submit", now=given.now)
    assert len(unmet.value.sentences) == 1


async def test_who_may_take_which_step(db, given):
    owner, organisation = await submitted(given)
    broker, registrar = await given.staff(), await given.staff(Role.REGISTRAR)
    member = await given.colleague(owner)
    reader = msgspec.structs.replace(registrar, token_id=1, scopes=frozenset({"organisation:read"}))
    for actor in (owner, member, broker, reader):
        with pytest.raises(NotYours):
            await organisations.act(db, actor, organisation.id, "verify", now=given.now)
        assert organisations.actions(actor, organisation) == []
    assert {e.action for e in organisations.actions(registrar, organisation)} == {"verify", "reject"}
    with pytest.raises(Forbidden):
        await organisations.waiting(db, broker)


async def test_strangers_see_the_face_only(db, given):
    owner, organisation = await submitted(given)
    await given.listed_product(await given.supplier())
    for stranger in (ANONYMOUS, await given.supplier()):
        seen = await organisations.view(db, stranger, organisation.id)
        assert (seen.name, seen.state, seen.listed_products) == (organisation.name, "registered", 0)
        assert (seen.credit_code, seen.evidence, seen.state_reason, seen.due_at, seen.version) == (None,) * 5
        for hidden in (
            organisations.get(db, stranger, organisation.id),
            organisations.history(db, stranger, organisation.id),
            organisations.act(db, stranger, organisation.id, "submit", now=given.now),
        ):
            with pytest.raises(NotFound):
                await hidden
    assert (await organisations.view(db, owner, organisation.id)).state == "in_review"


async def test_an_organisation_shows_how_much_it_lists(db, given):
    supplier = await given.supplier()
    await given.listed_product(supplier)
    await given.draft_product(supplier)
    assert (await organisations.view(db, ANONYMOUS, supplier.organisation_id)).listed_products == 1


async def test_what_was_verified_stays_and_the_rest_may_change(db, given):
    owner = await given.supplier()
    organisation = await organisations.get(db, owner, owner.organisation_id)
    renamed = content_of(organisation, name="Another name", credit_code=credit_code())
    with pytest.raises(Invalid) as fixed:
        await organisations.edit(db, owner, organisation.id, organisation.version, renamed, now=given.now)
    assert set(fixed.value.fields) == {"name", "credit_code"}
    content = content_of(organisation, about="我们提供货运数据\x07", region="江苏省")
    edited = await organisations.edit(db, owner, organisation.id, organisation.version, content, now=given.now)
    assert (edited.about, edited.region) == ("我们提供货运数据", "江苏省")
    with pytest.raises(Stale):
        await organisations.edit(db, owner, organisation.id, organisation.version, content, now=given.now)
    last = (await organisations.history(db, owner, organisation.id))[-1]
    assert (last.action, sorted(last.data["changed"])) == ("edit", ["about", "region"])


async def test_a_wrong_or_taken_code_is_named(db, given):
    owner, organisation = await registered(given)
    other = await organisations.get(db, actor := await given.supplier(), actor.organisation_id)
    for code in (organisation.credit_code[:17] + "I", other.credit_code):
        with pytest.raises(Invalid) as wrong:
            await organisations.edit(
                db,
                owner,
                organisation.id,
                organisation.version,
                content_of(organisation, credit_code=code),
                now=given.now,
            )
        assert set(wrong.value.fields) == {"credit_code"}


async def test_only_those_who_manage_it_edit_and_only_their_own(db, given):
    owner, organisation = await registered(given)
    edit = (organisation.id, organisation.version, content_of(organisation))
    with pytest.raises(Forbidden):
        await organisations.edit(db, await given.colleague(owner), *edit, now=given.now)
    narrow = msgspec.structs.replace(owner, token_id=1, scopes=frozenset({"organisation:read"}))
    with pytest.raises(MissingScope):
        await organisations.edit(db, narrow, *edit, now=given.now)
    for other in (await given.supplier(), await given.staff(Role.ADMIN)):
        with pytest.raises(NotFound):
            await organisations.edit(db, other, *edit, now=given.now)


async def test_nobody_becomes_the_platform(db, given):
    owner, organisation = await registered(given)
    with pytest.raises(Invalid) as wrong:
        await organisations.edit(
            db, owner, organisation.id, organisation.version, content_of(organisation, kind="platform"), now=given.now
        )
    assert set(wrong.value.fields) == {"kind"}


async def test_of_two_registrars_at_once_one_decides(committed, url):
    owner, organisation = await submitted(committed)
    staff = [await committed.staff(Role.REGISTRAR), await committed.staff(Role.REGISTRAR)]

    async def decide(actor, action):
        db = await asyncpg.connect(url)
        await prepare_connection(db)
        try:
            async with db.transaction():
                await organisations.act(
                    db, actor, organisation.id, action, now=Given(db).now, version=organisation.version, reason="x"
                )
        except Conflict as error:
            return type(error)
        finally:
            await db.close()

    answers = await asyncio.gather(decide(staff[0], "verify"), decide(staff[1], "reject"))
    assert sorted(answers, key=str) == [None, Stale] or sorted(answers, key=str) == [Stale, None]
    events = await organisations.history(committed.db, owner, organisation.id)
    assert len(events) == 3


async def test_staff_find_organisations_by_name_code_and_state(db, given):
    owner, organisation = await submitted(given)
    registrar = await given.staff(Role.REGISTRAR)

    async def ids(actor, **filters):
        return [card.id for card in (await organisations.page(db, actor, **filters)).items]

    assert await ids(registrar, states=["in_review"]) == [organisation.id]
    assert await ids(registrar, q=organisation.credit_code.lower()) == [organisation.id]
    assert organisation.id in await ids(registrar, q=organisation.name.upper())
    assert await ids(owner) == [organisation.id]
    assert await ids(owner, q="%") == []


async def test_pages_of_organisations_go_through_all_of_them_once(db, given):
    registrar = await given.staff(Role.REGISTRAR)
    wanted = {(await given.supplier()).organisation_id for _ in range(4)} | {registrar.organisation_id}
    seen, cursor = [], None
    while True:
        found = await organisations.page(db, registrar, cursor=cursor, limit=2)
        seen += [card.id for card in found.items]
        if not (cursor := found.next):
            break
    assert len(seen) == len(set(seen))
    assert wanted <= set(seen)
