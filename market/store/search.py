"""What the matcher reads: listed products and open demands, whole and one by one."""

from __future__ import annotations

from market.domain.demands import Demand
from market.domain.products import Product
from market.store.query import Query

LISTED = Query(
    Product,
    """SELECT p.id, p.organisation_id, o.name AS organisation_name, o.state = 'verified' AS organisation_verified,
        p.title, p.abstract, p.fields, p.theme, p.tags, p.region, p.time_from, p.time_to, p.granularity,
        p.update_cycle, p.formats, p.delivery, p.data_class, p.opening, p.source_statement, p.risk_assessment,
        p.licence, p.price, p.price_unit, p.sample, p.contact_role, p.state, p.state_party, p.state_reason, p.due_at,
        p.revision, p.version, p.created_at, p.listed_at, p.updated_at
    FROM product p JOIN organisation o ON o.id = p.organisation_id
    WHERE p.state = 'listed' AND p.id = ANY ($1::bigint[]) ORDER BY p.id""",
)
LISTED_AFTER = Query(
    Product,
    """SELECT p.id, p.organisation_id, o.name AS organisation_name, o.state = 'verified' AS organisation_verified,
        p.title, p.abstract, p.fields, p.theme, p.tags, p.region, p.time_from, p.time_to, p.granularity,
        p.update_cycle, p.formats, p.delivery, p.data_class, p.opening, p.source_statement, p.risk_assessment,
        p.licence, p.price, p.price_unit, p.sample, p.contact_role, p.state, p.state_party, p.state_reason, p.due_at,
        p.revision, p.version, p.created_at, p.listed_at, p.updated_at
    FROM product p JOIN organisation o ON o.id = p.organisation_id
    WHERE p.state = 'listed' AND p.id > $1 ORDER BY p.id LIMIT $2""",
)
OPEN = Query(
    Demand,
    """SELECT d.id, d.organisation_id, o.name AS organisation_name, o.state = 'verified' AS organisation_verified,
        d.title, d.text, d.lines, d.theme, d.region, d.purpose, d.budget, d.needed_by, d.sealed, d.masked,
        d.state, d.state_reason, d.due_at, d.revision, d.version, d.created_at, d.opened_at, d.updated_at
    FROM demand d JOIN organisation o ON o.id = d.organisation_id
    WHERE d.state = 'open' AND d.id = ANY ($1::bigint[]) ORDER BY d.id""",
)
OPEN_AFTER = Query(
    Demand,
    """SELECT d.id, d.organisation_id, o.name AS organisation_name, o.state = 'verified' AS organisation_verified,
        d.title, d.text, d.lines, d.theme, d.region, d.purpose, d.budget, d.needed_by, d.sealed, d.masked,
        d.state, d.state_reason, d.due_at, d.revision, d.version, d.created_at, d.opened_at, d.updated_at
    FROM demand d JOIN organisation o ON o.id = d.organisation_id
    WHERE d.state = 'open' AND d.id > $1 ORDER BY d.id LIMIT $2""",
)
MATCHED = Query(
    Demand,
    """SELECT d.id, d.organisation_id, o.name AS organisation_name, o.state = 'verified' AS organisation_verified,
        d.title, d.text, d.lines, d.theme, d.region, d.purpose, d.budget, d.needed_by, d.sealed, d.masked,
        d.state, d.state_reason, d.due_at, d.revision, d.version, d.created_at, d.opened_at, d.updated_at
    FROM demand d JOIN organisation o ON o.id = d.organisation_id
    WHERE d.id = ANY ($1) AND d.state IN ('open', 'in_negotiation', 'partly_fulfilled') ORDER BY d.id""",
)
