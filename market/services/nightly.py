"""The nightly run: every open demand against every listed product, for what single events did not bring.

It is the same path as that of an event, so what stands and still comes to the same verdicts is left alone: a second
run right after the first changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import msgspec

from market.db import create_pool
from market.domain.demands import DemandState
from market.domain.matches import Origin
from market.services import proposals
from market.services.clustering import on_cluster
from market.services.matchmaking import Matchmaker, Ranked
from market.settings import Settings
from market.store import matches, search
from market.store.query import Db

AT_ONCE = 20_000
"""Demands ranked at a time: some kilobytes each, and the more the better all processors are used."""

BATCH = 100
"""Demands settled at a time."""

Progress = Callable[[int, int], None]
"""Told how many demands are done, and of how many."""


class Summary(msgspec.Struct, kw_only=True):
    """What a run did: open demands looked at, pairings made, gone stale, left alone."""

    demands: int = 0
    products: int = 0
    generated: int = 0
    stale: int = 0
    kept: int = 0


def silent(done: int, total: int) -> None:
    """Tell nobody."""


async def run(settings: Settings, progress: Progress = silent, cluster: str | None = None) -> Summary:
    """The whole run on ``settings.database_url``, its indexes filled first.

    :param cluster: the address of a Dask scheduler whose workers hold the index of products.
    """
    pool = await create_pool(settings)
    folder = None if cluster else settings.data_dir / "index"
    matchmaker = Matchmaker(settings.database_url, auto_propose=settings.auto_propose, folder=folder)
    try:
        async with nullcontext() if cluster is None else on_cluster(matchmaker, cluster):
            async with pool.acquire() as db:
                await matchmaker.fill(db)
            return await over_all(pool, matchmaker, datetime.now(UTC), progress)
    finally:
        await pool.close()


async def over_all(pool: Any, matchmaker: Matchmaker, now: datetime, progress: Progress = silent) -> Summary:
    """All pairs with indexes that are filled. Each demand's changes are one transaction: stopping loses nothing."""
    done = Summary(products=len(matchmaker.products))
    async with pool.acquire() as db, db.transaction():
        await matchmaker.adopt(db)
        done.stale += await proposals.end_lost(db, now)
        ids = await matches.OPEN_DEMANDS.all(db)
    for many in range(0, len(ids), AT_ONCE):
        some = ids[many : many + AT_ONCE]
        async with pool.acquire() as db:
            ranked = await matchmaker.rank(await search.MATCHED.all(db, some), proposals.POOL)
        for start in range(0, len(some), BATCH):
            async with pool.acquire() as db:
                await _batch(db, matchmaker, some[start : start + BATCH], ranked, now, done)
            progress(many + min(start + BATCH, len(some)), len(ids))
    return done


async def _batch(
    db: Db, matchmaker: Matchmaker, ids: Sequence[int], ranked: Ranked, now: datetime, done: Summary
) -> None:
    """Settle some demands as they are now, and count it in ``done``."""
    demands = [demand for demand in await search.MATCHED.all(db, ids) if demand.state is DemandState.OPEN]
    found = await proposals.candidates(db, matchmaker, demands, now, ranked)
    for demand in demands:
        async with db.transaction():
            changes = await proposals.settle(db, matchmaker, demand, found[demand.id], now, Origin.NIGHTLY)
        done.generated += changes.generated
        done.stale += changes.stale
        done.kept += changes.kept
    done.demands += len(demands)
