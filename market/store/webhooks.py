"""SQL for webhooks: always one organisation's own."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.domain.webhooks import Delivery, Webhook
from market.store.query import Command, Query


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that may hear of an event."""

    id: int
    organisation_id: int
    staff: bool


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is to be made, with everything it takes."""

    id: int
    webhook_id: int
    event_id: int
    attempts: int
    organisation_id: int
    staff: bool
    url: str
    secret: str
    resting_until: datetime | None


LIST = Query(
    Webhook,
    "SELECT id, url, kinds, active, version, created_at FROM webhook WHERE organisation_id = $1 ORDER BY id",
)
GET = Query(
    Webhook,
    "SELECT id, url, kinds, active, version, created_at FROM webhook WHERE organisation_id = $1 AND id = $2",
)
LOCK_ORGANISATION = Query(int, "SELECT id FROM organisation WHERE id = $1 FOR NO KEY UPDATE")
COUNT = Query(int, "SELECT count(*) FROM webhook WHERE organisation_id = $1")
INSERT = Query(
    int,
    """INSERT INTO webhook (organisation_id, url, kinds, active, secret, created_by)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id""",
)
UPDATE = Command(
    """UPDATE webhook SET url = $4, kinds = $5, active = $6, resting_until = NULL, version = version + 1
    WHERE organisation_id = $1 AND id = $2 AND version = $3""",
)
DELETE = Command("DELETE FROM webhook WHERE organisation_id = $1 AND id = $2")
REST = Command("UPDATE webhook SET resting_until = $2 WHERE id = $1")

FOR_EVENT = Query(
    Listener,
    """SELECT w.id, w.organisation_id, o.kind = 'platform' AS staff
    FROM webhook w JOIN organisation o ON o.id = w.organisation_id
    WHERE w.active AND (w.kinds = '{}' OR $1 = ANY (w.kinds))
        AND (w.organisation_id = ANY ($2::bigint[]) OR o.kind = 'platform' OR $3::boolean) ORDER BY w.id""",
)
QUEUE = Query(
    int,
    """INSERT INTO webhook_delivery (webhook_id, journal_id, next_at) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING RETURNING id""",
)
ATTEMPT = Query(
    Attempt,
    """SELECT v.id, v.webhook_id, v.journal_id AS event_id, v.attempts, w.organisation_id,
        o.kind = 'platform' AS staff, w.url, w.secret, w.resting_until
    FROM webhook_delivery v JOIN webhook w ON w.id = v.webhook_id JOIN organisation o ON o.id = w.organisation_id
        JOIN journal j ON j.id = v.journal_id
    WHERE v.id = $1 AND v.delivered_at IS NULL AND v.next_at IS NOT NULL AND (w.active OR j.kind = 'webhook')""",
)
ATTEMPTED = Command(
    """UPDATE webhook_delivery SET attempts = attempts + 1, status = $2, error = $3, next_at = $4, delivered_at = $5
    WHERE id = $1 AND delivered_at IS NULL""",
)
POSTPONE = Command("UPDATE webhook_delivery SET next_at = $2 WHERE id = $1 AND delivered_at IS NULL")
LOG = Query(
    Delivery,
    """SELECT v.id, v.journal_id AS event_id, j.kind, j.object_id, j.action, v.attempts, v.status, v.error,
        v.created_at, v.next_at, v.delivered_at
    FROM webhook_delivery v JOIN webhook w ON w.id = v.webhook_id JOIN journal j ON j.id = v.journal_id
    WHERE w.organisation_id = $1 AND v.webhook_id = $2 AND ($3::bigint IS NULL OR v.id < $3)
    ORDER BY v.id DESC LIMIT $4""",
)
DELIVERY = Query(
    Delivery,
    """SELECT v.id, v.journal_id AS event_id, j.kind, j.object_id, j.action, v.attempts, v.status, v.error,
        v.created_at, v.next_at, v.delivered_at
    FROM webhook_delivery v JOIN webhook w ON w.id = v.webhook_id JOIN journal j ON j.id = v.journal_id
    WHERE w.organisation_id = $1 AND v.webhook_id = $2 AND v.id = $3""",
)
AGAIN = Command(
    """UPDATE webhook_delivery SET attempts = 0, next_at = $2, delivered_at = NULL, error = NULL, status = NULL
    WHERE id = $1""",
)
