"""SQL for answers that are kept under an Idempotency-Key."""

from __future__ import annotations

import msgspec

from market.store.query import Command, Query


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An answer given before."""

    fingerprint: bytes
    status: int | None
    body: bytes | None


CLAIM = Command(
    "INSERT INTO idempotency (person_id, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
)
KEPT = Query(Kept, "SELECT fingerprint, status, body FROM idempotency WHERE person_id = $1 AND key = $2")
KEEP = Command("UPDATE idempotency SET status = $3, body = $4 WHERE person_id = $1 AND key = $2")
FORGET = Command("DELETE FROM idempotency WHERE created_at < now() - interval '7 days'")
