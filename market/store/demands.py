"""SQL for demands. Visibility: one's own, staff, and what has been opened; sealed ones are masked by the service.

No filter finds a stranger a sealed demand by a theme or region that holds the name or a covered word: it would tell it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from market.domain.demands import Demand, DemandCard, DemandContent
from market.store.query import Command, Db, Query

GET = Query(
    Demand,
    """SELECT * FROM whole_demand
    WHERE id = $1 AND (organisation_id = $2 OR $3
        OR state IN ('open', 'in_negotiation', 'partly_fulfilled', 'fulfilled'))""",
)
LOCK = Query(
    int,
    """SELECT id FROM demand
    WHERE id = $1 AND (organisation_id = $2 OR $3
        OR state IN ('open', 'in_negotiation', 'partly_fulfilled', 'fulfilled'))
    FOR NO KEY UPDATE""",  # the worker may still add a match to it, so the two never wait for each other
)
LIST = Query(
    DemandCard,
    """SELECT * FROM demand_card d
    WHERE (d.organisation_id = $1 OR $2 OR d.state IN ('open', 'in_negotiation', 'partly_fulfilled', 'fulfilled'))
        AND ($3::bigint IS NULL OR d.organisation_id = $3)
        AND ($4::text[] IS NULL OR d.state = ANY ($4))
        AND ($5::text IS NULL OR d.theme = $5)
        AND ($6::text IS NULL OR d.region LIKE $6 || '%')
        AND (coalesce($5, $6) IS NULL OR NOT d.sealed OR d.organisation_id = $1 OR $2 OR NOT EXISTS (
            SELECT FROM unnest(d.masked || d.organisation_name) w
            WHERE position(lower(w) IN lower(d.theme || chr(10) || d.region)) > 0))
        AND ($7::timestamptz IS NULL OR (d.updated_at, d.id) < ($7, $8::bigint))
    ORDER BY d.updated_at DESC, d.id DESC LIMIT $9""",
)
CARDS = Query(
    DemandCard,
    """SELECT d.*
    FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted(id, place) JOIN demand_card d ON d.id = wanted.id
    WHERE (d.organisation_id = $2 OR $3 OR d.state IN ('open', 'in_negotiation', 'partly_fulfilled', 'fulfilled'))
        AND ($4::text[] IS NULL OR d.state = ANY ($4))
        AND ($5::text IS NULL OR d.theme = $5)
        AND ($6::text IS NULL OR d.region LIKE $6 || '%')
        AND (coalesce($5, $6) IS NULL OR NOT d.sealed OR d.organisation_id = $2 OR $3 OR NOT EXISTS (
            SELECT FROM unnest(d.masked || d.organisation_name) w
            WHERE position(lower(w) IN lower(d.theme || chr(10) || d.region)) > 0))
    ORDER BY wanted.place LIMIT $7""",
)
INSERT = Query(
    int,
    """INSERT INTO demand (organisation_id, title, text, lines, theme, region, purpose, budget, needed_by, sealed,
        masked, source, source_id, state, state_action, state_actor_id, state_party, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id""",
)
UPDATE = Command(
    """UPDATE demand SET title = $3, text = $4, lines = $5, theme = $6, region = $7, purpose = $8, budget = $9,
        needed_by = $10, sealed = $11, masked = $12, revision = revision + 1, version = version + 1,
        updated_at = now()
    WHERE id = $1 AND version = $2""",
)
KEEP_VERSION = Command(
    """INSERT INTO demand_version (demand_id, revision, content, person_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING""",
)
OF_SOURCE = Query(int, "SELECT id FROM demand WHERE organisation_id = $1 AND source = $2 AND source_id = $3")
LOCK_OF = Query(int, "SELECT id FROM demand WHERE organisation_id = $1 AND state = $2 ORDER BY id FOR NO KEY UPDATE")
LOCKED = Query(Demand, "SELECT * FROM whole_demand WHERE id = ANY ($1::bigint[]) ORDER BY id")
HOLD_DEMANDER = Query(
    int,
    "SELECT o.id FROM organisation o JOIN demand d ON d.organisation_id = o.id WHERE d.id = $1 FOR SHARE OF o",
)
ONE_AT_A_TIME = Query(int, "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 0))")
LIVE_NEGOTIATIONS = Query(
    int,
    "SELECT count(*) FROM negotiation WHERE demand_id = $1 AND state NOT IN ('finalized', 'terminated')",
)
EFFECTIVE_AGREEMENTS = Query(
    int,
    """SELECT count(*) FROM agreement a JOIN negotiation n ON n.id = a.negotiation_id
    WHERE n.demand_id = $1 AND a.state = 'effective'""",
)
RELEASED_TO = Query(
    bool,
    """SELECT EXISTS (SELECT FROM match m JOIN product p ON p.id = m.product_id
    WHERE m.demand_id = $1 AND p.organisation_id = $2 AND m.state IN ('mutual', 'converted'))""",
)


def columns(content: DemandContent) -> tuple[Any, ...]:
    """The editable columns in the order of INSERT and UPDATE."""
    return (
        content.title,
        content.text,
        msgspec.to_builtins(content.lines or ()),
        content.theme,
        content.region,
        content.purpose,
        content.budget,
        content.needed_by,
        content.sealed,
        list(content.masked),
    )


async def lock(db: Db, demand_id: int, organisation_id: int | None, staff: bool) -> Demand:
    """The row, locked until the transaction ends. Raises NotFound when it is not visible."""
    await LOCK.one(db, demand_id, organisation_id, staff)
    return await GET.one(db, demand_id, organisation_id, staff)


async def lock_of(db: Db, organisation_id: int, state: str) -> list[Demand]:
    """What an organisation asks for in one state, locked."""
    return await LOCKED.all(db, await LOCK_OF.all(db, organisation_id, state))


async def lock_with_demander(db: Db, demand_id: int, organisation_id: int | None, staff: bool) -> Demand:
    """The row locked, after its organisation, which is then neither suspended nor reinstated until the end.

    Whatever may open the demand takes this: nothing is open of an organisation that is suspended at that moment.
    """
    await HOLD_DEMANDER.first(db, demand_id)
    return await lock(db, demand_id, organisation_id, staff)
