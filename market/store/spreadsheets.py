"""SQL for spreadsheets of products. Visibility: the organisation that sent them in."""

from __future__ import annotations

from market.domain.products import Product
from market.domain.spreadsheets import Draft, SheetRow, Spreadsheet
from market.store.query import Command, Query


class Owned(Product, frozen=True, kw_only=True):
    """One's own product with the number it has in files."""

    source: str
    source_id: str | None


MINE = Query(
    Owned,
    """SELECT w.*, p.source, p.source_id FROM product p JOIN whole_product w ON w.id = p.id
    WHERE p.organisation_id = $1 AND p.state <> 'delisted' ORDER BY p.updated_at DESC, p.id DESC LIMIT $2""",
)
# Those of organisation $1 that rows of a file may mean: by number, by the file's own id, by title.
MEANT = Query(
    Owned,
    """SELECT w.*, p.source, p.source_id FROM product p JOIN whole_product w ON w.id = p.id
    WHERE p.organisation_id = $1 AND (p.id = ANY ($2::bigint[]) OR p.title = ANY ($3::text[])
        OR (p.source = $4 AND p.source_id = ANY ($5::text[])))
    ORDER BY p.id""",
)
INSERT = Query(
    int,
    """INSERT INTO spreadsheet (organisation_id, person_id, name, created_at) VALUES ($1, $2, $3, $4) RETURNING id""",
)
ADD_ROWS = Command(
    """INSERT INTO spreadsheet_row (spreadsheet_id, line, verdict, title, product_id, version, source_id, content,
        changes, reasons, cells)
    SELECT $1, r.line, r.verdict, r.title, r.product_id, r.version, r.source_id, nullif(r.content, 'null'), r.changes,
        r.reasons, r.cells
    FROM jsonb_to_recordset($2) AS r(line integer, verdict text, title text, product_id bigint, version integer,
        source_id text, content jsonb, changes jsonb, reasons jsonb, cells jsonb)""",
)
GET = Query(
    Spreadsheet,
    """SELECT s.id, s.name, h.name AS person_name, s.created_at, s.confirmed_at, s.finished_at, s.send,
        count(*) FILTER (WHERE r.verdict = 'new') AS new, count(*) FILTER (WHERE r.verdict = 'changed') AS changed,
        count(*) FILTER (WHERE r.verdict = 'unchanged') AS unchanged,
        count(*) FILTER (WHERE r.verdict = 'rejected') AS rejected,
        count(*) FILTER (WHERE r.outcome IN ('stored', 'sent')) AS stored,
        count(*) FILTER (WHERE r.outcome = 'sent') AS sent,
        count(*) FILTER (WHERE r.outcome = 'refused') AS refused
    FROM spreadsheet s JOIN person h ON h.id = s.person_id LEFT JOIN spreadsheet_row r ON r.spreadsheet_id = s.id
    WHERE s.id = $1 AND s.organisation_id = $2 GROUP BY s.id, h.name""",
)
LIST = Query(
    Spreadsheet,
    """SELECT s.id, s.name, h.name AS person_name, s.created_at, s.confirmed_at, s.finished_at, s.send,
        count(*) FILTER (WHERE r.verdict = 'new') AS new, count(*) FILTER (WHERE r.verdict = 'changed') AS changed,
        count(*) FILTER (WHERE r.verdict = 'unchanged') AS unchanged,
        count(*) FILTER (WHERE r.verdict = 'rejected') AS rejected,
        count(*) FILTER (WHERE r.outcome IN ('stored', 'sent')) AS stored,
        count(*) FILTER (WHERE r.outcome = 'sent') AS sent,
        count(*) FILTER (WHERE r.outcome = 'refused') AS refused
    FROM (SELECT * FROM spreadsheet WHERE organisation_id = $1 ORDER BY id DESC LIMIT $2) s
        JOIN person h ON h.id = s.person_id LEFT JOIN spreadsheet_row r ON r.spreadsheet_id = s.id
    GROUP BY s.id, s.name, s.created_at, s.confirmed_at, s.finished_at, s.send, h.name ORDER BY s.id DESC""",
)
ROWS = Query(
    SheetRow,
    """SELECT line, verdict, title, product_id, version, changes, reasons, outcome FROM spreadsheet_row
    WHERE spreadsheet_id = $1 AND ($2::text[] IS NULL OR verdict = ANY ($2) OR (outcome = 'refused' AND $3))
        AND line > $4 ORDER BY line LIMIT $5""",
)
# What is to be handed back: rejected when it was read, or refused when it was to be stored.
NOT_TAKEN = Query(
    Draft,
    """SELECT line, verdict, title, product_id, version, source_id, content, changes, reasons, cells, outcome
    FROM spreadsheet_row WHERE spreadsheet_id = $1 AND (verdict = 'rejected' OR outcome = 'refused') ORDER BY line""",
)
CONFIRM = Query(
    int,
    """UPDATE spreadsheet SET confirmed_at = $3, confirmed_by = $4, send = $5
    WHERE id = $1 AND organisation_id = $2 AND confirmed_at IS NULL RETURNING id""",
)
# While a transaction holds this, nobody else stores rows of the same file. Who confirmed it answers for them.
LOCK = Query(int, "SELECT confirmed_by FROM spreadsheet WHERE id = $1 AND confirmed_at IS NOT NULL FOR UPDATE")
SENDS = Query(bool, "SELECT send FROM spreadsheet WHERE id = $1")
HOLDER = Query(int, "SELECT organisation_id FROM spreadsheet WHERE id = $1")
WAITING = Query(
    Draft,
    """SELECT line, verdict, title, product_id, version, source_id, content, changes, reasons, cells, outcome
    FROM spreadsheet_row WHERE spreadsheet_id = $1 AND verdict IN ('new', 'changed') AND outcome IS NULL
    ORDER BY line LIMIT $2""",
)
SETTLE = Command(
    """UPDATE spreadsheet_row SET outcome = $3, product_id = $4, reasons = $5 WHERE spreadsheet_id = $1 AND line = $2"""
)
FINISH = Command("UPDATE spreadsheet SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL")
FORGET = Command("DELETE FROM spreadsheet WHERE created_at < now() - interval '30 days'")
