"""SQL for agreements and their signatures. Visibility: the two sides of the negotiation and staff."""

from __future__ import annotations

from market.domain.agreements import Agreement, AgreementCard, Signature
from market.store.query import Command, Db, Query

GET = Query(
    Agreement,
    """SELECT a.id, a.negotiation_id, a.offer_id, n.demand_id, n.product_id, n.product_revision,
        n.consumer_id, c.name AS consumer_name, c.credit_code AS consumer_credit_code,
        n.provider_id, p.name AS provider_name, p.credit_code AS provider_credit_code,
        coalesce(dv.content->>'title', d.title) AS demand_title,
        coalesce(pv.content->>'title', r.title) AS product_title,
        a.terms, a.terms_hash, a.state, a.state_party, a.state_reason, a.due_at, a.effective_at, a.version,
        a.created_at, a.updated_at
    FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id
        JOIN organisation c ON c.id = n.consumer_id JOIN organisation p ON p.id = n.provider_id
        JOIN demand d ON d.id = n.demand_id JOIN product r ON r.id = n.product_id
        LEFT JOIN demand_version dv ON dv.demand_id = n.demand_id AND dv.revision = n.demand_revision
        LEFT JOIN product_version pv ON pv.product_id = n.product_id AND pv.revision = n.product_revision
    WHERE a.id = $1 AND ($2 IN (n.consumer_id, n.provider_id) OR $3)""",
)
LOCK = Query(
    int,
    """SELECT a.id FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id
    WHERE a.id = $1 AND ($2::bigint IN (n.consumer_id, n.provider_id) OR $3) FOR NO KEY UPDATE OF a""",
)
OF_NEGOTIATION = Query(int, "SELECT id FROM agreement WHERE negotiation_id = $1")
LIST = Query(
    AgreementCard,
    """SELECT a.id, a.negotiation_id, n.demand_id, n.product_id, n.consumer_id, c.name AS consumer_name,
        n.provider_id, p.name AS provider_name, coalesce(dv.content->>'title', d.title) AS demand_title,
        coalesce(pv.content->>'title', r.title) AS product_title, (t.json->>'price')::numeric AS price,
        t.json->>'price_unit' AS price_unit, (t.json->>'period_from')::date AS period_from,
        (t.json->>'period_to')::date AS period_to, a.state, a.effective_at, a.version, a.updated_at
    FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id
        JOIN organisation c ON c.id = n.consumer_id JOIN organisation p ON p.id = n.provider_id
        JOIN demand d ON d.id = n.demand_id JOIN product r ON r.id = n.product_id
        LEFT JOIN demand_version dv ON dv.demand_id = n.demand_id AND dv.revision = n.demand_revision
        LEFT JOIN product_version pv ON pv.product_id = n.product_id AND pv.revision = n.product_revision
        CROSS JOIN LATERAL (SELECT a.terms::json) t(json)
    WHERE ($1 IN (n.consumer_id, n.provider_id) OR $2)
        AND ($3::text[] IS NULL OR a.state = ANY ($3))
        AND ($4::timestamptz IS NULL OR (a.updated_at, a.id) < ($4, $5::bigint))
    ORDER BY a.updated_at DESC, a.id DESC LIMIT $6""",
)
DRAFT = Query(
    int,
    """INSERT INTO agreement (negotiation_id, offer_id, terms, terms_hash, state, state_action, state_actor_id,
        state_party)
    SELECT negotiation_id, id, terms, terms_hash, $2, $3, $4, $5 FROM offer WHERE id = $1 RETURNING id""",
)
SIGN = Command(
    """INSERT INTO signature (agreement_id, party, person_id, terms_hash, signed_at)
    SELECT id, $2, $3, terms_hash, $4 FROM agreement WHERE id = $1""",
)
SIGNATURES = Query(
    Signature,
    """SELECT s.party, s.person_id, p.name AS person_name, s.terms_hash, s.signed_at
    FROM signature s JOIN person p ON p.id = s.person_id WHERE s.agreement_id = $1
    ORDER BY s.signed_at, s.party DESC""",
)
ENDS = Command("UPDATE agreement SET due_at = $2 WHERE id = $1")
RUN_OUT = Query(int, "SELECT id FROM agreement WHERE state = 'effective' AND due_at <= $1 ORDER BY id LIMIT 500")
DEMAND_OF = Query(
    int,
    """SELECT n.demand_id FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id
    WHERE a.id = $1 AND ($2::bigint IN (n.consumer_id, n.provider_id) OR $3)""",
)
DEMAND_IS_IDLE = Query(
    bool,
    """SELECT NOT EXISTS (
        SELECT FROM negotiation n LEFT JOIN agreement a ON a.negotiation_id = n.id
        WHERE n.demand_id = $1 AND (n.state NOT IN ('finalized', 'terminated') OR a.state = 'effective'))""",
)


async def lock(db: Db, agreement_id: int, organisation_id: int | None, staff: bool) -> Agreement:
    """The row, locked until the transaction ends. Raises NotFound when it is not visible."""
    await LOCK.one(db, agreement_id, organisation_id, staff)
    return await GET.one(db, agreement_id, organisation_id, staff)
