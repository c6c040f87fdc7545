"""Demands through the services, against a real PostgreSQL."""

from decimal import Decimal

import msgspec
import pytest

from market.domain.accounts import ANONYMOUS
from market.domain.errors import Invalid, NotFound, NotYours, Stale
from market.services import demands
from market.store import journal

pytestmark = pytest.mark.anyio


async def test_the_way_from_draft_to_open_is_journalled(db, given):
    demand = await given.open_demand()
    events = await journal.OF_OBJECT.all(db, "demand", demand.id)
    assert [e.action for e in events] == ["create", "submit", "open"]
    assert demand.state == "open"
    assert demand.opened_at is not None
    assert await journal.BROKEN.all(db) == []


async def test_strangers_see_open_demands_and_nothing_before(db, given):
    draft = await given.draft_demand()
    opened = await given.open_demand()
    stranger = await given.supplier()
    assert (await demands.get(db, stranger, opened.id)).title == opened.title
    assert (await demands.get(db, ANONYMOUS, opened.id)).title == opened.title
    for actor in (stranger, ANONYMOUS):
        with pytest.raises(NotFound):
            await demands.get(db, actor, draft.id)


async def test_a_sealed_demand_covers_who_and_what(db, given):
    owner = await given.demander()
    demand = await given.open_demand(owner, sealed=True, masked=("江苏",))
    seen = await demands.get(db, await given.supplier(), demand.id)
    assert "江苏" not in msgspec.json.encode(seen).decode()
    assert owner.organisation_name not in msgspec.json.encode(seen).decode()
    assert "江苏" in (await demands.get(db, owner, demand.id)).text


async def test_editing_an_open_demand_keeps_the_old_text(db, given):
    owner = await given.demander()
    demand = await given.open_demand(owner)
    content = demands.DemandContent(title="浙江公路货运量", text="我们需要浙江公路货运量的日数据")
    edited = await demands.edit(db, owner, demand.id, demand.version, content, now=given.now)
    assert edited.revision == 2
    assert [line.kind for line in edited.lines]
    kept = await db.fetchval("SELECT content->>'title' FROM demand_version WHERE demand_id = $1", demand.id)
    assert kept == demand.title
    with pytest.raises(Stale):
        await demands.edit(db, owner, demand.id, demand.version, content, now=given.now)


async def test_wrong_content_names_every_field(db, given):
    with pytest.raises(Invalid) as wrong:
        await given.draft_demand(budget=Decimal("NaN"), masked=("nowhere",))
    assert set(wrong.value.fields) == {"budget", "masked", "sealed"}


async def test_a_token_that_only_reads_cannot_act(db, given):
    owner = await given.demander()
    demand = await given.draft_demand(owner)
    reader = msgspec.structs.replace(owner, scopes=frozenset({"demand:read"}))
    assert demands.actions(reader, demand) == []
    with pytest.raises(NotYours):
        await demands.act(db, reader, demand.id, "submit", now=given.now)
    assert (await demands.get(db, reader, demand.id)).text == demand.text


async def test_strangers_do_not_see_deadlines_and_reasons(db, given):
    demand = await given.open_demand()
    seen = await demands.get(db, await given.supplier(), demand.id)
    assert (demand.due_at is None, seen.due_at, seen.state_reason) == (False, None, None)
