"""Figures anyone may see."""

from __future__ import annotations

import msgspec

from market.store.query import Query


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each there are now."""

    products: int
    demands: int
    matches: int
    agreements: int


NOW = Query(
    Figures,
    """SELECT (SELECT count(*) FROM product WHERE state = 'listed') AS products,
        (SELECT count(*) FROM demand WHERE state = 'open') AS demands,
        (SELECT count(*) FROM match WHERE state IN ('proposed', 'mutual', 'converted')) AS matches,
        (SELECT count(*) FROM agreement WHERE state = 'effective') AS agreements""",
)
