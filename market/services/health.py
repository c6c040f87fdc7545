"""How the market and the installation are doing, for staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import msgspec

from market.services.matchmaking import Matchmaker
from market.store import course, health
from market.store.course import Funnel, Loss, Stay
from market.store.health import Failed, Queue, Retry, Run
from market.store.query import Db

PERIODS = (30, 90, 365)
"""Days one may ask about."""


AGE = timedelta(minutes=1)
"""How old the figures of a period may be: they are counted from thousands of events."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The course of deals over the last ``days``, as of ``at``."""

    days: int
    at: datetime
    funnel: Funnel
    stays: tuple[Stay, ...]
    losses: tuple[Loss, ...]


class Health(Course, frozen=True, kw_only=True):
    """The course of deals, and the background work as it stands now."""

    queue: Queue
    failed: tuple[Failed, ...]
    retries: tuple[Retry, ...]
    """What was put back in the queue by hand, the latest first."""
    runs: tuple[Run, ...]
    checkpoint: datetime | None
    """When the journal was last signed."""


async def report(db: Db, matchmaker: Matchmaker, *, days: int, now: datetime) -> Health:
    """The figures; a period other than those of PERIODS counts as the shortest."""
    days = days if days in PERIODS else PERIODS[0]
    told = await matchmaker.aged(("course", days), AGE, now, partial(_course, db, days, now))
    return Health(
        **msgspec.structs.asdict(told),
        queue=await health.QUEUE.one(db),
        failed=tuple(await health.FAILED.all(db)),
        retries=tuple(await health.RETRIES.all(db, health.QUEUE_ID)),
        runs=tuple(await health.RUNS.all(db)),
        checkpoint=await health.CHECKPOINT.first(db),
    )


async def _course(db: Db, days: int, now: datetime) -> Course:
    since = now - timedelta(days=days)
    return Course(
        days=days,
        at=now,
        funnel=await course.FUNNEL.one(db, since),
        stays=tuple(await course.STAYS.all(db, since)),
        losses=tuple(await course.LOSSES.all(db, since)),
    )
