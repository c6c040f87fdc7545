"""SQL for advice: open demands nobody serves, and an organisation's own products."""

from __future__ import annotations

from market.domain.advice import Unmet
from market.domain.products import Product
from market.store.query import Query

# Open demands that no pairing was known to meet in every must, whatever came of it (unless a broker turned it down),
# the newest first.
UNMET = Query(
    Unmet,
    """SELECT d.id, d.title, d.lines, d.budget, d.organisation_id, o.name AS organisation_name, d.sealed, d.masked
    FROM demand d JOIN organisation o ON o.id = d.organisation_id
    WHERE d.state = 'open' AND NOT EXISTS (SELECT FROM match m
        WHERE m.demand_id = d.id AND m.state NOT IN ('stale', 'rejected')
            AND NOT m.reasons @> '[{"level": "must", "verdict": "unmet"}]')
    ORDER BY d.opened_at DESC, d.id DESC LIMIT $1""",
)
# Of the products $1 those that organisation $2 offers and may still change.
OWN = Query(
    Product,
    """SELECT * FROM whole_product
    WHERE id = ANY ($1::bigint[]) AND organisation_id = $2 AND state <> 'delisted' ORDER BY id""",
)
