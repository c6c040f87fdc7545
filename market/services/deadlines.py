"""The clock: what its deadline ends is ended, and who let a deadline pass is told, once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

import asyncpg

from market.domain.accounts import CLOCK
from market.domain.errors import MarketError
from market.domain.lifecycles import MACHINES
from market.domain.machine import Edge, Machine, Party
from market.domain.notices import OVERDUE
from market.services import agreements, jobs
from market.services.transitions import fire
from market.store import deadlines, journal
from market.store.query import Db

log = logging.getLogger("market.deadlines")

BATCH = 200
"""Rows of one transaction."""


async def run(db: Db, *, now: datetime) -> int:
    """Take every step of the clock that is due; how many were taken. ``db`` is not in a transaction."""
    taken = await agreements.expire_due(db, now)
    for machine, edge in _edges():
        while (done := await _expire(db, machine, edge, now)) == BATCH:
            taken += done
        taken += done
    for machine in MACHINES.values():
        while (done := await _remind(db, machine, now)) == BATCH:
            taken += done
        taken += done
    return taken


def _edges() -> Iterator[tuple[Machine, Edge]]:
    for name in deadlines.EXPIRED:
        for edge in MACHINES[name].edges:
            if Party.CLOCK in edge.by:
                yield MACHINES[name], edge


async def _expire(db: Db, machine: Machine, edge: Edge, now: datetime) -> int:
    """One batch along one edge. A row that cannot go is logged and does not hold up the others."""
    async with db.transaction():
        rows = await deadlines.EXPIRED[machine.name].all(db, edge.source, now, BATCH)
        moved = 0
        for row in rows:
            try:
                async with db.transaction():
                    await fire(db, machine, row, edge.action, CLOCK, frozenset({Party.CLOCK}), now=now)
                moved += 1
            except (MarketError, asyncpg.IntegrityConstraintViolationError) as error:
                log.error("%s %s cannot %s: %s", machine.name, row.id, edge.action, error)
    return moved


async def _remind(db: Db, machine: Machine, now: datetime) -> int:
    """Journal one batch of rows that are late in a state somebody is to move on."""
    expiring = {e.source for e in machine.edges if Party.CLOCK in e.by}
    states = [s for s in machine.due if s not in expiring]
    if not states:
        return 0
    async with db.transaction():
        rows = await deadlines.LATE[machine.name].all(db, states, now, BATCH)
        for row in rows:
            data = {"state": row.state, "due_at": row.due_at.isoformat()}
            await journal.append(db, machine.name, row.id, OVERDUE, party=Party.CLOCK, data=data)
            await jobs.event(db, machine.name, row.id)
    return len(rows)
