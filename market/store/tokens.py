"""SQL for API tokens: a person's own, and for who manages the organisation all of it."""

from __future__ import annotations

from market.domain.accounts import ApiToken
from market.store.query import Command, Query

INSERT = Query(
    int,
    """INSERT INTO api_token (person_id, organisation_id, name, token_hash, scopes, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id""",
)
LIST = Query(
    ApiToken,
    """SELECT t.id, t.name, t.person_id, p.name AS person_name, t.scopes, t.created_at, t.expires_at, t.last_used_at,
        t.revoked_at
    FROM api_token t JOIN person p ON p.id = t.person_id
    WHERE t.organisation_id = $1 AND (t.person_id = $2 OR $3) AND ($4::bigint IS NULL OR t.id = $4)
    ORDER BY t.revoked_at IS NOT NULL, t.id DESC LIMIT 200""",
)
REVOKE = Command(
    """UPDATE api_token SET revoked_at = coalesce(revoked_at, $4)
    WHERE id = $5 AND organisation_id = $1 AND (person_id = $2 OR $3)""",
)
REVOKE_OF_MEMBER = Command(
    """UPDATE api_token SET revoked_at = $3
    WHERE organisation_id = $1 AND person_id = $2 AND revoked_at IS NULL""",
)
