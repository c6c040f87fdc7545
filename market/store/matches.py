"""SQL for match proposals. Visibility: staff see all, the two sides what has been proposed to them."""

from __future__ import annotations

import msgspec

from market.domain.matches import Match, MatchCard, MatchReason, MatchState, Origin, StaleReason
from market.store.query import Command, Db, Query


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A live pairing as the next run of the matcher compares it with what it finds."""

    id: int
    demand_id: int
    product_id: int
    demand_revision: int
    product_revision: int
    origin: Origin
    reasons: tuple[MatchReason, ...]
    chance: float | None
    ranker_model_id: int | None
    state: MatchState
    version: int


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A demand and a product at the revisions they were matched at."""

    demand_id: int
    product_id: int
    demand_revision: int
    product_revision: int


class LivePair(msgspec.Struct, frozen=True, kw_only=True):
    """Which pairing is live under which id."""

    id: int
    demand_id: int
    product_id: int


class Latest(msgspec.Struct, frozen=True, kw_only=True):
    """The last match of a pairing."""

    id: int
    state: MatchState


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A live pairing that can no longer come about, and why."""

    id: int
    reason: StaleReason


GET = Query(
    Match,
    """SELECT * FROM whole_match
    WHERE id = $1 AND ($3 OR (proposed_at IS NOT NULL AND $2 IN (demander_id, supplier_id)))""",
)
LOCK_DEMAND = Query(
    int,
    """SELECT d.id FROM demand d JOIN match m ON m.demand_id = d.id JOIN product p ON p.id = m.product_id
    WHERE m.id = $1 AND ($3 OR (m.proposed_at IS NOT NULL AND $2 IN (d.organisation_id, p.organisation_id)))
    FOR NO KEY UPDATE OF d""",
)
LOCK = Query(int, "SELECT id FROM match WHERE id = $1 FOR UPDATE")
LIST = Query(
    MatchCard,
    """SELECT * FROM match_card
    WHERE ($2 OR (proposed_at IS NOT NULL AND $1 IN (demander_id, supplier_id)))
        AND ($3::text IS NULL OR ($3 = 'demander' AND demander_id = $1) OR ($3 = 'supplier' AND supplier_id = $1))
        AND ($4::text[] IS NULL OR state = ANY ($4))
        AND ($5::bigint IS NULL OR demand_id = $5)
        AND ($6::bigint IS NULL OR product_id = $6)
        AND ($7::timestamptz IS NULL OR (updated_at, id) < ($7, $8::bigint))
    ORDER BY updated_at DESC, id DESC LIMIT $9""",
)
# A model in force orders also when it is not calibrated; its chances are not shown then.
LEADS = Query(
    MatchCard,
    """SELECT c.* FROM match_card c JOIN match m ON m.id = c.id
        LEFT JOIN ranker_in_force f ON f.model_id = m.ranker_model_id
    WHERE c.supplier_id = $1 AND c.proposed_at IS NOT NULL AND c.state IN ('proposed', 'mutual')
        AND (c.supplier_answer <> 'snoozed' OR c.supplier_snoozed_until <= $2)
    ORDER BY c.state = 'mutual' DESC, c.supplier_answer = 'interested', c.demander_answer = 'interested' DESC,
        CASE WHEN f.model_id IS NOT NULL THEN m.chance END DESC NULLS LAST,
        (SELECT coalesce(sum((r->>'share')::float8), 0) FROM jsonb_array_elements(c.reasons) r) DESC, c.id
    OFFSET $3 LIMIT $4""",
)
OF_DEMANDER = Query(
    MatchCard,
    """SELECT c.* FROM match_card c JOIN match m ON m.id = c.id JOIN demand d ON d.id = c.demand_id
        LEFT JOIN ranker_in_force f ON f.model_id = m.ranker_model_id
    WHERE c.demander_id = $1 AND ($2::bigint IS NULL OR c.demand_id = $2) AND c.proposed_at IS NOT NULL
        AND c.state IN ('proposed', 'mutual', 'converted')
    ORDER BY d.updated_at DESC, d.id DESC, c.state = 'proposed', c.demander_answer = 'snoozed',
        (SELECT count(*) FILTER (WHERE r->>'level' = 'must' AND r->>'source' = 'answer' AND r->>'verdict' = 'unmet')
            FROM jsonb_array_elements(c.reasons) r),
        (SELECT count(*) FILTER (WHERE r->>'source' = 'answer' AND r->>'verdict' = 'met')
            FROM jsonb_array_elements(c.reasons) r) DESC,
        CASE WHEN f.model_id IS NOT NULL THEN m.chance END DESC NULLS LAST, c.rank, c.id
    LIMIT $3""",
)
STANDING = Query(
    Standing,
    """SELECT id, demand_id, product_id, demand_revision, product_revision, origin, reasons, chance, ranker_model_id,
        state, version
    FROM match
    WHERE id = ANY ($1) AND state IN ('generated', 'broker_review', 'proposed', 'mutual') ORDER BY id FOR UPDATE""",
)
# With one of the two ids the pairings of a demand or a product, with an array those of many demands.
LIVE = Query(
    LivePair,
    """SELECT id, demand_id, product_id FROM match
    WHERE ($1::bigint[] IS NULL OR demand_id = ANY ($1)) AND ($2::bigint IS NULL OR product_id = $2)
        AND state IN ('generated', 'broker_review', 'proposed', 'mutual')""",
)
ENDED = Query(
    Pair,
    """SELECT demand_id, product_id, demand_revision, product_revision FROM match
    WHERE ($1::bigint[] IS NULL OR demand_id = ANY ($1)) AND ($2::bigint IS NULL OR product_id = $2)
        AND state IN ('rejected', 'declined', 'expired', 'converted')""",
)
# Of the demands $2, those with $4 better live pairings than the one of product $1 with chance or score $3: chances by
# model $5, or without a model scores.
CROWDED = Query(
    int,
    """SELECT w.demand_id FROM unnest($2::bigint[], $3::float8[]) AS w(demand_id, score)
    WHERE (SELECT count(*) FROM match m WHERE m.demand_id = w.demand_id AND m.product_id <> $1
        AND CASE WHEN $5::bigint IS NULL THEN m.score WHEN m.ranker_model_id = $5 THEN m.chance END > w.score
        AND m.state IN ('generated', 'broker_review', 'proposed', 'mutual')) >= $4""",
)
LOST = Query(
    Lost,
    """SELECT m.id, CASE WHEN p.state <> 'listed' THEN 'product_gone'
        WHEN d.state NOT IN ('open', 'in_negotiation', 'partly_fulfilled') THEN 'demand_gone'
        ELSE 'unverified' END AS reason
    FROM match m JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id
        JOIN organisation od ON od.id = d.organisation_id JOIN organisation os ON os.id = p.organisation_id
    WHERE m.state IN ('generated', 'broker_review', 'proposed', 'mutual')
        AND ($1::bigint IS NULL OR d.id = $1) AND ($2::bigint IS NULL OR p.id = $2)
        AND ($3::bigint IS NULL OR $3 IN (od.id, os.id))
        AND (p.state <> 'listed' OR d.state NOT IN ('open', 'in_negotiation', 'partly_fulfilled')
            OR od.state <> 'verified' OR os.state <> 'verified')
    ORDER BY m.id""",
)
# Only while both are open and say what they said when they were looked at; never beside a live match of the same pair.
INSERT = Query(
    int,
    """INSERT INTO match (demand_id, product_id, demand_revision, product_revision, origin, score, rank, reasons,
        chance, ranker_model_id, state, state_action, state_party)
    SELECT d.id, p.id, d.revision, p.revision, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM demand d, product p
    WHERE d.id = $1 AND p.id = $2 AND d.revision = $3 AND p.revision = $4 AND d.state = 'open' AND p.state = 'listed'
    ON CONFLICT (demand_id, product_id) WHERE state IN ('generated', 'broker_review', 'proposed', 'mutual')
    DO NOTHING RETURNING id""",
)
# The same news in fresher words: neither the version nor the journal moves, nobody is told.
REFRESH = Command(
    """UPDATE match SET demand_revision = $2, product_revision = $3, score = $4, rank = $5, reasons = $6,
        chance = $7, ranker_model_id = $8
    WHERE id = $1""",
)
OF_PAIR = Query(
    int,
    """SELECT id FROM match WHERE demand_id = $1 AND product_id = $2
        AND state IN ('generated', 'broker_review', 'proposed', 'mutual') ORDER BY id FOR UPDATE""",
)
LATEST_OF_PAIR = Query(
    Latest,
    """SELECT id, state FROM match WHERE demand_id = $1 AND product_id = $2 AND ($3 OR proposed_at IS NOT NULL)
    ORDER BY id DESC LIMIT 1""",
)
SEEN_OF_PAIR = Query(
    int,
    """SELECT id FROM match WHERE demand_id = $1 AND product_id = $2 AND ($3 OR proposed_at IS NOT NULL)
    ORDER BY id DESC LIMIT 1""",
)
# What an answer has changed: whoever decides on reasons seen before is told to look again.
REASONED = Command(
    """UPDATE match SET demand_revision = $2, product_revision = $3, reasons = $4, version = version + 1,
        updated_at = now()
    WHERE id = $1""",
)
ANSWER_OF_DEMANDER = Command(
    "UPDATE match SET demander_answer = $2, demander_code = $3, demander_snoozed_until = $4 WHERE id = $1"
)
ANSWER_OF_SUPPLIER = Command(
    "UPDATE match SET supplier_answer = $2, supplier_code = $3, supplier_snoozed_until = $4 WHERE id = $1"
)
REVIEWED = Command("UPDATE match SET broker_id = $2, broker_code = $3 WHERE id = $1")
OPEN_DEMANDS = Query(int, "SELECT id FROM demand WHERE state = 'open' ORDER BY id")
REVISION = Query(int, "SELECT revision FROM demand WHERE id = $1")
POSTPONE = Command("UPDATE match SET due_at = $2 WHERE id = $1")
BELONGS = Query(bool, "SELECT EXISTS (SELECT FROM membership WHERE person_id = $1 AND organisation_id = ANY ($2))")
NEGOTIATION = Query(int, "SELECT id FROM negotiation WHERE match_id = $1")


async def lock(db: Db, match_id: int, organisation_id: int | None, staff: bool) -> Match:
    """The row, locked until the transaction ends, after its demand's (the order in which everybody locks the two).

    Raises NotFound when it is not visible.
    """
    await LOCK_DEMAND.one(db, match_id, organisation_id, staff)
    await LOCK.one(db, match_id)
    return await GET.one(db, match_id, organisation_id, staff)
