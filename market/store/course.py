"""SQL for the course deals take: how far demands get, how long things stand where they are, where they end.

Counted from the journal over a period; each figure looks at no more than the newest few thousand events.
"""

from __future__ import annotations

import msgspec

from market.store.query import Query


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """Of the demands submitted in a period, how many got how far until now."""

    submitted: int
    opened: int
    proposed: int
    mutual: int
    negotiated: int
    agreed: int


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """How long objects had been in a state when they left it, in hours."""

    kind: str
    state: str
    count: int
    median: float
    p90: float


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """How many ended in a state, and why: a code, or the party that ended it."""

    kind: str
    state: str
    why: str
    count: int


# $1 since. The newest 5,000 demands submitted in the period.
FUNNEL = Query(
    Funnel,
    """WITH cohort AS (SELECT object_id AS id FROM journal
        WHERE kind = 'demand' AND target = 'submitted' AND at >= $1 ORDER BY at DESC LIMIT 5000),
    reached AS (SELECT d.opened_at IS NOT NULL AS opened,
            EXISTS (SELECT FROM match m WHERE m.demand_id = d.id AND m.proposed_at IS NOT NULL) AS proposed,
            EXISTS (SELECT FROM match m JOIN journal j ON j.kind = 'match' AND j.object_id = m.id
                WHERE m.demand_id = d.id AND m.proposed_at IS NOT NULL AND j.target = 'mutual') AS mutual,
            EXISTS (SELECT FROM negotiation n WHERE n.demand_id = d.id) AS negotiated,
            EXISTS (SELECT FROM negotiation n JOIN agreement a ON a.negotiation_id = n.id
                WHERE n.demand_id = d.id AND a.effective_at IS NOT NULL) AS agreed
        FROM cohort c JOIN demand d ON d.id = c.id)
    SELECT count(*)::int AS submitted, (count(*) FILTER (WHERE opened))::int AS opened,
        (count(*) FILTER (WHERE proposed))::int AS proposed, (count(*) FILTER (WHERE mutual))::int AS mutual,
        (count(*) FILTER (WHERE negotiated))::int AS negotiated, (count(*) FILTER (WHERE agreed))::int AS agreed
    FROM reached""",
)
# $1 since. The newest 1,000 departures of each kind; each is looked up in its object's chain.
STAYS = Query(
    Stay,
    """SELECT j.kind, j.source AS state, count(*)::int AS count,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM j.at - b.at) / 3600)::float8 AS median,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM j.at - b.at) / 3600)::float8 AS p90
    FROM unnest('{demand,match,negotiation}'::text[]) WITH ORDINALITY AS k(kind, place)
        CROSS JOIN LATERAL (SELECT i.kind, i.object_id, i.seq, i.source, i.at FROM journal i
            WHERE i.kind = k.kind AND i.target <> '' AND i.source <> '' AND i.source <> i.target AND i.at >= $1
            ORDER BY i.at DESC LIMIT 1000) j
        CROSS JOIN LATERAL (SELECT e.at FROM journal e WHERE e.kind = j.kind AND e.object_id = j.object_id
            AND e.seq < j.seq AND e.target = j.source AND e.source <> e.target ORDER BY e.seq DESC LIMIT 1) b
    GROUP BY k.place, j.kind, j.source ORDER BY k.place, count(*) DESC, j.source""",
)
# $1 since. The newest 5,000 ends of each kind.
LOSSES = Query(
    Loss,
    """SELECT e.kind, e.state, e.why, count(*)::int AS count FROM (
        (SELECT j.kind, j.target AS state,
            coalesce(m.broker_code, m.demander_code, m.supplier_code, CASE m.state WHEN 'stale' THEN m.state_reason END,
                '') AS why
        FROM journal j JOIN match m ON m.id = j.object_id
        WHERE j.kind = 'match' AND j.target IN ('rejected', 'declined', 'stale', 'expired') AND j.at >= $1
        ORDER BY j.at DESC LIMIT 5000)
        UNION ALL
        (SELECT j.kind, j.target, '' FROM journal j
        WHERE j.kind = 'demand' AND j.target IN ('withdrawn', 'expired', 'closed_unmet') AND j.source <> 'draft'
            AND j.at >= $1 ORDER BY j.at DESC LIMIT 5000)
        UNION ALL
        (SELECT j.kind, j.target, j.party FROM journal j
        WHERE j.kind = 'negotiation' AND j.target = 'terminated' AND j.at >= $1 ORDER BY j.at DESC LIMIT 5000)) e
    GROUP BY e.kind, e.state, e.why ORDER BY count(*) DESC, e.kind, e.state, e.why LIMIT 50""",
)
