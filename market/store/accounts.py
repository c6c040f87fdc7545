"""SQL for people, their sessions and memberships, and who a token speaks for."""

from __future__ import annotations

from market.domain.accounts import Actor, Membership, Person
from market.store.query import Command, Query

PERSON_BY_EMAIL = Query(
    Person,
    """SELECT id, name, email, password_hash, session_epoch, language, disabled FROM person WHERE email = $1""",
)
PERSON = Query(
    Person,
    """SELECT id, name, email, password_hash, session_epoch, language, disabled FROM person WHERE id = $1""",
)
INSERT = Query(int, "INSERT INTO person (name, email, password_hash, language) VALUES ($1, $2, $3, $4) RETURNING id")
RENAME = Command("UPDATE person SET name = $2 WHERE id = $1")
SET_LANGUAGE = Command("UPDATE person SET language = $2 WHERE id = $1")
STORE_HASH = Command("UPDATE person SET password_hash = $2 WHERE id = $1")
SET_PASSWORD = Command("UPDATE person SET password_hash = $2, session_epoch = session_epoch + 1 WHERE id = $1")
END_SESSIONS = Command("UPDATE person SET session_epoch = session_epoch + 1 WHERE id = $1")
SET_DISABLED = Command("UPDATE person SET disabled = $2, session_epoch = session_epoch + 1 WHERE id = $1")

INSERT_RESET = Command(
    "INSERT INTO password_reset (person_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4)"
)
RESET_STANDS = Query(
    bool,
    "SELECT EXISTS (SELECT FROM password_reset WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2)",
)
USE_RESET = Query(
    int,
    """UPDATE password_reset SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
    RETURNING person_id""",
)
USE_OTHER_RESETS = Command("UPDATE password_reset SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL")

MEMBERSHIPS = Query(
    Membership,
    """SELECT o.id AS organisation_id, o.name, o.kind, m.role
    FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = $1 ORDER BY m.created_at, o.id""",
)
ACTOR_OF_SESSION = Query(
    Actor,
    """SELECT p.id AS person_id, p.name, o.id AS organisation_id, o.name AS organisation_name,
        o.kind AS organisation_kind, o.state AS organisation_state, m.role, p.language,
        (SELECT count(*) FROM notification n
            WHERE n.person_id = p.id AND n.organisation_id = o.id AND n.read_at IS NULL) AS unread
    FROM person p JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id
    WHERE p.id = $1 AND o.id = $2 AND p.session_epoch = $3 AND NOT p.disabled""",
)
ACTOR = Query(
    Actor,
    """SELECT p.id AS person_id, p.name, o.id AS organisation_id, o.name AS organisation_name,
        o.kind AS organisation_kind, o.state AS organisation_state, m.role, p.language
    FROM person p JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id
    WHERE p.email = $1 AND ($2::bigint IS NULL OR o.id = $2) AND NOT p.disabled
    ORDER BY m.created_at, o.id LIMIT 1""",
)
# The use of a token is written down at most once a minute, in the same round trip.
ACTOR_OF_TOKEN = Query(
    Actor,
    """WITH noted AS (UPDATE api_token SET last_used_at = now()
        WHERE token_hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute'))
    SELECT p.id AS person_id, p.name, o.id AS organisation_id, o.name AS organisation_name,
        o.kind AS organisation_kind, o.state AS organisation_state, m.role, p.language,
        t.id AS token_id, t.scopes
    FROM api_token t JOIN person p ON p.id = t.person_id
        JOIN membership m ON m.person_id = p.id AND m.organisation_id = t.organisation_id
        JOIN organisation o ON o.id = t.organisation_id
    WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND NOT p.disabled""",
)
ACTOR_IN = Query(
    Actor,
    """SELECT p.id AS person_id, p.name, o.id AS organisation_id, o.name AS organisation_name,
        o.kind AS organisation_kind, o.state AS organisation_state, m.role, p.language
    FROM person p JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id
    WHERE p.id = $1 AND o.id = $2 AND NOT p.disabled""",
)
