"""Background work, enqueued in the transaction that causes it: both commit or neither does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from pgqueuer.types import JobId

from market.domain.accounts import Actor
from market.store import health, journal
from market.store.query import Db


async def enqueue(
    db: Db, entrypoint: str, payload: object, *, dedupe: str | None = None, after: timedelta | None = None
) -> None:
    """Put one job in the queue as part of the caller's transaction; it waits for ``after`` to pass.

    With ``dedupe`` a second job of the same key is not added while the first still waits or is being done.
    """
    queue = Queries(AsyncpgDriver(db))
    body = msgspec.json.encode(payload)
    await queue.enqueue(entrypoint, body, execute_after=after, dedupe_key=dedupe, on_conflict="skip")


async def event(db: Db, kind: str, object_id: int) -> None:
    """Tell the worker about the object's latest journalled event (notifications, webhooks, matching)."""
    await enqueue(db, "event", await journal.LAST.one(db, kind, object_id))


async def events(db: Db, kind: str, object_ids: Sequence[int]) -> None:
    """The same of many objects of one kind."""
    latest = await journal.LAST_OF_MANY.all(db, kind, list(object_ids))
    if not latest:
        return
    queue = Queries(AsyncpgDriver(db))
    await queue.enqueue(["event"] * len(latest), [msgspec.json.encode(i) for i in latest], [0] * len(latest))


AT_ONCE = 1_000
"""Failed jobs tried again by one command."""
NAMED = 20
"""Of those, how many ids the journal names."""


async def retry(db: Db, actor: Actor, job: str) -> int:
    """Put the failed jobs of one kind back in the queue; how many. A repetition finds none and is harmless.

    Journalled with who did it, the kind, how many, and the ids of the first.
    """
    await health.ONE_RETRY.one(db)
    ids = await health.RETRIED.all(db, job, AT_ONCE)
    if ids:
        await Queries(AsyncpgDriver(db)).requeue_jobs([JobId(i) for i in ids])
        data = {"job": job, "count": len(ids), "ids": ids[:NAMED]}
        await journal.append(db, "jobs", health.QUEUE_ID, "retry", person_id=actor.person_id, data=data)
    return len(ids)
