"""Two connections at once: exactly one wins, and the other is told so. Nothing is left to timing: the second is seen
waiting for the first's lock before the first commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest

from market.db import prepare_connection
from market.domain.accounts import SYSTEM
from market.domain.errors import Conflict, IllegalTransition, Stale
from market.domain.lifecycles import MACHINES
from market.domain.machine import Party
from market.services import demands
from market.services.transitions import fire
from market.store import journal
from tests.given import NOW
from tests.rows import Rows, path

pytestmark = pytest.mark.anyio


class Seen(msgspec.Struct, frozen=True):
    """What both had read of the row."""

    id: int
    state: str
    version: int


# One edge of each machine that asks no guard, so that only the race decides.
EDGES = {
    "organisation": ("in_review", "reject", Party.REGISTRAR),
    "product": ("compliance_review", "withdraw", Party.SUPPLIER),
    "demand": ("submitted", "triage", Party.BROKER),
    "match": ("proposed", "snooze", Party.SUPPLIER),
    "negotiation": ("offered", "terminate", Party.CONSUMER),
    "agreement": ("drafted", "void", Party.PROVIDER),
}


@asynccontextmanager
async def connections(url: str, count: int) -> AsyncIterator[list[asyncpg.Connection]]:
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            opened.append(await asyncpg.connect(url))
            stack.push_async_callback(opened[-1].close)
            await prepare_connection(opened[-1])
        yield opened


async def waits(watcher: asyncpg.Connection, db: asyncpg.Connection) -> None:
    """Come back once ``db`` is blocked by somebody's lock."""
    async with asyncio.timeout(30):
        while not await watcher.fetchval("SELECT cardinality(pg_blocking_pids($1)) > 0", db.get_server_pid()):
            pass


Move = Callable[[asyncpg.Connection], Awaitable[Any]]


async def race(url: str, move: Move) -> tuple[Any, Any]:
    """Both make the move in a transaction; what it gave the first, and the second (a result or the error)."""
    async with connections(url, 3) as (first, second, watcher):

        async def late() -> Any:
            try:
                async with second.transaction():
                    return await move(second)
            except Conflict as error:
                return error

        async with first.transaction():
            won = await move(first)
            loser = asyncio.create_task(late())
            await waits(watcher, second)
        return won, await loser


async def test_the_edges_ask_no_guard():
    for name, (state, action, _) in EDGES.items():
        assert MACHINES[name].find(state, action).guards == ()
    assert set(EDGES) == set(MACHINES)


@pytest.mark.parametrize("name", MACHINES)
async def test_one_of_two_wins(url, name):
    state, action, party = EDGES[name]
    async with connections(url, 1) as (db,):
        row = Seen(await Rows(db).at(name, state), state, len(path(name, state)))

    async def move(db: asyncpg.Connection) -> Any:
        return await fire(db, MACHINES[name], row, action, SYSTEM, frozenset({party}), now=NOW, reason="grund")

    won, lost = await race(url, move)
    assert won.action == action
    assert type(lost) is Stale
    async with connections(url, 1) as (db,):
        events = await journal.OF_OBJECT.all(db, name, row.id)
        assert [e.action for e in events].count(action) == 1
        jobs = await db.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'event'")
        assert [int(job["payload"]) for job in jobs] == [events[-1].id]
        assert await journal.BROKEN.all(db) == []


async def test_the_first_rolls_back_and_the_second_wins(url):
    async with connections(url, 3) as (first, second, watcher):
        row = Seen(await Rows(first).born("demand"), "draft", 1)

        async def move(db: asyncpg.Connection) -> Any:
            async with db.transaction():
                return await fire(db, MACHINES["demand"], row, "discard", SYSTEM, frozenset({Party.DEMANDER}), now=NOW)

        outer = first.transaction()
        await outer.start()
        await move(first)
        late = asyncio.create_task(move(second))
        await waits(watcher, second)
        await outer.rollback()
        assert (await late).action == "discard"
        assert len(await journal.OF_OBJECT.all(first, "demand", row.id)) == 2


async def test_two_people_press_the_same_button(url, committed):
    """Through the service, which reads under a lock: the second sees the new state."""
    owner = await committed.demander()
    draft = await committed.draft_demand(owner)

    async def press(db: asyncpg.Connection) -> Any:
        return await demands.act(db, owner, draft.id, "submit", now=NOW)

    won, lost = await race(url, press)
    assert won.state == "submitted"
    assert type(lost) is IllegalTransition


async def test_two_events_on_one_chain_at_once(url):
    """Something journalled without locking its object: the chain stays whole, the second tries again."""
    async with connections(url, 1) as (db,):
        row = await Rows(db).born("negotiation")

    won, lost = await race(url, lambda db: journal.append(db, "negotiation", row, "message"))
    assert won
    assert type(lost) is Stale
    async with connections(url, 1) as (db,):
        assert [e.action for e in await journal.OF_OBJECT.all(db, "negotiation", row)][1:] == ["message"]
        assert await journal.BROKEN.all(db) == []
