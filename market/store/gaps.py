"""SQL for gap letters. Visibility: the demand's organisation and staff."""

from __future__ import annotations

from market.domain.gaps import Letter
from market.store.query import Query

INSERT = Query(
    int,
    """INSERT INTO gap_letter (demand_id, demand_revision, code, article, note, gap, person_id, issued_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id""",
)
# Whether there is a letter about the demand as it is now.
STANDS = Query(
    bool,
    """SELECT EXISTS (SELECT FROM gap_letter g JOIN demand d ON d.id = g.demand_id
    WHERE d.id = $1 AND g.demand_revision = d.revision)""",
)
GET = Query(
    Letter,
    """SELECT g.id, g.demand_id, g.demand_revision, d.title AS demand_title, d.state AS demand_state,
        o.name AS demander_name, d.due_at, g.code, g.article, g.note, g.gap, g.issued_at
    FROM gap_letter g JOIN demand d ON d.id = g.demand_id JOIN organisation o ON o.id = d.organisation_id
    WHERE g.demand_id = $1 AND g.id = $2 AND ($4 OR d.organisation_id = $3)""",
)
OF_DEMAND = Query(
    Letter,
    """SELECT g.id, g.demand_id, g.demand_revision, d.title AS demand_title, d.state AS demand_state,
        o.name AS demander_name, d.due_at, g.code, g.article, g.note, g.gap, g.issued_at
    FROM gap_letter g JOIN demand d ON d.id = g.demand_id JOIN organisation o ON o.id = d.organisation_id
    WHERE g.demand_id = $1 AND ($3 OR d.organisation_id = $2) ORDER BY g.id DESC LIMIT 20""",
)
