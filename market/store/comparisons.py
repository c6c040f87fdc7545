"""SQL for the columns of a comparison."""

from __future__ import annotations

from market.domain.comparisons import Offered
from market.store.query import Query

OFFERED = Query(
    Offered,
    """SELECT p.id AS product_id, p.price, p.price_unit, p.licence, p.delivery, o.state = 'verified' AS verified,
        (SELECT count(*) FROM negotiation n JOIN agreement a ON a.negotiation_id = n.id
            WHERE n.provider_id = o.id AND a.state = 'effective') AS agreements,
        replies.answered, replies.answer_days,
        (SELECT count(*) FROM product q WHERE md5(q.title) = md5(p.title) AND same_data(p, q) AND q.id <> p.id
            AND q.state = 'listed') AS alike
    FROM product p JOIN organisation o ON o.id = p.organisation_id CROSS JOIN LATERAL (
        SELECT count(*) AS answered,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM q.answered_at - q.created_at) / 86400.0)
                AS answer_days
        FROM product i JOIN question q ON q.product_id = i.id
        WHERE i.organisation_id = o.id AND q.state = 'answered') AS replies
    WHERE p.id = ANY ($1::bigint[]) AND p.state = 'listed'""",
)
