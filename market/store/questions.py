"""SQL for questions. Visibility: staff see all, the demander and the supplier their own; shared answers everybody."""

from __future__ import annotations

from market.domain.questions import KnownAnswer, Question, SharedAnswer
from market.store.query import Command, Db, Query

GET = Query(
    Question,
    """SELECT * FROM whole_question
    WHERE id = $1 AND ($3 OR $2 IN (demander_id, supplier_id))""",
)
LOCK = Query(
    int,
    """SELECT q.id FROM question q JOIN demand d ON d.id = q.demand_id JOIN product p ON p.id = q.product_id
    WHERE q.id = $1 AND ($3 OR $2 IN (d.organisation_id, p.organisation_id)) FOR UPDATE OF q""",
)
LIST = Query(
    Question,
    """SELECT * FROM whole_question
    WHERE ($2 OR $1 IN (demander_id, supplier_id))
        AND ($3::text IS NULL OR ($3 = 'demander' AND demander_id = $1) OR ($3 = 'supplier' AND supplier_id = $1))
        AND ($4::text[] IS NULL OR state = ANY ($4))
        AND ($5::bigint IS NULL OR demand_id = $5)
        AND ($6::bigint IS NULL OR product_id = $6)
        AND ($7::timestamptz IS NULL OR (updated_at, id) < ($7, $8::bigint))
    ORDER BY updated_at DESC, id DESC LIMIT $9""",
)
INSERT = Query(
    int,
    """INSERT INTO question (demand_id, product_id, level, kind, value, phrase, text, state, state_action,
        state_actor_id, state_party, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id""",
)
ANSWER = Command("UPDATE question SET verdict = $2, answer = $3, shared = $4, answered_at = $5 WHERE id = $1")
CLEAR = Command("UPDATE question SET verdict = NULL, answer = '', shared = false, answered_at = NULL WHERE id = $1")
# $1 demands, $2 products: the answers that bear on their pairings, the latest last.
KNOWN = Query(
    KnownAnswer,
    """SELECT demand_id, product_id, kind, value, verdict, answer, shared FROM question
    WHERE state = 'answered' AND product_id = ANY ($2::bigint[]) AND (shared OR demand_id = ANY ($1::bigint[]))
    ORDER BY answered_at, id""",
)
SHARED = Query(
    SharedAnswer,
    """SELECT kind, value, verdict, answer, answered_at FROM (
        SELECT DISTINCT ON (kind, value) kind, value, verdict, answer, answered_at, id FROM question
        WHERE product_id = $1 AND state = 'answered' AND shared ORDER BY kind, value, answered_at DESC, id DESC) latest
    ORDER BY answered_at DESC, id DESC LIMIT $2""",
)
EARLIER = Query(
    SharedAnswer,
    """SELECT kind, value, verdict, answer, answered_at FROM question
    WHERE product_id = $1 AND kind = $2 AND value = $3 AND id <> $4 AND verdict IS NOT NULL AND state = 'answered'
    ORDER BY answered_at DESC, id DESC LIMIT 1""",
)
# Open questions that came to nothing: the demand or the product has gone, or the line is not asked for any more.
MOOT = Query(
    int,
    """SELECT q.id FROM question q JOIN demand d ON d.id = q.demand_id JOIN product p ON p.id = q.product_id
    WHERE q.state = 'open' AND ($1::bigint IS NULL OR d.id = $1) AND ($2::bigint IS NULL OR p.id = $2)
        AND (d.state NOT IN ('open', 'in_negotiation', 'partly_fulfilled') OR p.state <> 'listed'
            OR NOT EXISTS (SELECT FROM jsonb_array_elements(d.lines) l
                WHERE l ->> 'kind' = q.kind AND l ->> 'value' = q.value))
    ORDER BY q.id""",
)


async def lock(db: Db, question_id: int, organisation_id: int | None, staff: bool) -> Question:
    """The question, its row locked until the transaction ends. Raises NotFound when it is not visible."""
    await LOCK.one(db, question_id, organisation_id, staff)
    return await GET.one(db, question_id, organisation_id, staff)
