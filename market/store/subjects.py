"""SQL that tells what an event is about, one statement per kind of object."""

from __future__ import annotations

from market.domain.subjects import Subject
from market.store.query import Db, Query

SUBJECT: dict[str, Query[Subject]] = {
    "organisation": Query(
        Subject,
        """SELECT 'organisation' AS kind, o.id AS object_id, o.name AS title, o.id AS owner_id
        FROM organisation o WHERE o.id = $1""",
    ),
    "product": Query(
        Subject,
        """SELECT 'product' AS kind, p.id AS object_id, p.title, p.state, p.organisation_id AS supplier_id
        FROM product p WHERE p.id = $1""",
    ),
    "demand": Query(
        Subject,
        """SELECT 'demand' AS kind, d.id AS object_id, d.title, d.state, d.organisation_id AS demander_id,
            o.name AS demander_name, d.sealed, d.masked
        FROM demand d JOIN organisation o ON o.id = d.organisation_id WHERE d.id = $1""",
    ),
    "match": Query(
        Subject,
        """SELECT 'match' AS kind, m.id AS object_id, d.title, p.title AS product_title,
            d.organisation_id AS demander_id, p.organisation_id AS supplier_id, o.name AS demander_name,
            d.sealed AND m.state NOT IN ('mutual', 'converted') AS sealed, d.masked
        FROM match m JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id
            JOIN organisation o ON o.id = d.organisation_id
        WHERE m.id = $1""",
    ),
    "negotiation": Query(
        Subject,
        """SELECT 'negotiation' AS kind, n.id AS object_id, d.title, p.title AS product_title,
            n.consumer_id AS demander_id, n.provider_id AS supplier_id
        FROM negotiation n JOIN demand d ON d.id = n.demand_id JOIN product p ON p.id = n.product_id
        WHERE n.id = $1""",
    ),
    "agreement": Query(
        Subject,
        """SELECT 'agreement' AS kind, a.id AS object_id, d.title, p.title AS product_title,
            n.consumer_id AS demander_id, n.provider_id AS supplier_id
        FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id JOIN demand d ON d.id = n.demand_id
            JOIN product p ON p.id = n.product_id
        WHERE a.id = $1""",
    ),
    "question": Query(
        Subject,
        """SELECT 'question' AS kind, q.id AS object_id, d.title, p.title AS product_title,
            d.organisation_id AS demander_id, p.organisation_id AS supplier_id, o.name AS demander_name,
            d.sealed AND NOT EXISTS (SELECT FROM match m JOIN product i ON i.id = m.product_id
                WHERE m.demand_id = d.id AND i.organisation_id = p.organisation_id
                    AND m.state IN ('mutual', 'converted')) AS sealed, d.masked
        FROM question q JOIN demand d ON d.id = q.demand_id JOIN product p ON p.id = q.product_id
            JOIN organisation o ON o.id = d.organisation_id
        WHERE q.id = $1""",
    ),
    "routing": Query(
        Subject,
        """SELECT 'routing' AS kind, r.id AS object_id, d.title, d.organisation_id AS demander_id,
            r.organisation_id AS supplier_id, o.name AS demander_name,
            d.sealed AND NOT EXISTS (SELECT FROM match m JOIN product i ON i.id = m.product_id
                WHERE m.demand_id = d.id AND i.organisation_id = r.organisation_id
                    AND m.state IN ('mutual', 'converted')) AS sealed, d.masked
        FROM routing r JOIN demand d ON d.id = r.demand_id JOIN organisation o ON o.id = d.organisation_id
        WHERE r.id = $1""",
    ),
    # Members are told through their own demands; the title is the broker's.
    "pool": Query(
        Subject,
        """SELECT 'pool' AS kind, l.id AS object_id, (SELECT d.title FROM pool_member m
            JOIN demand d ON d.id = m.demand_id WHERE m.pool_id = l.id ORDER BY d.id LIMIT 1) AS title, l.state
        FROM pool l WHERE l.id = $1""",
    ),
    # Who of the staff sees to what is staff's alone: nobody is a side.
    "desk": Query(
        Subject,
        """SELECT 'desk' AS kind, k.id AS object_id, '' AS title FROM desk_item k WHERE k.id = $1""",
    ),
    "webhook": Query(
        Subject,
        """SELECT 'webhook' AS kind, w.id AS object_id, w.url AS title, w.organisation_id AS owner_id
        FROM webhook w WHERE w.id = $1""",
    ),
}


async def find(db: Db, kind: str, object_id: int) -> Subject | None:
    """What the event is about, or None when that is gone or of a kind nobody is told about."""
    return await SUBJECT[kind].first(db, object_id) if kind in SUBJECT else None
