"""The journal: append-only, one hash chain per object, and tampering by whoever owns the server is found."""

import asyncpg
import msgspec
import pytest

from market.store import journal
from market.store.transitions import STEP
from tests.rows import Rows

pytestmark = pytest.mark.anyio


@pytest.fixture
async def demand(db) -> int:
    """A demand with a chain of four: create, submit, triage, and an edit that is no change of state."""
    row = await Rows(db).at("demand", "triage")
    await journal.append(db, "demand", row, "edit", party="demander", reason="Tippfehler", data={"revision": 2})
    return row


async def test_every_step_is_written_with_what_happened(db, demand):
    events = await journal.OF_OBJECT.all(db, "demand", demand)
    assert [(e.seq, e.action, e.source, e.target) for e in events] == [
        (1, "create", "", "draft"),
        (2, "submit", "draft", "submitted"),
        (3, "triage", "submitted", "triage"),
        (4, "edit", "", ""),
    ]
    assert events[-1].data == {"revision": 2}
    assert (events[-1].party, events[-1].reason, events[-1].person_id) == ("demander", "Tippfehler", None)
    assert await journal.LAST.one(db, "demand", demand) == events[-1].id
    assert await journal.GET.one(db, events[0].id) == events[0]


async def test_who_and_why_travel_with_the_step(db):
    made = Rows(db)
    row, person = await made.born("organisation"), await made.person()
    await STEP["organisation"].run(db, row, 1, "in_review", "submit", person, "member", "wegen", None)
    last = (await journal.OF_OBJECT.all(db, "organisation", row))[-1]
    assert (last.person_id, last.party, last.reason) == (person, "member", "wegen")


async def test_a_step_rolled_back_leaves_no_event(db):
    made = Rows(db)
    row = await made.born("demand")
    step = db.transaction()
    await step.start()
    await made.step("demand", row, 1, "submit", "submitted")
    await step.rollback()
    assert len(await journal.OF_OBJECT.all(db, "demand", row)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET reason = 'other'",
        "UPDATE journal SET id = DEFAULT",
        "DELETE FROM journal",
        "TRUNCATE journal CASCADE",
    ],
)
async def test_it_is_append_only(db, demand, statement):
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await db.execute(statement)
    assert refused.value.constraint_name == "journal_append_only"


async def test_an_untouched_journal_holds(db, demand):
    assert await journal.BROKEN.all(db) == []


async def tamper(db: asyncpg.Connection, statement: str, *args: object) -> None:
    """As a superuser would, with the triggers out of the way."""
    await db.execute("ALTER TABLE journal DISABLE TRIGGER USER")
    assert await db.execute(statement, *args) not in ("UPDATE 0", "DELETE 0")
    await db.execute("ALTER TABLE journal ENABLE TRIGGER USER")


CHANGES = [
    "kind = 'product'",
    "object_id = object_id + 1000000",
    "seq = 20",
    "action = 'withdraw'",
    "source = 'open'",
    "target = 'open'",
    "party = 'broker'",
    "person_id = 1",
    "reason = 'another'",
    "reason = NULL",
    """data = '{"revision": 3}'""",
    "at = at + interval '1 microsecond'",
    "prev_hash = sha256('x')",
    "hash = sha256('x')",
]


@pytest.mark.parametrize("seq", [1, 2, 4])
@pytest.mark.parametrize("change", CHANGES)
async def test_any_changed_column_is_found(db, demand, change, seq):
    before = await db.fetchrow("SELECT * FROM journal WHERE object_id = $1 AND seq = $2", demand, seq)
    await tamper(db, f"UPDATE journal SET {change} WHERE kind = 'demand' AND object_id = $1 AND seq = $2", demand, seq)
    after = await db.fetchrow("SELECT * FROM journal WHERE id = $1", before["id"])
    assert bool(await journal.BROKEN.all(db)) == (before != after)


async def test_the_broken_place_is_named(db, demand):
    await tamper(db, "UPDATE journal SET reason = 'x' WHERE object_id = $1 AND seq = 2", demand)
    (broken,) = await journal.BROKEN.all(db)
    assert (broken.kind, broken.object_id, broken.seq) == ("demand", demand, 2)


async def test_a_change_with_its_hash_made_new_is_found_by_the_next(db, demand):
    await tamper(db, "UPDATE journal j SET reason = 'x' WHERE object_id = $1 AND seq = 2", demand)
    await tamper(db, "UPDATE journal j SET hash = journal_hash(j) WHERE object_id = $1 AND seq = 2", demand)
    assert [b.seq for b in await journal.BROKEN.all(db)] == [3]


@pytest.mark.parametrize("seq", [1, 3])
async def test_a_row_taken_out_is_found(db, demand, seq):
    await tamper(db, "DELETE FROM journal WHERE object_id = $1 AND seq = $2", demand, seq)
    assert await journal.BROKEN.all(db)


async def test_two_rows_exchanged_are_found(db, demand):
    await tamper(db, "UPDATE journal SET seq = seq + 10 WHERE object_id = $1 AND seq IN (2, 3)", demand)
    await tamper(db, "UPDATE journal SET seq = 15 - seq WHERE object_id = $1 AND seq > 10", demand)
    assert len(await journal.BROKEN.all(db)) >= 2


async def test_chains_of_other_objects_are_not_blamed(db, demand):
    other = await Rows(db).at("demand", "open")
    await tamper(db, "UPDATE journal SET reason = 'x' WHERE object_id = $1 AND kind = 'demand'", demand)
    assert {b.object_id for b in await journal.BROKEN.all(db)} == {demand}
    assert other != demand


async def test_listeners_hear_of_an_event_once_it_is_committed(url):
    heard: list[dict] = []
    listener, db = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        await listener.add_listener("market_events", lambda *a: heard.append(msgspec.json.decode(a[-1])))
        made = Rows(db)
        async with db.transaction():
            row = await made.born("organisation")
            await listener.fetchval("SELECT 1")
            assert heard == []
        await listener.fetchval("SELECT 1")  # notifications come in before the answer to the next query
        assert [(h["kind"], h["object_id"], h["action"], h["target"]) for h in heard] == [
            ("organisation", row, "register", "registered")
        ]
    finally:
        await listener.close()
        await db.close()
