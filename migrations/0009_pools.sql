-- Pools
-- depends: 0008_ranker

-- migrate: apply

-- Near-identical demands bought together. A demand is in one live pool at most; who left or was never taken is kept, so
-- that nobody is asked twice about the same.

CREATE TABLE pool (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pool_pkey PRIMARY KEY,
    quorum integer CONSTRAINT pool_quorum CHECK (quorum >= 2),
    lead_demand_id bigint CONSTRAINT pool_lead REFERENCES demand,
    offer_id bigint CONSTRAINT pool_offer REFERENCES offer,
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT pool_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER pool_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON pool
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();
CREATE INDEX pool_due ON pool (state, due_at);

CREATE TABLE pool_member (
    pool_id bigint NOT NULL CONSTRAINT pool_member_pool REFERENCES pool,
    demand_id bigint NOT NULL CONSTRAINT pool_member_demand REFERENCES demand,
    demand_revision integer NOT NULL,
    standing text NOT NULL CONSTRAINT pool_member_standing CHECK (standing IN ('invited', 'joined', 'left', 'gone')),
    weight integer NOT NULL DEFAULT 1 CONSTRAINT pool_member_weight CHECK (weight BETWEEN 1 AND 1000),
    CONSTRAINT pool_member_pkey PRIMARY KEY (pool_id, demand_id)
);
CREATE UNIQUE INDEX pool_member_one_live ON pool_member (demand_id) WHERE standing IN ('invited', 'joined');
CREATE INDEX pool_member_of_demand ON pool_member (demand_id);


INSERT INTO lifecycle (machine, source, action, target) VALUES
    ('pool', '', 'suggest', 'suggested'),
    ('pool', 'forming', 'dissolve', 'dissolved'),
    ('pool', 'forming', 'expire', 'dissolved'),
    ('pool', 'forming', 'join', 'forming'),
    ('pool', 'forming', 'leave', 'forming'),
    ('pool', 'forming', 'reach', 'quorum'),
    ('pool', 'negotiating', 'agree', 'agreed'),
    ('pool', 'negotiating', 'dissolve', 'dissolved'),
    ('pool', 'negotiating', 'reopen', 'forming'),
    ('pool', 'negotiating', 'settle', 'negotiating'),
    ('pool', 'quorum', 'dissolve', 'dissolved'),
    ('pool', 'quorum', 'join', 'quorum'),
    ('pool', 'quorum', 'lead', 'negotiating'),
    ('pool', 'quorum', 'reopen', 'forming'),
    ('pool', 'suggested', 'confirm', 'forming'),
    ('pool', 'suggested', 'dissolve', 'dissolved');

-- migrate: rollback
