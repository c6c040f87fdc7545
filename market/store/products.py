"""SQL for products. Visibility: one's own, staff, and what is listed; a kept revision also to who negotiates on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from market.domain.products import Product, ProductCard, ProductContent
from market.store.query import Command, Db, Query


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier content. ``at`` is when it was replaced, by ``person_name`` (None: by an import)."""

    revision: int
    content: ProductContent
    person_name: str | None
    at: datetime


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """How many others hold the same data as a product."""

    product_id: int
    others: int


GET = Query(
    Product,
    """SELECT * FROM whole_product
    WHERE id = $1 AND (organisation_id = $2 OR $3 OR state = 'listed')""",
)
LOCK = Query(
    int,
    """SELECT id FROM product
    WHERE id = $1 AND (organisation_id = $2 OR $3 OR state = 'listed') FOR NO KEY UPDATE""",
)
LOCK_OF = Query(
    int,
    """SELECT id FROM product WHERE organisation_id = $1 AND state = $2 AND ($3::text IS NULL OR state_party = $3)
    ORDER BY id FOR NO KEY UPDATE""",
)
LOCKED = Query(Product, "SELECT * FROM whole_product WHERE id = ANY ($1::bigint[]) ORDER BY id")
# Until the transaction ends the supplier stays what it is: it is not suspended while its product is being listed.
HOLD_SUPPLIER = Query(
    int,
    """SELECT o.id FROM organisation o JOIN product p ON p.organisation_id = o.id
    WHERE p.id = $1 FOR SHARE OF o""",
)
# The product as revision $4 of it is open to organisation $2: also to the other side of what refers to that revision.
GET_FOR_REVISION = Query(
    Product,
    """SELECT * FROM whole_product
    WHERE id = $1 AND (organisation_id = $2 OR $3 OR (state = 'listed' AND revision = $4)
        OR EXISTS (SELECT FROM negotiation n
            WHERE n.product_id = $1 AND n.product_revision = $4 AND n.consumer_id = $2)
        OR EXISTS (SELECT FROM match m JOIN demand d ON d.id = m.demand_id
            WHERE m.product_id = $1 AND m.product_revision = $4 AND d.organisation_id = $2
                AND m.state IN ('proposed', 'mutual', 'converted')))""",
)
LIST = Query(
    ProductCard,
    """SELECT * FROM product_card p
    WHERE (p.organisation_id = $1 OR $2 OR p.state = 'listed')
        AND ($3::bigint IS NULL OR p.organisation_id = $3)
        AND ($4::text[] IS NULL OR p.state = ANY ($4))
        AND ($5::text IS NULL OR p.theme = $5)
        AND ($6::text IS NULL OR strpos(p.region, $6) > 0)
        AND ($7::text IS NULL OR p.update_cycle = $7)
        AND ($8::text IS NULL OR $8 = ANY (p.delivery))
        AND ($9::text IS NULL OR p.opening = $9)
        AND ($10::timestamptz IS NULL OR (p.updated_at, p.id) < ($10, $11::bigint))
    ORDER BY p.updated_at DESC, p.id DESC LIMIT $12""",
)
CARDS = Query(
    ProductCard,
    """SELECT p.*
    FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted(id, place) JOIN product_card p ON p.id = wanted.id
    WHERE p.state = 'listed'
        AND ($2::text IS NULL OR p.theme = $2)
        AND ($3::text IS NULL OR strpos(p.region, $3) > 0)
        AND ($4::text IS NULL OR p.update_cycle = $4)
        AND ($5::text IS NULL OR $5 = ANY (p.delivery))
        AND ($6::text IS NULL OR p.opening = $6)
    ORDER BY wanted.place LIMIT $7 OFFSET $8""",
)
# Listed products with the same data as $1, whoever offers them; the order means nothing and nobody can choose it.
ALIKE = Query(
    ProductCard,
    """SELECT c.* FROM product one JOIN product p ON md5(p.title) = md5(one.title) AND same_data(one, p)
        AND p.id <> one.id JOIN product_card c ON c.id = p.id
    WHERE one.id = $1 AND p.state = 'listed' ORDER BY md5(one.id || ' ' || p.id), p.id LIMIT $2""",
)
ALIKE_COUNTS = Query(
    Alike,
    """SELECT one.id AS product_id, count(*) AS others
    FROM product one JOIN product p ON md5(p.title) = md5(one.title) AND same_data(one, p) AND p.id <> one.id
    WHERE one.id = ANY ($1::bigint[]) AND p.state = 'listed' GROUP BY one.id""",
)
NEWEST = Query(
    ProductCard,
    """SELECT c.* FROM product p JOIN product_card c ON c.id = p.id
    WHERE p.state = 'listed' ORDER BY p.listed_at DESC, p.id DESC LIMIT $1""",
)
NEWEST_OF = Query(
    ProductCard,
    """SELECT c.* FROM product p JOIN product_card c ON c.id = p.id
    WHERE p.state = 'listed' AND p.organisation_id = $1 ORDER BY p.listed_at DESC, p.id DESC LIMIT $2""",
)
# For the registrar: whole products of one state, the longest waiting first.
QUEUE = Query(
    Product,
    """SELECT * FROM whole_product
    WHERE state = $1 AND ($2::timestamptz IS NULL OR (updated_at, id) > ($2, $3::bigint))
    ORDER BY updated_at, id LIMIT $4""",
)
INSERT = Query(
    int,
    """INSERT INTO product (organisation_id, title, abstract, fields, theme, tags, region, time_from, time_to,
        granularity, update_cycle, formats, delivery, data_class, opening, source_statement, risk_assessment, licence,
        price, price_unit, sample, contact_role, source, source_id, state, state_action, state_actor_id, state_party,
        due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
        $24, $25, $26, $27, $28, $29) RETURNING id""",
)
UPDATE = Command(
    """UPDATE product SET title = $3, abstract = $4, fields = $5, theme = $6, tags = $7, region = $8, time_from = $9,
        time_to = $10, granularity = $11, update_cycle = $12, formats = $13, delivery = $14, data_class = $15,
        opening = $16, source_statement = $17, risk_assessment = $18, licence = $19, price = $20, price_unit = $21,
        sample = $22, contact_role = $23, revision = revision + 1, version = version + 1, updated_at = now()
    WHERE id = $1 AND version = $2""",
)
KEEP_VERSION = Command(
    """INSERT INTO product_version (product_id, revision, content, person_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING""",
)
REVISION = Query(
    Revision,
    """SELECT v.revision, v.content, h.name AS person_name, v.at
    FROM product_version v LEFT JOIN person h ON h.id = v.person_id WHERE v.product_id = $1 AND v.revision = $2""",
)
REVISIONS = Query(
    Revision,
    """SELECT v.revision, v.content, h.name AS person_name, v.at
    FROM product_version v LEFT JOIN person h ON h.id = v.person_id WHERE v.product_id = $1
    ORDER BY v.revision DESC LIMIT 200""",
)


def columns(content: ProductContent) -> tuple[Any, ...]:
    """The editable columns in the order of INSERT and UPDATE."""
    return (
        content.title,
        content.abstract,
        msgspec.to_builtins(content.fields),
        content.theme,
        list(content.tags),
        content.region,
        content.time_from,
        content.time_to,
        content.granularity,
        content.update_cycle,
        list(content.formats),
        list(content.delivery),
        content.data_class,
        content.opening,
        content.source_statement,
        content.risk_assessment,
        content.licence,
        content.price,
        content.price_unit,
        content.sample,
        content.contact_role,
    )


async def lock(db: Db, product_id: int, organisation_id: int | None, staff: bool) -> Product:
    """The row, locked until the transaction ends. Raises NotFound when it is not visible."""
    await LOCK.one(db, product_id, organisation_id, staff)
    return await GET.one(db, product_id, organisation_id, staff)


async def lock_of(db: Db, organisation_id: int, state: str, put_there_by: str | None) -> list[Product]:
    """What an organisation offers in one state and put there by one party (any: None), locked."""
    return await LOCKED.all(db, await LOCK_OF.all(db, organisation_id, state, put_there_by))
