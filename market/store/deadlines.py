"""SQL for the clock: rows past their deadline, locked; rows somebody else is working on are left for the next run."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.store.query import Query


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A row past its deadline."""

    id: int
    state: str
    version: int
    due_at: datetime


# $1 state, $2 now, $3 limit. Agreements run out in services.agreements, which has more to do then.
EXPIRED: dict[str, Query[Due]] = {
    "demand": Query(
        Due,
        """SELECT id, state, version, due_at FROM demand WHERE state = $1 AND due_at <= $2
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED""",
    ),
    "match": Query(
        Due,
        """SELECT id, state, version, due_at FROM match WHERE state = $1 AND due_at <= $2
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED""",
    ),
    "question": Query(
        Due,
        """SELECT id, state, version, due_at FROM question WHERE state = $1 AND due_at <= $2
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED""",
    ),
    "routing": Query(
        Due,
        """SELECT id, state, version, due_at FROM routing WHERE state = $1 AND due_at <= $2
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED""",
    ),
    "pool": Query(
        Due,
        """SELECT id, state, version, due_at FROM pool WHERE state = $1 AND due_at <= $2
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED""",
    ),
}

# $1 states, $2 now, $3 limit. Once per deadline: a row is late again only when it has got a new one.
LATE: dict[str, Query[Due]] = {
    "organisation": Query(
        Due,
        """SELECT o.id, o.state, o.version, o.due_at FROM organisation o
        WHERE o.state = ANY ($1::text[]) AND o.due_at <= $2 AND NOT EXISTS (SELECT FROM journal j
            WHERE j.kind = 'organisation' AND j.object_id = o.id AND j.action = 'overdue'
                AND (j.data ->> 'due_at')::timestamptz = o.due_at)
        ORDER BY o.due_at, o.id LIMIT $3 FOR UPDATE OF o SKIP LOCKED""",
    ),
    "product": Query(
        Due,
        """SELECT p.id, p.state, p.version, p.due_at FROM product p
        WHERE p.state = ANY ($1::text[]) AND p.due_at <= $2 AND NOT EXISTS (SELECT FROM journal j
            WHERE j.kind = 'product' AND j.object_id = p.id AND j.action = 'overdue'
                AND (j.data ->> 'due_at')::timestamptz = p.due_at)
        ORDER BY p.due_at, p.id LIMIT $3 FOR UPDATE OF p SKIP LOCKED""",
    ),
    "demand": Query(
        Due,
        """SELECT d.id, d.state, d.version, d.due_at FROM demand d
        WHERE d.state = ANY ($1::text[]) AND d.due_at <= $2 AND NOT EXISTS (SELECT FROM journal j
            WHERE j.kind = 'demand' AND j.object_id = d.id AND j.action = 'overdue'
                AND (j.data ->> 'due_at')::timestamptz = d.due_at)
        ORDER BY d.due_at, d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED""",
    ),
    "match": Query(
        Due,
        """SELECT m.id, m.state, m.version, m.due_at FROM match m
        WHERE m.state = ANY ($1::text[]) AND m.due_at <= $2 AND NOT EXISTS (SELECT FROM journal j
            WHERE j.kind = 'match' AND j.object_id = m.id AND j.action = 'overdue'
                AND (j.data ->> 'due_at')::timestamptz = m.due_at)
        ORDER BY m.due_at, m.id LIMIT $3 FOR UPDATE OF m SKIP LOCKED""",
    ),
    "negotiation": Query(
        Due,
        """SELECT n.id, n.state, n.version, n.due_at FROM negotiation n
        WHERE n.state = ANY ($1::text[]) AND n.due_at <= $2 AND n.hold_reason IS NULL AND NOT EXISTS (
            SELECT FROM journal j WHERE j.kind = 'negotiation' AND j.object_id = n.id AND j.action = 'overdue'
                AND (j.data ->> 'due_at')::timestamptz = n.due_at)
        ORDER BY n.due_at, n.id LIMIT $3 FOR UPDATE OF n SKIP LOCKED""",
    ),
    "pool": Query(
        Due,
        """SELECT l.id, l.state, l.version, l.due_at FROM pool l
        WHERE l.state = ANY ($1::text[]) AND l.due_at <= $2 AND NOT EXISTS (SELECT FROM journal j
            WHERE j.kind = 'pool' AND j.object_id = l.id AND j.action = 'overdue'
                AND (j.data ->> 'due_at')::timestamptz = l.due_at)
        ORDER BY l.due_at, l.id LIMIT $3 FOR UPDATE OF l SKIP LOCKED""",
    ),
}
