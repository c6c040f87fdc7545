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
    days: float | None
    """From a demand's opening to its agreement in force, the median; None before the first."""


NOW = Query(
    Figures,
    """SELECT (SELECT count(*) FROM product WHERE state = 'listed') AS products,
        (SELECT count(*) FROM demand WHERE state = 'open') AS demands,
        (SELECT count(*) FROM match WHERE state IN ('proposed', 'mutual', 'converted')) AS matches,
        (SELECT count(*) FROM agreement WHERE state = 'effective') AS agreements,
        (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM
                greatest(a.effective_at - d.opened_at, interval '0'))::float8 / 86400)
            FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id JOIN demand d ON d.id = n.demand_id
            WHERE a.effective_at IS NOT NULL AND d.opened_at IS NOT NULL) AS days""",
)
