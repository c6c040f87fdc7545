"""What the matcher reads: listed products and open demands, whole and one by one."""

from __future__ import annotations

import msgspec

from market.domain.demands import Demand
from market.domain.products import Product
from market.store.query import Query


class Mark(msgspec.Struct, frozen=True):
    """A row and 64 bits of a digest of everything it says, its version and the time of its last change included."""

    id: int
    mark: int


LISTED = Query(
    Product,
    """SELECT * FROM whole_product
    WHERE state = 'listed' AND id = ANY ($1::bigint[]) ORDER BY id""",
)
# Those of the listed products $2 that hold the same data as $1, which is not among them.
ALIKE = Query(
    Product,
    """SELECT w.* FROM product one JOIN product p ON md5(p.title) = md5(one.title) AND same_data(one, p)
        AND p.id <> one.id JOIN whole_product w ON w.id = p.id
    WHERE one.id = $1 AND p.state = 'listed' AND p.id = ANY ($2::bigint[]) ORDER BY p.id""",
)
LISTED_AFTER = Query(
    Product,
    """SELECT * FROM whole_product
    WHERE state = 'listed' AND id > $1 ORDER BY id LIMIT $2""",
)
OPEN = Query(
    Demand,
    """SELECT * FROM whole_demand
    WHERE state = 'open' AND id = ANY ($1::bigint[]) ORDER BY id""",
)
OPEN_AFTER = Query(
    Demand,
    """SELECT * FROM whole_demand
    WHERE state = 'open' AND id > $1 ORDER BY id LIMIT $2""",
)
MATCHED = Query(
    Demand,
    """SELECT * FROM whole_demand
    WHERE id = ANY ($1) AND state IN ('open', 'in_negotiation', 'partly_fulfilled') ORDER BY id""",
)
LISTED_OF = Query(int, "SELECT id FROM product WHERE state = 'listed' AND organisation_id = ANY ($1::bigint[])")
OPEN_OF = Query(int, "SELECT id FROM demand WHERE state = 'open' AND organisation_id = ANY ($1::bigint[])")
LISTED_MARKS = Query(
    Mark,
    """SELECT p.id, hashtextextended(o.name || ' ' || p::text, 0) AS mark
    FROM product p JOIN organisation o ON o.id = p.organisation_id
    WHERE p.state = 'listed' AND p.id > $1 ORDER BY p.id LIMIT $2""",
)
OPEN_MARKS = Query(
    Mark,
    """SELECT d.id, hashtextextended(o.name || ' ' || d::text, 0) AS mark
    FROM demand d JOIN organisation o ON o.id = d.organisation_id
    WHERE d.state = 'open' AND d.id > $1 ORDER BY d.id LIMIT $2""",
)
