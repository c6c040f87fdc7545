"""SQL for the signed checkpoints over the heads of all journal chains."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.store.query import Command, Query


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A signed statement of how long every chain was and where it stood."""

    id: int
    at: datetime
    chains: int
    last_event: int
    digest: bytes
    public_key: bytes
    signature: bytes


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """All heads as of one event: how many, and SHA-256 over "kind:object:length:hash" lines in order."""

    chains: int
    digest: bytes


SETTLE = Command("LOCK TABLE journal IN SHARE MODE")
"""Waits for every event being written; ids up to LAST_EVENT are final from then on."""
LAST_EVENT = Query(int, "SELECT coalesce(max(id), 0) FROM journal")
EVENTS = Query(int, "SELECT count(*) FROM journal")
HEADS = Query(
    Heads,
    """SELECT count(*) AS chains, sha256(convert_to(coalesce(string_agg(
            h.kind || ':' || h.object_id || ':' || h.seq || ':' || encode(h.hash, 'hex'), E'\\n'
            ORDER BY h.kind COLLATE "C", h.object_id), ''), 'UTF8')) AS digest
    FROM (SELECT DISTINCT ON (kind, object_id) kind, object_id, seq, hash FROM journal
        WHERE id <= $1 ORDER BY kind, object_id, seq DESC) AS h""",
)
INSERT = Query(
    int,
    """INSERT INTO checkpoint (at, chains, last_event, digest, public_key, signature)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id""",
)
LATEST = Query(
    Checkpoint,
    """SELECT id, at, chains, last_event, digest, public_key, signature FROM checkpoint ORDER BY id DESC LIMIT 1""",
)
ALL = Query(
    Checkpoint,
    """SELECT id, at, chains, last_event, digest, public_key, signature FROM checkpoint ORDER BY id""",
)
