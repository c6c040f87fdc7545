"""SQL for saved searches: each person's own, in the organisation they act for."""

from __future__ import annotations

import msgspec

from market.domain.searches import SavedSearch
from market.store.query import Command, Query


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told."""

    email: str
    language: str


LIST = Query(
    SavedSearch,
    """SELECT id, person_id, organisation_id, kind, name, asked, active, looked_at, told_at, created_at
    FROM saved_search WHERE person_id = $1 AND organisation_id = $2 ORDER BY id DESC""",
)
GET = Query(
    SavedSearch,
    """SELECT id, person_id, organisation_id, kind, name, asked, active, looked_at, told_at, created_at
    FROM saved_search WHERE person_id = $1 AND organisation_id = $2 AND id = $3""",
)
# Searches of one person are saved one after the other, so that the limit holds.
HOLD_PERSON = Query(int, "SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE")
COUNT = Query(int, "SELECT count(*) FROM saved_search WHERE person_id = $1 AND organisation_id = $2")
INSERT = Query(
    int,
    """INSERT INTO saved_search (person_id, organisation_id, kind, name, asked, looked_at)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id""",
)
# One that was paused looks at what changes from now on.
CHANGE = Command(
    """UPDATE saved_search SET name = coalesce($4, name), active = coalesce($5, active),
        looked_at = CASE WHEN $5 AND NOT active THEN $6 ELSE looked_at END
    WHERE person_id = $1 AND organisation_id = $2 AND id = $3""",
)
DELETE = Command("DELETE FROM saved_search WHERE person_id = $1 AND organisation_id = $2 AND id = $3")
DUE = Query(
    int,
    """SELECT s.id FROM saved_search s JOIN person p ON p.id = s.person_id
        JOIN membership m ON m.person_id = s.person_id AND m.organisation_id = s.organisation_id
    WHERE s.active AND NOT p.disabled AND (s.told_at IS NULL OR s.told_at <= $1) ORDER BY s.looked_at, s.id""",
)
LOCK = Query(
    SavedSearch,
    """SELECT id, person_id, organisation_id, kind, name, asked, active, looked_at, told_at, created_at
    FROM saved_search WHERE id = $1 AND active AND (told_at IS NULL OR told_at <= $2) FOR UPDATE SKIP LOCKED""",
)
# A change may be committed after the search has looked though it began before: look a little further back.
CHANGED: dict[str, Query[int]] = {
    "product": Query(
        int,
        """SELECT id FROM product WHERE state = 'listed' AND updated_at > $1::timestamptz - interval '5 minutes'
            AND organisation_id <> $2 ORDER BY updated_at DESC, id DESC LIMIT 5000""",
    ),
    "demand": Query(
        int,
        """SELECT id FROM demand WHERE state = 'open' AND updated_at > $1::timestamptz - interval '5 minutes'
            AND organisation_id <> $2 ORDER BY updated_at DESC, id DESC LIMIT 5000""",
    ),
}
HIT: dict[str, Query[int]] = {
    "product": Query(
        int,
        """INSERT INTO saved_search_hit (saved_search_id, object_id, revision)
        SELECT $1, id, revision FROM product WHERE id = ANY ($2::bigint[])
        ON CONFLICT DO NOTHING RETURNING object_id""",
    ),
    "demand": Query(
        int,
        """INSERT INTO saved_search_hit (saved_search_id, object_id, revision)
        SELECT $1, id, revision FROM demand WHERE id = ANY ($2::bigint[])
        ON CONFLICT DO NOTHING RETURNING object_id""",
    ),
}
LOOKED = Command("UPDATE saved_search SET looked_at = $2, told_at = coalesce($3, told_at) WHERE id = $1")
LISTENER = Query(Listener, "SELECT email, language FROM person WHERE id = $1")
TELL = Command(
    """INSERT INTO notification (person_id, organisation_id, kind, object_id, action, title)
    VALUES ($1, $2, 'search', $3, 'find', $4)""",
)
