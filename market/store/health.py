"""What keeps the installation going: the database, the queue, the evidence."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.store.query import Query

QUEUE_ID = 0
"""What the journal calls the queue, which has no row of its own (kind "jobs")."""


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """Background jobs: those that wait or are being done, since when the oldest has been due, those that failed."""

    waiting: int
    oldest: datetime | None
    failed: int


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs of one kind that failed for good and are kept."""

    job: str
    count: int
    last: datetime


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """Failed jobs of one kind that somebody put back in the queue."""

    at: datetime
    person_name: str | None
    job: str
    count: int


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """When a scheduled job last ran."""

    job: str
    at: datetime | None


ALIVE = Query(int, "SELECT 1")
QUEUE = Query(
    Queue,
    """SELECT (count(*) FILTER (WHERE status IN ('queued', 'picked')))::int AS waiting,
        min(execute_after) FILTER (WHERE status = 'queued') AS oldest,
        (count(*) FILTER (WHERE status = 'failed'))::int AS failed
    FROM pgqueuer""",
)
FAILED = Query(
    Failed,
    """SELECT entrypoint AS job, count(*)::int AS count, max(updated) AS last FROM pgqueuer
    WHERE status = 'failed' GROUP BY entrypoint ORDER BY max(updated) DESC, entrypoint LIMIT 20""",
)
RETRIED = Query(
    int,
    """SELECT DISTINCT ON (coalesce(dedupe_key, id::text)) id FROM pgqueuer f
    WHERE status = 'failed' AND entrypoint = $1 AND NOT EXISTS (SELECT FROM pgqueuer q
        WHERE q.dedupe_key = f.dedupe_key AND q.status IN ('queued', 'picked'))
    ORDER BY coalesce(dedupe_key, id::text), id DESC LIMIT $2""",
)
"""The failed jobs of a kind to try again: of those with the same key the latest, none where it waits already."""
ONE_RETRY = Query(int, "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('jobs.retry', 0))")
RETRIES = Query(
    Retry,
    """SELECT j.at, p.name AS person_name, j.data->>'job' AS job, (j.data->>'count')::int AS count
    FROM journal j LEFT JOIN person p ON p.id = j.person_id
    WHERE j.kind = 'jobs' AND j.object_id = $1 AND j.action = 'retry' ORDER BY j.seq DESC LIMIT 10""",
)
RUNS = Query(
    Run,
    "SELECT entrypoint AS job, last_run AS at FROM pgqueuer_schedules ORDER BY entrypoint LIMIT 20",
)
CHECKPOINT = Query(datetime, "SELECT at FROM checkpoint ORDER BY id DESC LIMIT 1")
