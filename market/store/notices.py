"""SQL for notifications: each person's own, in the organisation they act for."""

from __future__ import annotations

import msgspec

from market.domain.notices import KindTold, NoticeGroup, Notification
from market.store.query import Command, Query


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has just been told for the first time."""

    id: int
    organisation_id: int
    email: str
    language: str


TELL = Query(
    Told,
    """WITH told AS (
        INSERT INTO notification (person_id, organisation_id, journal_id, kind, object_id, action, title)
        SELECT m.person_id, m.organisation_id, $1, $2, $3, $4, $5
        FROM membership m JOIN person p ON p.id = m.person_id JOIN organisation o ON o.id = m.organisation_id
        WHERE NOT p.disabled AND m.person_id IS DISTINCT FROM $6::bigint
            AND (m.organisation_id = $7::bigint OR (o.kind = 'platform' AND m.role = ANY ($8::text[])))
        ORDER BY m.person_id, m.organisation_id
        ON CONFLICT DO NOTHING RETURNING person_id, organisation_id)
    SELECT p.id, told.organisation_id, p.email, p.language FROM told JOIN person p ON p.id = told.person_id""",
)
# Heard by ``services.live`` once it is committed; what is returned means nothing.
ANNOUNCE = Query(
    bool,
    "SELECT pg_notify('market_notices', json_build_object('organisations', $1::bigint[])::text) IS NOT NULL",
)
EMAILED = Command(
    "UPDATE notification SET emailed_at = $3 WHERE journal_id = $1 AND person_id = ANY ($2::bigint[])",
)
LIST = Query(
    Notification,
    """SELECT id, kind, object_id, action, title, created_at, read_at FROM notification
    WHERE person_id = $1 AND organisation_id = $2 AND (NOT $3 OR read_at IS NULL)
        AND ($4::bigint IS NULL OR id < $4) AND ($6 = '' OR kind = $6)
    ORDER BY id DESC LIMIT $5""",
)
GROUPED = Query(
    NoticeGroup,
    """SELECT n.id, n.kind, n.object_id, n.action, n.title, n.created_at, n.read_at, g.times, g.unread
    FROM (SELECT max(id) AS id, count(*)::int AS times, (count(*) FILTER (WHERE read_at IS NULL))::int AS unread
            FROM notification WHERE person_id = $1 AND organisation_id = $2 AND ($6 = '' OR kind = $6)
            GROUP BY kind, object_id) AS g
        JOIN notification n ON n.id = g.id
    WHERE (NOT $3 OR g.unread > 0) AND ($4::bigint IS NULL OR g.id < $4)
    ORDER BY g.id DESC LIMIT $5""",
)
KINDS = Query(
    KindTold,
    """SELECT kind, (count(*) FILTER (WHERE read_at IS NULL))::int AS unread FROM notification
    WHERE person_id = $1 AND organisation_id = $2 GROUP BY kind ORDER BY kind""",
)
GET = Query(
    Notification,
    """SELECT id, kind, object_id, action, title, created_at, read_at FROM notification
    WHERE person_id = $1 AND organisation_id = $2 AND id = $3""",
)
UNREAD = Query(
    int,
    "SELECT count(*) FROM notification WHERE person_id = $1 AND organisation_id = $2 AND read_at IS NULL",
)
READ = Command(
    """UPDATE notification SET read_at = $3
    WHERE person_id = $1 AND organisation_id = $2 AND read_at IS NULL
        AND ($4::bigint[] IS NULL OR id = ANY ($4)) AND ($5::bigint IS NULL OR id <= $5)""",
)
READ_OBJECT = Command(
    """UPDATE notification SET read_at = $6 WHERE person_id = $1 AND organisation_id = $2 AND read_at IS NULL
        AND kind = $3 AND object_id = $4 AND id <= $5""",
)
FORGET = Command("DELETE FROM notification WHERE created_at < now() - interval '1 year'")
