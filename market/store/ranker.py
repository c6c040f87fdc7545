"""SQL for learning: decided pairings, models, choices, and how proposals fared by week."""

from __future__ import annotations

import msgspec

from market.domain.ranker import Choice, Decided, Missed, RankerModel, Training, Week, Wrong
from market.store.query import Command, Query


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A model with its contents."""

    id: int
    content: bytes
    calibrated: bool


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A training and who asked for it; None: by command."""

    id: int
    person_id: int | None


# The last decision on each pair, the newest $1 of them; what a person paired says nothing about the matcher.
DECIDED = Query(
    Decided,
    """SELECT * FROM (SELECT DISTINCT ON (m.demand_id, m.product_id) m.demand_id, m.product_id,
            d.title || chr(10) || d.text AS text, m.score, m.rank, m.reasons, m.state, m.broker_code,
            m.demander_answer, m.demander_code, m.supplier_code, p.abstract, p.fields, p.region,
            p.granularity, p.update_cycle, p.formats, p.delivery, p.price
        FROM match m JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id
        WHERE m.origin <> 'person' AND (m.state IN ('rejected', 'declined', 'mutual', 'converted')
            OR m.demander_answer = 'interested')
        ORDER BY m.demand_id, m.product_id, m.id DESC) AS decided
    ORDER BY demand_id DESC, product_id LIMIT $1""",
)
INSERT = Query(
    int,
    """INSERT INTO ranker_model (content, figures, accepted, calibrated, person_id)
    VALUES ($1, $2, $3, $4, $5) RETURNING id""",
)
CONTENT = Query(Stored, "SELECT id, content, calibrated FROM ranker_model WHERE id = $1")
IN_FORCE = Query(
    Stored, "SELECT m.id, m.content, m.calibrated FROM ranker_model m JOIN ranker_in_force f ON f.model_id = m.id"
)
MODEL = Query(
    RankerModel,
    """SELECT m.id, m.figures, m.accepted, m.calibrated, p.name AS person_name, m.trained_at,
        f.model_id IS NOT NULL AS in_force
    FROM ranker_model m LEFT JOIN person p ON p.id = m.person_id LEFT JOIN ranker_in_force f ON f.model_id = m.id
    WHERE m.id = $1""",
)
MODEL_IN_FORCE = Query(
    RankerModel,
    """SELECT m.id, m.figures, m.accepted, m.calibrated, p.name AS person_name, m.trained_at, true AS in_force
    FROM ranker_model m JOIN ranker_in_force f ON f.model_id = m.id LEFT JOIN person p ON p.id = m.person_id""",
)
MODELS = Query(
    RankerModel,
    """SELECT m.id, m.figures, m.accepted, m.calibrated, p.name AS person_name, m.trained_at,
        f.model_id IS NOT NULL AS in_force
    FROM ranker_model m LEFT JOIN person p ON p.id = m.person_id LEFT JOIN ranker_in_force f ON f.model_id = m.id
    ORDER BY m.id DESC LIMIT $1""",
)
# Begin a training that has as many steps as $2; none while another one stands open.
ASK = Query(
    int,
    """INSERT INTO ranker_training (person_id, steps) VALUES ($1, $2)
    ON CONFLICT ((true)) WHERE ended_at IS NULL DO NOTHING RETURNING id""",
)
# Who asked for it; nothing when it has ended.
BEGIN = Query(
    Asked,
    """UPDATE ranker_training SET begun_at = coalesce(begun_at, now()), done = 0
    WHERE id = $1 AND ended_at IS NULL RETURNING id, person_id""",
)
TOLD = Query(int, "UPDATE ranker_training SET done = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id")
END = Query(
    int,
    """UPDATE ranker_training SET ended_at = now(), model_id = $2, failure = $3
    WHERE id = $1 AND ended_at IS NULL RETURNING id""",
)
OPEN_TRAINING = Query(int, "SELECT id FROM ranker_training WHERE id = $1 AND ended_at IS NULL FOR UPDATE")
TRAINING = Query(
    Training,
    """SELECT t.id, p.name AS person_name, t.asked_at, t.begun_at, t.ended_at, t.done, t.steps, t.model_id,
        m.accepted AS won, t.failure
    FROM ranker_training t LEFT JOIN person p ON p.id = t.person_id LEFT JOIN ranker_model m ON m.id = t.model_id
    WHERE t.id = $1""",
)
LAST_TRAINING = Query(
    Training,
    """SELECT t.id, p.name AS person_name, t.asked_at, t.begun_at, t.ended_at, t.done, t.steps, t.model_id,
        m.accepted AS won, t.failure
    FROM ranker_training t LEFT JOIN person p ON p.id = t.person_id LEFT JOIN ranker_model m ON m.id = t.model_id
    ORDER BY t.id DESC LIMIT 1""",
)
CHOICES = Query(
    Choice,
    """SELECT c.id, c.model_id, c.action, c.back_to, p.name AS person_name, c.at
    FROM ranker_choice c LEFT JOIN person p ON p.id = c.person_id ORDER BY c.id DESC LIMIT $1""",
)
CHOICE = Query(
    Choice,
    """SELECT c.id, c.model_id, c.action, c.back_to, p.name AS person_name, c.at
    FROM ranker_choice c LEFT JOIN person p ON p.id = c.person_id WHERE c.id = $1""",
)
# One choice at a time; who only reads is not kept waiting.
LOCK = Command("LOCK TABLE ranker_choice IN SHARE ROW EXCLUSIVE MODE")
CHOOSE = Command("INSERT INTO ranker_choice (model_id, action, back_to, person_id) VALUES ($1, $2, $3, $4)")
# Proposals by the week of their proposal, Chinese time, the newest $1 weeks.
WEEKS = Query(
    Week,
    """SELECT date_trunc('week', proposed_at AT TIME ZONE 'Asia/Shanghai')::date AS begins, count(*) AS proposed,
        count(*) FILTER (WHERE state IN ('mutual', 'converted')) AS accepted,
        count(*) FILTER (WHERE state IN ('declined', 'rejected')) AS declined,
        count(*) FILTER (WHERE state = 'proposed') AS waiting,
        count(*) FILTER (WHERE state IN ('stale', 'expired')) AS ended
    FROM match WHERE proposed_at IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT $1""",
)
# Codes of the matcher's pairings that ended since $1; what a person paired says nothing about it.
WRONG = Query(
    Wrong,
    """SELECT by, code, count(*) AS count FROM match,
        LATERAL (VALUES ('broker', broker_code), ('demander', demander_code),
            ('supplier', supplier_code)) AS c(by, code)
    WHERE origin <> 'person' AND state IN ('rejected', 'declined') AND code IS NOT NULL AND updated_at >= $1
    GROUP BY by, code ORDER BY count(*) DESC, by, code""",
)
# These pairings themselves, the latest $2.
MISSED = Query(
    Missed,
    """SELECT m.id AS match_id, d.title AS demand_title, p.title AS product_title, c.by, c.code, m.updated_at AS at
    FROM match m JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id,
        LATERAL (VALUES ('broker', m.broker_code), ('demander', m.demander_code),
            ('supplier', m.supplier_code)) AS c(by, code)
    WHERE m.origin <> 'person' AND m.state IN ('rejected', 'declined') AND c.code IS NOT NULL AND m.updated_at >= $1
    ORDER BY m.updated_at DESC, m.id DESC LIMIT $2""",
)
