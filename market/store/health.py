"""Whether the database answers."""

from __future__ import annotations

from market.store.query import Query

ALIVE = Query(int, "SELECT 1")
