"""SQL for negotiations, their offers and the thread beside them. Visibility: the two sides and staff.

A row is locked first and read in a second statement: one statement that waits for a lock sees the new row, but joins
it with what the other tables held before the wait.
"""

from __future__ import annotations

import msgspec

from market.domain.negotiations import Message, Negotiation, NegotiationCard, Offer, Seen
from market.domain.products import DataClass
from market.domain.turns import Due
from market.store.query import Command, Db, Query


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What of the product matters when a negotiation about it begins."""

    revision: int
    data_class: DataClass


GET = Query(
    Negotiation,
    """SELECT n.id, n.match_id, n.demand_id, n.demand_revision, n.product_id, n.product_revision,
        n.consumer_id, c.name AS consumer_name, c.state = 'verified' AS consumer_verified,
        n.provider_id, p.name AS provider_name, p.state = 'verified' AS provider_verified,
        coalesce(dv.content->>'title', d.title) AS demand_title,
        coalesce(pv.content->>'title', r.title) AS product_title,
        a.id AS agreement_id, n.hold_reason, n.state, n.state_party, n.state_reason, n.due_at, n.version,
        n.created_at, n.updated_at
    FROM negotiation n
        JOIN organisation c ON c.id = n.consumer_id JOIN organisation p ON p.id = n.provider_id
        JOIN demand d ON d.id = n.demand_id JOIN product r ON r.id = n.product_id
        LEFT JOIN demand_version dv ON dv.demand_id = n.demand_id AND dv.revision = n.demand_revision
        LEFT JOIN product_version pv ON pv.product_id = n.product_id AND pv.revision = n.product_revision
        LEFT JOIN agreement a ON a.negotiation_id = n.id
    WHERE n.id = $1 AND ($2 IN (n.consumer_id, n.provider_id) OR $3)""",
)
LOCK = Query(
    int,
    """SELECT demand_id FROM negotiation
    WHERE id = $1 AND ($2::bigint IN (consumer_id, provider_id) OR $3) FOR NO KEY UPDATE""",
)
DEMAND = Query(
    int,
    "SELECT demand_id FROM negotiation WHERE id = $1 AND ($2::bigint IN (consumer_id, provider_id) OR $3)",
)
# $1 organisation, $2 $3 states that wait for the consumer and the provider, $4 those that wait for the reader on hold
WAITING = Query(
    Due,
    """SELECT id, due_at FROM negotiation
    WHERE hold_reason IS NULL AND consumer_id = $1 AND state = ANY ($2::text[])
        OR hold_reason IS NULL AND provider_id = $1 AND state = ANY ($3::text[])
        OR hold_reason IS NOT NULL AND state = ANY ($4::text[])""",
)
# $6 $7 (updated, id) after which the rest begins, $11 what waits for the reader and is to come, in order, $12 all that
# waits, $13 whether only that
LIST = Query(
    NegotiationCard,
    """SELECT n.id, n.place IS NOT NULL AS yours, n.demand_id, n.product_id, n.consumer_id, c.name AS consumer_name,
        n.provider_id, p.name AS provider_name, coalesce(dv.content->>'title', d.title) AS demand_title,
        coalesce(pv.content->>'title', r.title) AS product_title, o.number AS offers,
        (o.terms::json->>'price')::numeric AS price, o.terms::json->>'price_unit' AS price_unit,
        n.hold_reason IS NOT NULL AS held, n.state, n.due_at, n.version, n.updated_at
    FROM (SELECT i.*, w.place FROM negotiation i
            LEFT JOIN unnest($11::bigint[]) WITH ORDINALITY AS w(id, place) ON w.id = i.id
        WHERE ($1 IN (i.consumer_id, i.provider_id) OR $2)
            AND ($3::text[] IS NULL OR i.state = ANY ($3))
            AND ($4::bigint IS NULL OR i.demand_id = $4)
            AND ($5::bigint IS NULL OR i.product_id = $5)
            AND (NOT $9::boolean OR i.hold_reason IS NOT NULL)
            AND ($10::timestamptz IS NULL OR i.due_at < $10 AND i.hold_reason IS NULL)
            AND (w.place IS NOT NULL OR NOT $13::boolean AND i.id <> ALL ($12::bigint[])
                AND ($6::timestamptz IS NULL OR (i.updated_at, i.id) < ($6, $7::bigint)))
        ORDER BY w.place, i.updated_at DESC, i.id DESC LIMIT $8) AS n
        JOIN organisation c ON c.id = n.consumer_id JOIN organisation p ON p.id = n.provider_id
        JOIN demand d ON d.id = n.demand_id JOIN product r ON r.id = n.product_id
        LEFT JOIN demand_version dv ON dv.demand_id = n.demand_id AND dv.revision = n.demand_revision
        LEFT JOIN product_version pv ON pv.product_id = n.product_id AND pv.revision = n.product_revision
        JOIN LATERAL (SELECT number, terms FROM offer WHERE negotiation_id = n.id ORDER BY number DESC LIMIT 1) o
            ON true
    ORDER BY n.place, n.updated_at DESC, n.id DESC""",
)
INSERT = Query(
    int,
    """INSERT INTO negotiation (match_id, demand_id, demand_revision, product_id, product_revision, consumer_id,
        provider_id, state, state_action, state_actor_id, state_party, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id""",
)
HOLD = Command(
    """UPDATE negotiation SET hold_reason = $3, version = version + 1, updated_at = now()
    WHERE id = $1 AND version = $2""",
)
OFFERS = Query(
    Offer,
    """SELECT o.id, o.negotiation_id, o.number, o.party, o.person_id, p.name AS person_name, o.terms, o.terms_hash,
        o.note, o.expires_at, o.created_at
    FROM offer o JOIN person p ON p.id = o.person_id WHERE o.negotiation_id = $1 ORDER BY o.number""",
)
LAST_OFFER = Query(
    Offer,
    """SELECT o.id, o.negotiation_id, o.number, o.party, o.person_id, p.name AS person_name, o.terms, o.terms_hash,
        o.note, o.expires_at, o.created_at
    FROM offer o JOIN person p ON p.id = o.person_id
    WHERE o.negotiation_id = $1 ORDER BY o.number DESC LIMIT 1""",
)
OFFER = Query(
    Offer,
    """SELECT o.id, o.negotiation_id, o.number, o.party, o.person_id, p.name AS person_name, o.terms, o.terms_hash,
        o.note, o.expires_at, o.created_at
    FROM offer o JOIN person p ON p.id = o.person_id WHERE o.negotiation_id = $1 AND o.id = $2""",
)
PUT_OFFER = Query(
    int,
    """INSERT INTO offer (negotiation_id, number, party, person_id, terms, terms_hash, note, expires_at, created_at)
    SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM offer WHERE negotiation_id = $1
    RETURNING number""",
)
MESSAGES = Query(
    Message,
    """SELECT m.id, m.negotiation_id, m.party, m.person_id, p.name AS person_name, m.body, m.created_at
    FROM message m JOIN person p ON p.id = m.person_id
    WHERE m.negotiation_id = $1 AND ($2::bigint IS NULL OR m.id < $2) ORDER BY m.id DESC LIMIT $3""",
)
PUT_MESSAGE = Query(
    Message,
    """WITH put AS (
        INSERT INTO message (negotiation_id, party, person_id, body, created_at) VALUES ($1, $2, $3, $4, $5)
        RETURNING *)
    SELECT put.id, put.negotiation_id, put.party, put.person_id, p.name AS person_name, put.body, put.created_at
    FROM put JOIN person p ON p.id = put.person_id""",
)
# Looking again within a minute changes nothing.
LOOK = Command(
    """INSERT INTO seen (negotiation_id, party, person_id, offer_number, first_at, last_at)
    VALUES ($1, $2, $3, $4, $5, $5)
    ON CONFLICT (negotiation_id, party, person_id, offer_number) DO UPDATE SET last_at = excluded.last_at
    WHERE seen.last_at < excluded.last_at - interval '1 minute'""",
)
SEEN = Query(
    Seen,
    """SELECT party, offer_number AS offer, min(first_at) AS first_at, max(last_at) AS last_at
    FROM seen WHERE negotiation_id = $1 GROUP BY party, offer_number ORDER BY party, offer_number""",
)
# Nobody edits the product while a negotiation refers to this revision of it for the first time.
LOCK_PRODUCT = Query(Subject, "SELECT revision, data_class FROM product WHERE id = $1 FOR SHARE")


async def lock(db: Db, negotiation_id: int, organisation_id: int | None, staff: bool) -> Negotiation:
    """The row, locked until the transaction ends. Raises NotFound when it is not visible."""
    await LOCK.one(db, negotiation_id, organisation_id, staff)
    return await GET.one(db, negotiation_id, organisation_id, staff)
