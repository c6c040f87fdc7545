"""SQL of the public search: how listed products and open demands divide, and one page of them.

The first parameter is what the matcher found for the words, best first; NULL: there are no words and everything counts.
Regions are told name by name: which place contains which is the matcher's knowledge, so a region filter arrives here
as the names that lie in it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from market.domain.demands import DemandCard
from market.domain.products import ProductCard
from market.store.query import Query


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """How many are alike in everything one can filter by."""

    n: int
    theme: str
    region: str
    price: str


class ProductCell(Cell, frozen=True, kw_only=True):
    """The same of products."""

    data_class: str
    opening: str
    delivery: tuple[str, ...]
    update_cycle: str | None


class FoundProduct(ProductCard, frozen=True, kw_only=True):
    """A product in a list of results, with more of its text to quote from."""

    listed_at: datetime | None


class FoundDemand(DemandCard, frozen=True, kw_only=True):
    """A demand in a list of results."""

    opened_at: datetime | None


# What every listed product and every open demand says stays the same until one of them changes.
PRODUCTS_CHANGED = Query(datetime, "SELECT coalesce(max(updated_at), 'epoch') FROM product")
DEMANDS_CHANGED = Query(datetime, "SELECT coalesce(max(updated_at), 'epoch') FROM demand")
PRODUCTS = Query(
    ProductCell,
    """SELECT count(*) AS n, theme, region, data_class, opening, delivery, update_cycle,
        CASE WHEN price IS NULL THEN 'open' WHEN price = 0 THEN 'free' WHEN price < 1000 THEN 'to_1000'
            WHEN price < 10000 THEN 'to_10000' WHEN price < 100000 THEN 'to_100000' ELSE 'above' END AS price
    FROM product WHERE state = 'listed' GROUP BY theme, region, data_class, opening, delivery, update_cycle, 8""",
)
PRODUCTS_AMONG = Query(
    ProductCell,
    """SELECT count(*) AS n, p.theme, p.region, p.data_class, p.opening, p.delivery, p.update_cycle,
        CASE WHEN p.price IS NULL THEN 'open' WHEN p.price = 0 THEN 'free' WHEN p.price < 1000 THEN 'to_1000'
            WHEN p.price < 10000 THEN 'to_10000' WHEN p.price < 100000 THEN 'to_100000' ELSE 'above' END AS price
    FROM unnest($1::bigint[]) AS wanted(id) JOIN product p ON p.id = wanted.id
    WHERE p.state = 'listed' GROUP BY p.theme, p.region, p.data_class, p.opening, p.delivery, p.update_cycle, 8""",
)
# $2 theme, $3 names of regions, $4 data class, $5 opening, $6 delivery, $7 update cycle, $8 price band
# $9 order, $10 limit, $11 offset. Each order is a column of its own, so that the newest come out of their index.
PRODUCT_PAGE = Query(
    FoundProduct,
    """WITH found AS (
        SELECT p.id, CASE $9 WHEN 'newest' THEN p.listed_at END AS newest, CASE $9 WHEN 'newest' THEN NULL
            WHEN 'cheapest' THEN coalesce(p.price, 1e15) WHEN 'dearest' THEN -coalesce(p.price, -1)
            ELSE wanted.place END AS place
        FROM product p LEFT JOIN unnest($1::bigint[]) WITH ORDINALITY AS wanted(id, place) ON wanted.id = p.id
        WHERE p.state = 'listed' AND ($1 IS NULL OR wanted.place IS NOT NULL)
            AND ($2::text IS NULL OR p.theme = $2) AND ($3::text[] IS NULL OR p.region = ANY ($3))
            AND ($4::text IS NULL OR p.data_class = $4) AND ($5::text IS NULL OR p.opening = $5)
            AND ($6::text IS NULL OR $6 = ANY (p.delivery)) AND ($7::text IS NULL OR p.update_cycle = $7)
            AND ($8::text IS NULL OR $8 = CASE WHEN p.price IS NULL THEN 'open' WHEN p.price = 0 THEN 'free'
                WHEN p.price < 1000 THEN 'to_1000' WHEN p.price < 10000 THEN 'to_10000'
                WHEN p.price < 100000 THEN 'to_100000' ELSE 'above' END)
        ORDER BY newest DESC, place, p.id DESC LIMIT $10 OFFSET $11)
    SELECT p.id, p.organisation_id, o.name AS organisation_name, p.state, p.title,
        left(p.abstract, 4000) AS abstract, p.theme, p.region, p.tags, p.update_cycle, p.delivery, p.opening, p.price,
        p.price_unit, p.due_at, p.version, p.updated_at, p.listed_at
    FROM found JOIN product p ON p.id = found.id JOIN organisation o ON o.id = p.organisation_id
    ORDER BY found.newest DESC, found.place, p.id DESC""",
)
# $2 the reader's organisation, $3 whether staff reads. To strangers a sealed demand whose theme or region would tell a
# covered word has neither.
DEMANDS = Query(
    Cell,
    """SELECT count(*) AS n, CASE WHEN b.plain IS TRUE THEN d.theme ELSE '' END AS theme,
        CASE WHEN b.plain IS TRUE THEN d.region ELSE '' END AS region,
        CASE WHEN d.budget IS NULL THEN 'open' WHEN d.budget = 0 THEN 'free' WHEN d.budget < 1000 THEN 'to_1000'
            WHEN d.budget < 10000 THEN 'to_10000' WHEN d.budget < 100000 THEN 'to_100000' ELSE 'above' END AS price
    FROM demand d JOIN organisation o ON o.id = d.organisation_id
        LEFT JOIN unnest($1::bigint[]) AS wanted(id) ON wanted.id = d.id,
        LATERAL (SELECT NOT d.sealed OR d.organisation_id = $2 OR $3 OR NOT EXISTS (
            SELECT FROM unnest(d.masked || o.name) w
            WHERE position(lower(w) IN lower(d.theme || chr(10) || d.region)) > 0) AS plain) b
    WHERE d.state = 'open' AND ($1 IS NULL OR wanted.id IS NOT NULL) GROUP BY 2, 3, 4""",
)
# $4 theme, $5 names of regions, $6 budget band
# $7 order, $8 limit, $9 offset
DEMAND_PAGE = Query(
    FoundDemand,
    """WITH found AS (
        SELECT d.id, CASE $7 WHEN 'newest' THEN d.opened_at END AS newest, CASE $7 WHEN 'newest' THEN NULL
            WHEN 'cheapest' THEN coalesce(d.budget, 1e15) WHEN 'dearest' THEN -coalesce(d.budget, -1)
            ELSE wanted.place END AS place
        FROM demand d JOIN organisation o ON o.id = d.organisation_id
            LEFT JOIN unnest($1::bigint[]) WITH ORDINALITY AS wanted(id, place) ON wanted.id = d.id
        WHERE d.state = 'open' AND ($1 IS NULL OR wanted.place IS NOT NULL)
            AND ($4::text IS NULL OR d.theme = $4) AND ($5::text[] IS NULL OR d.region = ANY ($5))
            AND (($4 IS NULL AND $5 IS NULL) OR NOT d.sealed OR d.organisation_id = $2 OR $3 OR NOT EXISTS (
                SELECT FROM unnest(d.masked || o.name) w
                WHERE position(lower(w) IN lower(d.theme || chr(10) || d.region)) > 0))
            AND ($6::text IS NULL OR $6 = CASE WHEN d.budget IS NULL THEN 'open' WHEN d.budget = 0 THEN 'free'
                WHEN d.budget < 1000 THEN 'to_1000' WHEN d.budget < 10000 THEN 'to_10000'
                WHEN d.budget < 100000 THEN 'to_100000' ELSE 'above' END)
        ORDER BY newest DESC, place, d.id DESC LIMIT $8 OFFSET $9)
    SELECT d.id, d.organisation_id, o.name AS organisation_name, d.state, d.title,
        left(d.text, CASE WHEN d.sealed THEN 20000 ELSE 4000 END) AS text, -- cut by the service after masking
        d.theme, d.region, d.budget, d.needed_by, d.sealed, d.masked, d.due_at, d.version, d.updated_at, d.opened_at
    FROM found JOIN demand d ON d.id = found.id JOIN organisation o ON o.id = d.organisation_id
    ORDER BY found.newest DESC, found.place, d.id DESC""",
)
