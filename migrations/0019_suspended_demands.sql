-- Demands of suspended organisations
-- depends: 0018_routings

-- migrate: apply

-- What a suspended organisation asks for leaves the market with it and comes back with it, as its products do.

INSERT INTO lifecycle (machine, source, action, target) VALUES
    ('demand', 'open', 'suspend', 'suspended'),
    ('demand', 'suspended', 'resume', 'open'),
    ('demand', 'suspended', 'withdraw', 'withdrawn')
;

UPDATE demand d SET state = 'suspended', state_action = 'suspend', state_actor_id = NULL, state_party = 'system',
    state_reason = 'Its organisation is suspended.', due_at = NULL, version = d.version + 1, updated_at = now()
FROM organisation o
WHERE o.id = d.organisation_id AND o.state = 'suspended' AND d.state = 'open';

-- migrate: rollback
