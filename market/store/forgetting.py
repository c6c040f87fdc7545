"""SQL that forgets what has served its time. The journal, versions, offers and signatures are kept for good."""

from __future__ import annotations

from market.store import attempts, idempotency, notices, performance, sign_ups, spreadsheets
from market.store.query import Command

COMMANDS: dict[str, Command] = {
    "idempotency keys": idempotency.FORGET,
    "counted tries": attempts.CLEAR,
    "notifications": notices.FORGET,
    "webhook deliveries": Command("DELETE FROM webhook_delivery WHERE created_at < now() - interval '90 days'"),
    "password resets": Command("DELETE FROM password_reset WHERE expires_at < now() - interval '7 days'"),
    "registrations": sign_ups.FORGET,
    "spreadsheets": spreadsheets.FORGET,
    "counted views": performance.FORGET_VIEWS,
    "job log lines": Command("DELETE FROM pgqueuer_log WHERE created < now() - interval '30 days'"),
    "failed jobs": Command("DELETE FROM pgqueuer WHERE status = 'failed' AND updated < now() - interval '30 days'"),
}
"""What is forgotten -> how."""
