"""Chains and checkpoints hold, and show it when somebody with the database changes history."""

import msgspec
import pytest

from market.domain.errors import NotFound
from market.services import journal
from market.settings import Settings

pytestmark = pytest.mark.anyio
KEY = journal.signing_key(Settings(secret_key="a" * 32))
OTHER_KEY = journal.signing_key(Settings(secret_key="b" * 32))


async def forge(db, statement, *args):
    """As somebody with full rights on the database would: without the triggers."""
    await db.execute("SET LOCAL session_replication_role = replica")
    await db.execute(statement, *args)
    await db.execute("SET LOCAL session_replication_role = origin")


async def test_an_untouched_journal_holds(db, given):
    assert await journal.checkpoint(db, KEY, now=given.now)
    demand = await given.open_demand()
    assert await journal.checkpoint(db, KEY, now=given.later(hours=1))
    await given.letter(demand.id, close=True)
    found = await journal.verify(db, KEY)
    assert found.holds
    assert (found.broken, found.faults, found.foreign_keys) == ((), (), ())
    assert found.checkpoints == 2
    assert found.events >= 4


async def test_no_checkpoint_without_news(db, given):
    await given.draft_demand()
    assert await journal.checkpoint(db, KEY, now=given.now)
    assert await journal.checkpoint(db, KEY, now=given.now) is None


async def test_a_changed_reason_breaks_the_chain(db, given):
    demand = await given.open_demand()
    await forge(
        db, "UPDATE journal SET reason = 'forged' WHERE kind = 'demand' AND object_id = $1 AND seq = 2", demand.id
    )
    found = await journal.verify(db)
    assert [(b.kind, b.object_id, b.seq) for b in found.broken] == [("demand", demand.id, 2)]
    assert await journal.broken(db, "demand", demand.id) == [2]


async def test_a_removed_event_breaks_the_chain(db, given):
    demand = await given.open_demand()
    await forge(db, "DELETE FROM journal WHERE kind = 'demand' AND object_id = $1 AND seq = 2", demand.id)
    assert await journal.broken(db, "demand", demand.id) == [3]


async def test_a_history_rewritten_with_right_hashes_contradicts_its_checkpoint(db, given):
    """Cutting the last event off leaves a chain that holds in itself."""
    demand = await given.open_demand()
    await journal.checkpoint(db, KEY, now=given.now)
    await forge(db, "DELETE FROM journal WHERE kind = 'demand' AND object_id = $1 AND seq = 3", demand.id)
    found = await journal.verify(db, KEY)
    assert found.broken == ()
    assert len(found.faults) == 1
    assert not found.holds


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkpoint SET chains = chains + 1 WHERE id = (SELECT min(id) FROM checkpoint)",
        "UPDATE checkpoint SET at = at - interval '1 day' WHERE id = (SELECT min(id) FROM checkpoint)",
        "DELETE FROM checkpoint WHERE id = (SELECT min(id) FROM checkpoint)",
        "UPDATE checkpoint SET signature = '\\x00'",
        "UPDATE checkpoint SET public_key = '\\x00'",
    ],
)
async def test_a_changed_or_removed_checkpoint_is_found(db, given, statement):
    for _ in range(2):
        await given.draft_demand()
        await journal.checkpoint(db, KEY, now=given.now)
    await forge(db, statement)
    assert (await journal.verify(db, KEY)).faults


async def test_a_foreign_key_is_named(db, given):
    await given.draft_demand()
    await journal.checkpoint(db, OTHER_KEY, now=given.now)
    found = await journal.verify(db, KEY)
    assert found.foreign_keys == (OTHER_KEY.public_key().public_bytes_raw().hex(),)


async def test_the_key_stays_the_same_for_an_installation(tmp_path):
    settings = Settings(data_dir=tmp_path)
    made = [journal.signing_key(settings).public_key().public_bytes_raw() for _ in range(2)]
    assert made[0] == made[1]
    other = msgspec.structs.replace(settings, data_dir=tmp_path / "other")
    assert journal.signing_key(other).public_key().public_bytes_raw() != made[0]


async def test_history_in_pages(db, given):
    demand = await given.open_demand()
    first = await journal.history(db, "demand", demand.id, limit=2)
    rest = await journal.history(db, "demand", demand.id, cursor=first.next, limit=2)
    assert [entry.action for entry in (*first.items, *rest.items)] == ["create", "submit", "open"]
    assert rest.next is None
    with pytest.raises(NotFound):
        await journal.history(db, "demand", demand.id + 1)
