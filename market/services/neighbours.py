"""Near-identical open demands of different organisations, found when one opens or changes and every night.

What is found becomes a suggested pool, which a broker confirms; a demand near to all members of a pool that still
forms is taken into it. Demands that were in one pool before are not put together again until one of them changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from market.domain import calendar
from market.domain.demands import Demand, DemandState
from market.domain.errors import AlreadyExists
from market.domain.lifecycles import POOL
from market.domain.machine import Party
from market.domain.pools import PoolState
from market.services import jobs, matchmaking
from market.services.matchmaking import Matchmaker
from market.services.transitions import birth
from market.store import journal, pools, search
from market.store.journal import Event
from market.store.query import Db

NEAREST = 30
"""Demands compared with one that opens."""
PORTION = 2_000

Near = frozenset[int]
"""Two demands that ask for nearly the same."""


async def on_event(db: Db, matchmaker: Matchmaker, event: Event, now: datetime) -> None:
    """A demand that opens, or is edited while it is open, is compared with those nearest to it."""
    if event.kind == "demand" and (event.action == "edit" or event.target == DemandState.OPEN):
        await matchmaker.refresh(db, "demand", [event.object_id])
        [*own] = await search.OPEN.all(db, [event.object_id])
        if own:
            ids = {*await matchmaker.like(own[0], NEAREST), own[0].id}
            await suggest(db, matchmaker, await search.OPEN.all(db, sorted(ids)), now)


async def over_all(connections: Any, matchmaker: Matchmaker, now: datetime) -> int:
    """All open demands against each other; how many pools were suggested."""
    async with connections.acquire() as db:
        demands: list[Demand] = []
        while rows := await search.OPEN_AFTER.all(db, demands[-1].id if demands else 0, PORTION):
            demands += rows
        return await suggest(db, matchmaker, demands, now)


async def suggest(db: Db, matchmaker: Matchmaker, demands: Sequence[Demand], now: datetime) -> int:
    """Suggest pools among these open demands, or take one into a pool that forms; how many new pools there are."""
    by_id = {demand.id: demand for demand in demands if demand.organisation_verified}
    found = await matchmaker.neighbours(list(by_id.values()), now.astimezone(calendar.ZONE).date())
    ids = list(by_id)
    parted = {frozenset((pair.one, pair.other)) for pair in await pools.TOGETHER.all(db, ids)}
    pairs = [
        (a, b, nearness)
        for a, b, nearness in found
        if by_id[a].organisation_id != by_id[b].organisation_id and frozenset((a, b)) not in parted
    ]
    taken = set(await pools.TAKEN.all(db, ids))
    taken |= await _take_in(db, {frozenset(pair[:2]) for pair in pairs}, set(ids) - taken, by_id)
    free = [pair for pair in pairs if not taken & {*pair[:2]}]
    made = [await _make(db, group, now) for group in await matchmaking.in_thread(matchmaking.grouped, free)]
    return sum(made)


async def _make(db: Db, group: Sequence[int], now: datetime) -> bool:
    """False when one of them has got into another pool meanwhile."""
    born, party, due = birth(POOL, "suggest", frozenset({Party.SYSTEM}), now)
    try:
        async with db.transaction():
            pool_id = await pools.INSERT.one(db, born.target, born.action, party, due)
            await pools.ADD.run(db, pool_id, list(group))
            await jobs.event(db, "pool", pool_id)
    except AlreadyExists:
        return False
    return True


async def _take_in(db: Db, near: set[Near], free: set[int], by_id: Mapping[int, Demand]) -> set[int]:
    """Demands near to every member of a pool that still forms, taken into it."""
    taken = set()
    for demand_id in sorted(free):
        others = [other for pair in near if demand_id in pair for other in pair - {demand_id} if other not in free]
        for other in sorted(others):
            pool_id = await pools.LIVE_OF_DEMAND.first(db, other)
            if pool_id and await _fits_in(db, pool_id, by_id[demand_id], near):
                taken.add(demand_id)
                break
    return taken


async def _fits_in(db: Db, pool_id: int, demand: Demand, near: set[Near]) -> bool:
    async with db.transaction():
        pool = await pools.lock(db, pool_id, None, True)
        found = await pools.MEMBERS.all(db, pool_id)
        live = [member for member in found if member.state in ("invited", "joined")]
        if (
            pool.state not in (PoolState.SUGGESTED, PoolState.FORMING)
            or demand.organisation_id in {member.organisation_id for member in found}
            or not all(frozenset((demand.id, member.demand_id)) in near for member in live)
        ):
            return False
        await pools.ADD.run(db, pool_id, [demand.id])
        if pool.state is PoolState.FORMING:
            await journal.append(db, "demand", demand.id, "pool_invite", party=Party.SYSTEM, data={"pool": pool_id})
            await jobs.event(db, "demand", demand.id)
    return True
