"""SQL for bringing many rows in at once. Rows travel as one JSON document: one statement for a whole batch."""

from __future__ import annotations

import msgspec

from market.domain.accounts import OrganisationKind
from market.domain.demands import Demand
from market.domain.products import Product
from market.store.query import Command, Query

BATCH = 500
"""Rows of one transaction."""


class StoredProduct(Product, frozen=True, kw_only=True):
    """A product that an import brought. ``by_person``: somebody has moved it since."""

    source_id: str
    by_person: bool


class StoredDemand(Demand, frozen=True, kw_only=True):
    """A demand that an import brought."""

    source_id: str
    by_person: bool


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation that rows are brought in for."""

    id: int
    name: str
    kind: OrganisationKind
    credit_code: str
    verified: bool


HOLDERS = Query(
    Holder,
    """SELECT id, name, kind, credit_code, state = 'verified' AS verified FROM organisation
    WHERE credit_code = upper($1) AND credit_code <> '' OR name = $1 ORDER BY id LIMIT 10""",
)
# Only a verified organisation of this name, or one that an import made: nobody gets rows by signing up with a name.
PUBLISHERS = Query(
    Holder,
    """SELECT id, name, kind, credit_code, state = 'verified' AS verified FROM organisation
    WHERE name = ANY ($1::text[]) AND kind <> 'platform' AND (credit_code = '' OR state = 'verified')
    ORDER BY state = 'verified', id DESC""",
)
ADD_PUBLISHERS = Command(
    """INSERT INTO organisation (name, kind, credit_code, about, state, state_action, state_party, state_reason, due_at)
    SELECT name, $2, '', $3, 'registered', 'register', 'member', $3, $4 FROM unnest($1::text[]) AS name"""
)
PRODUCTS = Query(
    StoredProduct,
    """SELECT w.*, p.source_id, p.state_actor_id IS NOT NULL AS by_person
    FROM product p JOIN whole_product w ON w.id = p.id WHERE p.id = ANY ($1::bigint[]) ORDER BY p.id""",
)
LOCK_PRODUCTS = Query(
    int,
    """SELECT p.id FROM unnest($2::bigint[], $3::text[]) AS wanted(organisation_id, source_id)
        JOIN product p ON p.organisation_id = wanted.organisation_id AND p.source = $1
            AND p.source_id = wanted.source_id
    ORDER BY p.id FOR UPDATE OF p""",
)
ADD_PRODUCTS = Command(
    """INSERT INTO product (organisation_id, title, abstract, fields, theme, tags, region, time_from, time_to,
        granularity, update_cycle, formats, delivery, data_class, opening, source_statement, risk_assessment, licence,
        price, price_unit, sample, contact_role, source, source_id, state, state_action, state_party, state_reason,
        due_at)
    SELECT r.organisation_id, r.title, r.abstract, r.fields, r.theme, r.tags, r.region, r.time_from, r.time_to,
        r.granularity, r.update_cycle, r.formats, r.delivery, r.data_class, r.opening, r.source_statement,
        r.risk_assessment, r.licence, r.price, r.price_unit, r.sample, r.contact_role, $2, r.source_id, $3, $4, $5, $6,
        $7
    FROM jsonb_to_recordset($1) AS r(organisation_id bigint, title text, abstract text, fields jsonb, theme text,
        tags text[], region text, time_from date, time_to date, granularity text, update_cycle text, formats text[],
        delivery text[], data_class text, opening text, source_statement text, risk_assessment text, licence text,
        price numeric, price_unit text, sample text, contact_role text, source_id text)""",
)
EDIT_PRODUCTS = Command(
    """UPDATE product p SET title = r.title, abstract = r.abstract, fields = r.fields, theme = r.theme, tags = r.tags,
        region = r.region, time_from = r.time_from, time_to = r.time_to, granularity = r.granularity,
        update_cycle = r.update_cycle, formats = r.formats, delivery = r.delivery, data_class = r.data_class,
        opening = r.opening, source_statement = r.source_statement, risk_assessment = r.risk_assessment,
        licence = r.licence, price = r.price, price_unit = r.price_unit, sample = r.sample,
        contact_role = r.contact_role, revision = p.revision + 1, version = p.version + 1, updated_at = now()
    FROM jsonb_to_recordset($1) AS r(id bigint, title text, abstract text, fields jsonb, theme text,
        tags text[], region text, time_from date, time_to date, granularity text, update_cycle text, formats text[],
        delivery text[], data_class text, opening text, source_statement text, risk_assessment text, licence text,
        price numeric, price_unit text, sample text, contact_role text)
    WHERE p.id = r.id""",
)
KEEP_PRODUCTS = Command(
    """INSERT INTO product_version (product_id, revision, content)
    SELECT r.id, r.revision, r.content FROM jsonb_to_recordset($1) AS r(id bigint, revision integer, content jsonb)
    ON CONFLICT DO NOTHING""",
)
DEMANDS = Query(
    StoredDemand,
    """SELECT w.*, d.source_id, d.state_actor_id IS NOT NULL AS by_person
    FROM demand d JOIN whole_demand w ON w.id = d.id WHERE d.id = ANY ($1::bigint[]) ORDER BY d.id""",
)
LOCK_DEMANDS = Query(
    int,
    """SELECT d.id FROM unnest($2::bigint[], $3::text[]) AS wanted(organisation_id, source_id)
        JOIN demand d ON d.organisation_id = wanted.organisation_id AND d.source = $1
            AND d.source_id = wanted.source_id
    ORDER BY d.id FOR UPDATE OF d""",
)
ADD_DEMANDS = Command(
    """INSERT INTO demand (organisation_id, title, text, lines, theme, region, purpose, budget, needed_by, source,
        source_id, state, state_action, state_party, state_reason, due_at)
    SELECT r.organisation_id, r.title, r.text, r.lines, r.theme, r.region, r.purpose, r.budget, r.needed_by, $2,
        r.source_id, $3, $4, $5, $6, $7
    FROM jsonb_to_recordset($1) AS r(organisation_id bigint, title text, text text, lines jsonb, theme text,
        region text, purpose text, budget numeric, needed_by date, source_id text)""",
)
EDIT_DEMANDS = Command(
    """UPDATE demand d SET title = r.title, text = r.text, lines = r.lines, theme = r.theme, region = r.region,
        purpose = r.purpose, budget = r.budget, needed_by = r.needed_by, revision = d.revision + 1,
        version = d.version + 1, updated_at = now()
    FROM jsonb_to_recordset($1) AS r(id bigint, title text, text text, lines jsonb, theme text, region text,
        purpose text, budget numeric, needed_by date)
    WHERE d.id = r.id""",
)
KEEP_DEMANDS = Command(
    """INSERT INTO demand_version (demand_id, revision, content)
    SELECT r.id, r.revision, r.content FROM jsonb_to_recordset($1) AS r(id bigint, revision integer, content jsonb)
    ON CONFLICT DO NOTHING""",
)
JOURNAL_EDITS = Query(
    int,
    """SELECT journal_append($1, edited.id, 'edit', '', '', $2, NULL, $3,
        jsonb_build_object('revision', edited.revision))
    FROM unnest($4::bigint[], $5::integer[]) AS edited(id, revision)""",
)
# The planner must hear that a table has grown: with the statistics of an empty one each batch would scan it whole.
ANALYZE = Command("ANALYZE product, demand, journal")
