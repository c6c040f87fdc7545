"""SQL for the people in an organisation and the invitations to it. Visible to its members and to staff."""

from __future__ import annotations

from market.domain.accounts import Invitation, Member, OpenInvitation
from market.store.query import Command, Query

LIST = Query(
    Member,
    """SELECT p.id AS person_id, p.name, p.email, m.role, p.disabled, m.created_at
    FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = $1 AND (m.organisation_id = $2 OR $3) AND ($4::bigint IS NULL OR p.id = $4)
    ORDER BY m.created_at, p.id LIMIT 500""",
)
INSERT = Command("INSERT INTO membership (organisation_id, person_id, role) VALUES ($1, $2, $3)")
SET_ROLE = Command("UPDATE membership SET role = $3 WHERE organisation_id = $1 AND person_id = $2")
DELETE = Command("DELETE FROM membership WHERE organisation_id = $1 AND person_id = $2")
OTHERS_IN_ROLE = Query(
    int,
    """SELECT count(*) FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = $1 AND m.role = $3 AND m.person_id <> $2 AND NOT p.disabled""",
)
IS_MEMBER = Query(
    bool,
    """SELECT EXISTS (SELECT FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = $1 AND p.email = $2)""",
)

INVITATIONS = Query(
    Invitation,
    """SELECT i.id, i.organisation_id, i.email, i.role, p.name AS invited_by, i.created_at, i.expires_at
    FROM invitation i JOIN person p ON p.id = i.invited_by
    WHERE i.organisation_id = $1 AND (i.organisation_id = $2 OR $3) AND ($4::bigint IS NULL OR i.id = $4)
        AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $5
    ORDER BY i.id DESC LIMIT 500""",
)
INVITE = Query(
    int,
    """INSERT INTO invitation (organisation_id, email, role, token_hash, invited_by, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id""",
)
REVOKE_EXPIRED = Command(
    """UPDATE invitation SET revoked_at = $3
    WHERE organisation_id = $1 AND email = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= $3""",
)
REVOKE = Command(
    """UPDATE invitation SET revoked_at = $3
    WHERE organisation_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL""",
)
FIND = Query(
    OpenInvitation,
    """SELECT i.id, i.organisation_id, o.name AS organisation_name, o.kind AS organisation_kind, i.email, i.role,
        p.name AS invited_by, EXISTS (SELECT FROM person q WHERE q.email = i.email) AS has_account
    FROM invitation i JOIN organisation o ON o.id = i.organisation_id JOIN person p ON p.id = i.invited_by
    WHERE i.token_hash = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2""",
)
ACCEPT = Command(
    """UPDATE invitation SET accepted_at = $2
    WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2""",
)
