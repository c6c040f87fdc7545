"""SQL for tries that are limited (sign-in, reset)."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from market.store.query import Command, Query


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """How many there were, and when the oldest of them stops counting."""

    count: int
    free_in: timedelta


WAIT_FOR = Query(bool, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) IS NULL")
COUNT = Query(
    Tries,
    """SELECT count(*) AS count, coalesce(min(at) + $2::interval - clock_timestamp(), $2::interval) AS free_in
    FROM attempt WHERE key = $1 AND at > clock_timestamp() - $2::interval""",
)
NOTE = Command("INSERT INTO attempt (key, at) VALUES ($1, clock_timestamp())")
FORGET = Command("DELETE FROM attempt WHERE key = $1")
CLEAR = Command("DELETE FROM attempt WHERE at < now() - interval '1 day'")
