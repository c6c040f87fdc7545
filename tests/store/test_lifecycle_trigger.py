"""What PostgreSQL refuses by itself: every move that is not an edge, in every table with a lifecycle."""

import itertools

import asyncpg
import pytest

from market.domain.errors import IllegalTransition
from market.domain.lifecycles import MACHINES, rows
from tests.domain.truth import TRUTH, moves
from tests.rows import BIRTHS, Rows, path

pytestmark = pytest.mark.anyio

MACHINE = pytest.mark.parametrize("machine", TRUTH)


async def refused(db: asyncpg.Connection, machine: str, statement: str, *args: object) -> None:
    """The statement fails on the machine's constraint, and nothing is left of it."""
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        async with db.transaction():
            await db.execute(statement, *args)
    assert refusal.value.constraint_name == f"{machine}_lifecycle"
    assert refusal.value.table_name == machine


async def test_the_table_of_edges_is_the_python_one(db):
    stored = await db.fetch("SELECT machine, source, action, target FROM lifecycle")
    assert {tuple(row) for row in stored} == rows()
    assert len(stored) == sum(len(m.edges) for m in MACHINES.values())


async def test_every_table_with_a_state_has_the_trigger(db):
    with_state = await db.fetch(
        """SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'state_action'"""
    )
    guarded = await db.fetch(
        """SELECT relname, tgname, tgenabled FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
        JOIN pg_proc p ON p.oid = tgfoid WHERE p.proname = 'lifecycle_step'"""
    )
    assert {row[0] for row in with_state} == set(TRUTH)
    assert {tuple(row) for row in guarded} == {(m, f"{m}_lifecycle", b"O") for m in TRUTH}


@MACHINE
async def test_every_move_is_taken_or_refused_as_written(db, machine):
    """Every state x action x target; few of them are legal."""
    true = {(s, a, t) for s, a, t, _ in moves(machine)}
    states = sorted({s for s, _, _ in true if s} | {t for _, _, t in true})
    actions = sorted({a for _, a, _ in true})
    made = Rows(db)
    for state in states:
        row, version = await made.at(machine, state), len(path(machine, state))
        for action, target in itertools.product(actions, states):
            attempt = db.transaction()
            await attempt.start()
            try:
                taken = await made.step(machine, row, version, action, target) == 1
            except IllegalTransition:
                taken = False
            finally:
                await attempt.rollback()
            assert taken == ((state, action, target) in true), (state, action, target)


@MACHINE
async def test_nothing_is_born_but_as_written(db, machine):
    made = Rows(db)
    true = {(s, a, t) for s, a, t, _ in moves(machine)}
    for action, state in sorted({(a, t) for _, a, t in true}):
        attempt = db.transaction()
        await attempt.start()
        if (action, state) in BIRTHS[machine]:
            await made.insert(machine, action, state)
        else:
            with pytest.raises(asyncpg.CheckViolationError) as refusal:
                await made.insert(machine, action, state)
            assert refusal.value.constraint_name in (f"{machine}_lifecycle", "agreement_effective")
        await attempt.rollback()


@MACHINE
async def test_a_bare_update_of_the_state_is_refused(db, machine):
    made = Rows(db)
    row = await made.born(machine)
    for state in {t for _, _, t, _ in moves(machine)} - {BIRTHS[machine][0][1], "effective"}:
        await refused(db, machine, f"UPDATE {machine} SET state = '{state}', version = version + 1 WHERE id = $1", row)


@MACHINE
async def test_a_change_of_state_without_a_new_version_is_refused(db, machine):
    made = Rows(db)
    row = await made.born(machine)
    born = BIRTHS[machine][0][1]
    _, action, target, _ = next(m for m in sorted(moves(machine)) if m[0] == born)
    await refused(db, machine, f"UPDATE {machine} SET state = $2, state_action = $3 WHERE id = $1", row, target, action)


@MACHINE
async def test_a_stale_version_changes_nothing(db, machine):
    made = Rows(db)
    row = await made.born(machine)
    born = BIRTHS[machine][0][1]
    _, action, target, _ = next(m for m in sorted(moves(machine)) if m[0] == born)
    assert await made.step(machine, row, 2, action, target) == 0
    assert await made.step(machine, row, 1, action, target) == 1
    assert await made.step(machine, row, 1, action, target) == 0
    assert await db.fetchval("SELECT count(*) FROM journal WHERE kind = $1 AND object_id = $2", machine, row) == 2


@MACHINE
async def test_a_final_state_is_never_left(db, machine):
    for state in MACHINES[machine].final:
        row = await Rows(db).at(machine, state)
        for other, action in {(t, a) for _, a, t, _ in moves(machine)} - {("effective", "take_effect")}:
            await refused(
                db,
                machine,
                f"UPDATE {machine} SET state = $2, state_action = $3, version = version + 1 WHERE id = $1",
                row,
                other,
                action,
            )
