"""SQL for organisations. Visibility: one's own and staff see all of it, everybody else its face."""

from __future__ import annotations

from market.domain.accounts import Organisation, OrganisationCard, OrganisationView
from market.store.query import Command, Db, Query

GET = Query(
    Organisation,
    """SELECT id, name, kind, credit_code, region, about, evidence, state, state_reason, due_at, version, created_at
    FROM organisation WHERE id = $1 AND (id = $2 OR $3)""",
)
LOCK = Query(
    Organisation,
    """SELECT id, name, kind, credit_code, region, about, evidence, state, state_reason, due_at, version, created_at
    FROM organisation WHERE id = $1 AND (id = $2 OR $3) FOR NO KEY UPDATE""",
)
VIEW = Query(
    OrganisationView,
    """SELECT o.id, o.name, o.kind, o.region, o.about, o.created_at,
        CASE WHEN inside OR o.state IN ('verified', 'suspended') THEN o.state ELSE 'registered' END AS state,
        (SELECT count(*) FROM product p WHERE p.organisation_id = o.id AND p.state = 'listed') AS listed_products,
        CASE WHEN inside THEN o.credit_code END AS credit_code, CASE WHEN inside THEN o.evidence END AS evidence,
        CASE WHEN inside THEN o.state_reason END AS state_reason, CASE WHEN inside THEN o.due_at END AS due_at,
        CASE WHEN inside THEN o.version END AS version
    FROM organisation o CROSS JOIN LATERAL (SELECT o.id = $2 OR $3 AS inside) AS seen
    WHERE o.id = $1""",
)
LIST = Query(
    OrganisationCard,
    """SELECT id, name, kind, region, state, due_at, version, updated_at FROM organisation
    WHERE (id = $1 OR $2) AND ($3::text[] IS NULL OR state = ANY ($3))
        AND ($4::text IS NULL OR strpos(lower(name), lower($4)) > 0 OR credit_code = upper($4))
        AND ($5::timestamptz IS NULL OR (updated_at, id) < ($5, $6::bigint))
    ORDER BY updated_at DESC, id DESC LIMIT $7""",
)
WAITING = Query(
    OrganisationCard,
    """SELECT id, name, kind, region, state, due_at, version, updated_at FROM organisation
    WHERE state = 'in_review' ORDER BY due_at, id LIMIT 100""",
)
INSERT = Query(
    int,
    """INSERT INTO organisation (name, kind, credit_code, region, about, evidence, state, state_action,
        state_actor_id, state_party, due_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id""",
)
UPDATE = Command(
    """UPDATE organisation SET name = $3, kind = $4, credit_code = $5, region = $6, about = $7, evidence = $8,
        version = version + 1, updated_at = now()
    WHERE id = $1 AND version = $2""",
)
BY_CODE = Query(int, "SELECT id FROM organisation WHERE credit_code = upper($1)")
CODE_TAKEN = Query(bool, "SELECT EXISTS (SELECT FROM organisation WHERE credit_code = $1)")
PLATFORM = Query(int, "SELECT id FROM organisation WHERE kind = 'platform' ORDER BY id LIMIT 1")


async def lock(db: Db, organisation_id: int, own: int | None, staff: bool) -> Organisation:
    """The row, locked until the transaction ends. Raises NotFound when it is not visible."""
    return await LOCK.one(db, organisation_id, own, staff)
