"""SQL for pools. Visibility: staff, and the organisations whose demands are members once a broker has confirmed it."""

from __future__ import annotations

import msgspec

from market.domain.pools import Member, Pool, PoolCard
from market.store.query import Command, Db, Query


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two demands that were in one pool as they are now."""

    one: int
    other: int


GET = Query(
    Pool,
    """SELECT l.id, l.quorum, l.lead_demand_id, n.product_id, p.title AS product_title, l.offer_id,
        (f.terms::jsonb ->> 'price')::numeric AS price, l.state, l.state_reason, l.due_at, l.version, l.created_at,
        l.updated_at
    FROM pool l LEFT JOIN offer f ON f.id = l.offer_id LEFT JOIN negotiation n ON n.id = f.negotiation_id
        LEFT JOIN product p ON p.id = n.product_id
    WHERE l.id = $1 AND ($3 OR (l.quorum IS NOT NULL AND EXISTS (SELECT FROM pool_member m JOIN demand d
        ON d.id = m.demand_id WHERE m.pool_id = l.id AND d.organisation_id = $2)))""",
)
LOCK = Query(int, "SELECT id FROM pool WHERE id = $1 FOR UPDATE")
LOCK_DEMANDS = Query(
    int,
    """SELECT d.id FROM demand d WHERE d.id IN (SELECT demand_id FROM pool_member WHERE pool_id = $1)
    ORDER BY d.id FOR NO KEY UPDATE""",
)
MEMBERS = Query(
    Member,
    """SELECT m.demand_id, d.organisation_id, o.name AS organisation_name,
        o.state = 'verified' AS organisation_verified, d.title, d.state AS demand_state, d.sealed,
        m.standing AS state, m.weight,
        (SELECT a.id FROM pool l JOIN offer f ON f.id = l.offer_id JOIN negotiation t ON t.id = f.negotiation_id
            JOIN negotiation n ON n.demand_id = m.demand_id AND n.product_id = t.product_id
            JOIN agreement a ON a.negotiation_id = n.id AND a.state = 'effective'
            WHERE l.id = m.pool_id ORDER BY a.id DESC LIMIT 1) AS agreement_id
    FROM pool_member m JOIN demand d ON d.id = m.demand_id JOIN organisation o ON o.id = d.organisation_id
    WHERE m.pool_id = $1 ORDER BY m.demand_id""",
)
# Of one demand, the live pool its owner may see; $2 staff see one that waits for its confirmation, too.
OF_DEMAND = Query(
    int,
    """SELECT l.id FROM pool_member m JOIN pool l ON l.id = m.pool_id
    WHERE m.demand_id = $1 AND m.standing IN ('invited', 'joined') AND ($2 OR l.quorum IS NOT NULL)
    ORDER BY l.id DESC LIMIT 1""",
)
LIVE_OF_DEMAND = Query(
    int,
    """SELECT l.id FROM pool_member m JOIN pool l ON l.id = m.pool_id
    WHERE m.demand_id = $1 AND m.standing IN ('invited', 'joined')
        AND l.state IN ('suggested', 'forming', 'quorum', 'negotiating')""",
)
# How many stand behind a demand whose pool has reached its quorum: what its suppliers see.
STRENGTH = Query(
    int,
    """SELECT count(*) FROM pool_member o JOIN pool_member m ON m.pool_id = o.pool_id AND m.standing = 'joined'
        JOIN pool l ON l.id = o.pool_id AND l.state IN ('quorum', 'negotiating')
    WHERE o.demand_id = $1 AND o.standing = 'joined'""",
)
LIST = Query(
    PoolCard,
    """SELECT l.id, (SELECT d.title FROM pool_member m JOIN demand d ON d.id = m.demand_id WHERE m.pool_id = l.id
            AND ($4 OR d.organisation_id = $5) ORDER BY m.demand_id LIMIT 1) AS title,
        (SELECT count(*) FROM pool_member m WHERE m.pool_id = l.id AND m.standing IN ('invited', 'joined')) AS members,
        (SELECT count(*) FROM pool_member m WHERE m.pool_id = l.id AND m.standing = 'joined') AS joined,
        l.quorum, l.state, l.due_at, l.version, l.updated_at
    FROM pool l
    WHERE ($1::text[] IS NULL OR l.state = ANY ($1))
        AND ($4 OR (l.quorum IS NOT NULL AND EXISTS (SELECT FROM pool_member m JOIN demand d ON d.id = m.demand_id
            WHERE m.pool_id = l.id AND d.organisation_id = $5)))
        AND ($2::timestamptz IS NULL OR (l.updated_at, l.id) < ($2, $3::bigint))
    ORDER BY l.updated_at DESC, l.id DESC LIMIT $6""",
)
# Demands among $1 that are in a live pool already.
TAKEN = Query(
    int,
    """SELECT m.demand_id FROM pool_member m
    WHERE m.demand_id = ANY ($1::bigint[]) AND m.standing IN ('invited', 'joined')""",
)
# Pairs among $1 that have been in one pool and say what they said then.
TOGETHER = Query(
    Pair,
    """SELECT a.demand_id AS one, b.demand_id AS other
    FROM pool_member a JOIN pool_member b ON b.pool_id = a.pool_id AND b.demand_id > a.demand_id
        JOIN demand d ON d.id = a.demand_id AND d.revision = a.demand_revision
        JOIN demand e ON e.id = b.demand_id AND e.revision = b.demand_revision
    WHERE a.demand_id = ANY ($1::bigint[]) AND b.demand_id = ANY ($1::bigint[])""",
)
INSERT = Query(
    int,
    """INSERT INTO pool (state, state_action, state_party, due_at) VALUES ($1, $2, $3, $4) RETURNING id""",
)
ADD = Command(
    """INSERT INTO pool_member (pool_id, demand_id, demand_revision, standing)
    SELECT $1, d.id, d.revision, 'invited' FROM demand d WHERE d.id = ANY ($2::bigint[])""",
)
QUORUM = Command("UPDATE pool SET quorum = $2 WHERE id = $1")
LEAD = Command("UPDATE pool SET lead_demand_id = $2, offer_id = NULL WHERE id = $1")
SETTLED = Command("UPDATE pool SET offer_id = $2 WHERE id = $1")
MEMBER = Command("UPDATE pool_member SET standing = $3, weight = $4 WHERE pool_id = $1 AND demand_id = $2")
RELEASE = Command("UPDATE pool_member SET standing = 'gone' WHERE pool_id = $1 AND standing IN ('invited', 'joined')")
# Live members whose demand or organisation can no longer take part. $1 demand, $2 organisation
LOST = Query(
    int,
    """SELECT m.pool_id FROM pool_member m JOIN demand d ON d.id = m.demand_id
        JOIN organisation o ON o.id = d.organisation_id
    WHERE m.standing IN ('invited', 'joined') AND (d.id = $1 OR o.id = $2)
        AND (d.state IN ('withdrawn', 'closed_unmet', 'expired') OR o.state <> 'verified')
    GROUP BY m.pool_id ORDER BY m.pool_id""",
)
DROP = Command(
    """UPDATE pool_member m SET standing = 'gone' FROM demand d JOIN organisation o ON o.id = d.organisation_id
    WHERE m.pool_id = $1 AND d.id = m.demand_id AND m.standing IN ('invited', 'joined')
        AND (d.state IN ('withdrawn', 'closed_unmet', 'expired') OR o.state <> 'verified')""",
)
# The supplier's last offer to the lead, while it stands: the terms that may be taken for all.
STANDING_OFFER = Query(
    int,
    """SELECT f.id FROM negotiation n JOIN offer f ON f.negotiation_id = n.id
    WHERE n.demand_id = $1 AND n.state = 'offered' AND f.party = 'provider' AND f.expires_at > $2
        AND f.number = (SELECT max(x.number) FROM offer x WHERE x.negotiation_id = n.id)
    ORDER BY f.id DESC LIMIT 1""",
)
OF_NEGOTIATION = Query(
    int,
    """SELECT m.pool_id FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id
        JOIN pool_member m ON m.demand_id = n.demand_id AND m.standing = 'joined'
        JOIN pool l ON l.id = m.pool_id AND l.state = 'negotiating'
    WHERE a.id = $1""",
)
# Where a member's own negotiation or match over a product stands.
ROOM = Query(
    str,
    """SELECT '/negotiations/' || id || CASE state WHEN 'offered' THEN '/offer' ELSE '' END FROM negotiation
    WHERE demand_id = $1 AND product_id = $2 AND state NOT IN ('finalized', 'terminated') ORDER BY id DESC LIMIT 1""",
)
MUTUAL = Query(
    int,
    """SELECT id FROM match WHERE demand_id = $1 AND product_id = $2 AND state = 'mutual' ORDER BY id DESC LIMIT 1""",
)
TERMS = Query(str, "SELECT terms FROM offer WHERE id = $1")


async def lock(db: Db, pool_id: int, organisation_id: int | None, staff: bool) -> Pool:
    """The row, locked until the transaction ends; demands are locked before pools. Raises NotFound when not visible."""
    await LOCK.first(db, pool_id)
    return await GET.one(db, pool_id, organisation_id, staff)
