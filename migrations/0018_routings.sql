-- Routings
-- depends: 0017_match_order

-- migrate: apply

-- An unmet demand put by a broker to an organisation that is likely to hold the data, and what that one answers.

CREATE TABLE routing (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT routing_pkey PRIMARY KEY,
    demand_id bigint NOT NULL CONSTRAINT routing_demand REFERENCES demand,
    organisation_id bigint NOT NULL CONSTRAINT routing_organisation REFERENCES organisation,
    note text NOT NULL DEFAULT '' CONSTRAINT routing_note_length CHECK (char_length(note) <= 1000),
    article text NOT NULL DEFAULT '' CONSTRAINT routing_article_length CHECK (char_length(article) <= 200),
    product_id bigint CONSTRAINT routing_product REFERENCES product,
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT routing_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT routing_names_article CHECK (state <> 'not_shareable' OR article <> ''),
    CONSTRAINT routing_names_product CHECK (state <> 'offered' OR product_id IS NOT NULL)
);
-- Nobody is asked the same while an answer is out.
CREATE UNIQUE INDEX routing_one_standing ON routing (demand_id, organisation_id) WHERE state IN ('open', 'held');
CREATE INDEX routing_of_organisation ON routing (organisation_id, state);
CREATE INDEX routing_changed ON routing (updated_at DESC, id DESC);
CREATE INDEX routing_due ON routing (state, due_at);
CREATE TRIGGER routing_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON routing
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();

INSERT INTO lifecycle (machine, source, action, target) VALUES
    ('routing', '', 'route', 'open'),
    ('routing', 'held', 'expire', 'expired'),
    ('routing', 'held', 'lack', 'not_held'),
    ('routing', 'held', 'offer', 'offered'),
    ('routing', 'held', 'refuse', 'not_shareable'),
    ('routing', 'held', 'withdraw', 'withdrawn'),
    ('routing', 'open', 'expire', 'expired'),
    ('routing', 'open', 'have', 'held'),
    ('routing', 'open', 'lack', 'not_held'),
    ('routing', 'open', 'offer', 'offered'),
    ('routing', 'open', 'refuse', 'not_shareable'),
    ('routing', 'open', 'withdraw', 'withdrawn')
;

-- migrate: rollback
