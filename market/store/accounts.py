"""SQL for people, organisations, memberships, tokens."""

from __future__ import annotations

from market.domain.accounts import Actor, Membership, Organisation, Person
from market.store.query import Command, Query

PERSON_BY_EMAIL = Query(
    Person,
    """SELECT id, name, email, password_hash, session_epoch, language, disabled FROM person WHERE email = $1""",
)
PERSON = Query(
    Person,
    """SELECT id, name, email, password_hash, session_epoch, language, disabled FROM person WHERE id = $1""",
)
ACTOR_OF_SESSION = Query(
    Actor,
    """SELECT p.id AS person_id, p.name, o.id AS organisation_id, o.name AS organisation_name,
        o.kind AS organisation_kind, o.state AS organisation_state, m.role, p.language
    FROM person p JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id
    WHERE p.id = $1 AND o.id = $2 AND p.session_epoch = $3 AND NOT p.disabled""",
)
ACTOR_OF_TOKEN = Query(
    Actor,
    """SELECT p.id AS person_id, p.name, o.id AS organisation_id, o.name AS organisation_name,
        o.kind AS organisation_kind, o.state AS organisation_state, m.role, p.language,
        t.id AS token_id, t.scopes
    FROM api_token t JOIN person p ON p.id = t.person_id
        JOIN membership m ON m.person_id = p.id AND m.organisation_id = t.organisation_id
        JOIN organisation o ON o.id = t.organisation_id
    WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND NOT p.disabled""",
)
TOUCH_TOKEN = Command(
    """UPDATE api_token SET last_used_at = now()
    WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')"""
)
ORGANISATION = Query(
    Organisation,
    """SELECT id, name, kind, credit_code, region, about, evidence, state, state_reason, due_at, version, created_at
    FROM organisation WHERE id = $1""",
)
MEMBERSHIPS = Query(
    Membership,
    """SELECT o.id AS organisation_id, o.name, o.kind, m.role
    FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = $1 ORDER BY m.created_at, o.id""",
)
SET_PASSWORD = Command("UPDATE person SET password_hash = $2 WHERE id = $1")
