"""SQL of the sitemap: what anybody may read, in blocks of numbers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.store.query import Query


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Ten thousand numbers, and when the latest of what bears them changed."""

    block: int
    updated_at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One page."""

    id: int
    updated_at: datetime


BLOCKS: dict[str, Query[Block]] = {
    "product": Query(
        Block,
        """SELECT id / 10000 AS block, max(updated_at) AS updated_at FROM product WHERE state = 'listed'
        GROUP BY 1 ORDER BY 1""",
    ),
    "demand": Query(
        Block,
        """SELECT id / 10000 AS block, max(updated_at) AS updated_at FROM demand
        WHERE state IN ('open', 'in_negotiation', 'partly_fulfilled', 'fulfilled') GROUP BY 1 ORDER BY 1""",
    ),
}
PAGES: dict[str, Query[Entry]] = {
    "product": Query(
        Entry,
        """SELECT id, updated_at FROM product
        WHERE state = 'listed' AND id >= $1::bigint * 10000 AND id < ($1 + 1) * 10000 ORDER BY id""",
    ),
    "demand": Query(
        Entry,
        """SELECT id, updated_at FROM demand WHERE state IN ('open', 'in_negotiation', 'partly_fulfilled', 'fulfilled')
            AND id >= $1::bigint * 10000 AND id < ($1 + 1) * 10000 ORDER BY id""",
    ),
}
