"""How the market and the installation are doing, for staff."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from market.store import course, health
from market.store.course import Funnel, Loss, Stay
from market.store.health import Failed, Queue, Run
from market.store.query import Db

PERIODS = (30, 90, 365)
"""Days one may ask about."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The course of deals over the last ``days``, and the background work as it stands now."""

    days: int
    funnel: Funnel
    stays: tuple[Stay, ...]
    losses: tuple[Loss, ...]
    queue: Queue
    failed: tuple[Failed, ...]
    runs: tuple[Run, ...]
    checkpoint: datetime | None
    """When the journal was last signed."""


async def report(db: Db, *, days: int, now: datetime) -> Health:
    """The figures; a period other than those of PERIODS counts as the shortest."""
    days = days if days in PERIODS else PERIODS[0]
    since = now - timedelta(days=days)
    return Health(
        days=days,
        funnel=await course.FUNNEL.one(db, since),
        stays=tuple(await course.STAYS.all(db, since)),
        losses=tuple(await course.LOSSES.all(db, since)),
        queue=await health.QUEUE.one(db),
        failed=tuple(await health.FAILED.all(db)),
        runs=tuple(await health.RUNS.all(db)),
        checkpoint=await health.CHECKPOINT.first(db),
    )
