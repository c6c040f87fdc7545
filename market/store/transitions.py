"""The one UPDATE per noun that moves its state: compare-and-swap on ``version``."""

from __future__ import annotations

from market.store.query import Command

# $1 id, $2 version, $3 target, $4 action, $5 person, $6 party, $7 reason, $8 due
STEP: dict[str, Command] = {
    "organisation": Command("""UPDATE organisation SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now()
        WHERE id = $1 AND version = $2"""),
    "product": Command("""UPDATE product SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now(),
        listed_at = CASE WHEN $3 = 'listed' THEN coalesce(listed_at, now()) ELSE listed_at END
        WHERE id = $1 AND version = $2"""),
    "demand": Command("""UPDATE demand SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now(),
        opened_at = CASE WHEN $3 = 'open' THEN coalesce(opened_at, now()) ELSE opened_at END
        WHERE id = $1 AND version = $2"""),
    "match": Command("""UPDATE match SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now(),
        proposed_at = CASE WHEN $3 = 'proposed' THEN coalesce(proposed_at, now()) ELSE proposed_at END
        WHERE id = $1 AND version = $2"""),
    "negotiation": Command("""UPDATE negotiation SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now()
        WHERE id = $1 AND version = $2"""),
    "agreement": Command("""UPDATE agreement SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now(),
        effective_at = CASE WHEN $3 = 'effective' THEN now() ELSE effective_at END
        WHERE id = $1 AND version = $2"""),
    "question": Command("""UPDATE question SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now()
        WHERE id = $1 AND version = $2"""),
    "routing": Command("""UPDATE routing SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now()
        WHERE id = $1 AND version = $2"""),
    "pool": Command("""UPDATE pool SET state = $3, state_action = $4, state_actor_id = $5,
        state_party = $6, state_reason = $7, due_at = $8, version = version + 1, updated_at = now()
        WHERE id = $1 AND version = $2"""),
}

# $1 ids, $2 source, $3 target, $4 action, $5 party, $6 reason, $7 due: many rows, locked before, along one edge
STEP_MANY: dict[str, Command] = {
    "product": Command("""UPDATE product SET state = $3, state_action = $4, state_actor_id = NULL,
        state_party = $5, state_reason = $6, due_at = $7, version = version + 1, updated_at = now(),
        listed_at = CASE WHEN $3 = 'listed' THEN coalesce(listed_at, now()) ELSE listed_at END
        WHERE id = ANY ($1::bigint[]) AND state = $2"""),
    "demand": Command("""UPDATE demand SET state = $3, state_action = $4, state_actor_id = NULL,
        state_party = $5, state_reason = $6, due_at = $7, version = version + 1, updated_at = now(),
        opened_at = CASE WHEN $3 = 'open' THEN coalesce(opened_at, now()) ELSE opened_at END
        WHERE id = ANY ($1::bigint[]) AND state = $2"""),
}
