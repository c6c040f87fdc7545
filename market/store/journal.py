"""The append-only journal and its hash chains, one per object."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from market.store.query import Db, Query


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One journalled event."""

    id: int
    kind: str
    object_id: int
    seq: int
    action: str
    source: str
    target: str
    party: str
    person_id: int | None
    reason: str | None
    data: dict[str, Any]
    at: datetime


class Entry(Event, frozen=True, kw_only=True):
    """An event as staff read it: with the person's name and the hash that ends the chain there (hex)."""

    person_name: str | None
    hash: str


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a chain does not hold."""

    id: int
    kind: str
    object_id: int
    seq: int


APPEND = Query(int, "SELECT journal_append($1, $2, $3, '', '', $4, $5, $6, $7::jsonb)")
LAST = Query(int, "SELECT id FROM journal WHERE kind = $1 AND object_id = $2 ORDER BY seq DESC LIMIT 1")
LAST_OF_MANY = Query(
    int,
    "SELECT max(id) FROM journal WHERE kind = $1 AND object_id = ANY ($2::bigint[]) GROUP BY object_id ORDER BY 1",
)
GET = Query(
    Event,
    """SELECT id, kind, object_id, seq, action, source, target, party, person_id, reason, data, at
    FROM journal WHERE id = $1""",
)
OF_OBJECT = Query(
    Event,
    """SELECT id, kind, object_id, seq, action, source, target, party, person_id, reason, data, at
    FROM journal WHERE kind = $1 AND object_id = $2 ORDER BY seq""",
)
HISTORY = Query(
    Entry,
    """SELECT j.id, j.kind, j.object_id, j.seq, j.action, j.source, j.target, j.party, j.person_id, j.reason, j.data,
        j.at, p.name AS person_name, encode(j.hash, 'hex') AS hash
    FROM journal j LEFT JOIN person p ON p.id = j.person_id
    WHERE j.kind = $1 AND j.object_id = $2 AND j.seq > $3 ORDER BY j.seq LIMIT $4""",
)
BROKEN_OF = Query(
    int,
    """SELECT seq FROM (
        SELECT j.seq, j.hash, j.prev_hash, journal_hash(j) AS computed,
            lag(j.hash, 1, '\\x'::bytea) OVER chain AS before, row_number() OVER chain AS position
        FROM journal j WHERE j.kind = $1 AND j.object_id = $2 WINDOW chain AS (ORDER BY j.seq)) AS walked
    WHERE hash <> computed OR prev_hash <> before OR seq <> position ORDER BY seq""",
)
BROKEN = Query(
    Broken,
    """SELECT id, kind, object_id, seq FROM (
        SELECT j.id, j.kind, j.object_id, j.seq, j.hash, j.prev_hash, journal_hash(j) AS computed,
            lag(j.hash, 1, '\\x'::bytea) OVER chain AS before, row_number() OVER chain AS position
        FROM journal j WINDOW chain AS (PARTITION BY j.kind, j.object_id ORDER BY j.seq)) AS walked
    WHERE hash <> computed OR prev_hash <> before OR seq <> position ORDER BY id LIMIT 100""",
)


async def append(
    db: Db,
    kind: str,
    object_id: int,
    action: str,
    *,
    party: str = "",
    person_id: int | None = None,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> int:
    """Journal something that is not a change of state (an edit, a message, a release). Returns the event's id."""
    return await APPEND.one(db, kind, object_id, action, party, person_id, reason, data or {})
