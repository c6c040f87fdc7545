-- Questions
-- depends: 0006_sign_up

-- migrate: apply

-- What a demander asks a supplier about a line the product does not speak of, and the answer. An answer that is
-- shared holds for every demand with the same line; whose demand it was asked for is never shown.

CREATE TABLE question (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT question_pkey PRIMARY KEY,
    demand_id bigint NOT NULL CONSTRAINT question_demand REFERENCES demand,
    product_id bigint NOT NULL CONSTRAINT question_product REFERENCES product,
    level text NOT NULL CONSTRAINT question_level CHECK (level IN ('must', 'should', 'nice')),
    kind text NOT NULL,
    value text NOT NULL,
    phrase text NOT NULL DEFAULT '',
    text text NOT NULL CONSTRAINT question_text_length CHECK (char_length(text) BETWEEN 2 AND 1000),
    verdict text CONSTRAINT question_verdict CHECK (verdict IN ('yes', 'partly', 'no')),
    answer text NOT NULL DEFAULT '' CONSTRAINT question_answer_length CHECK (char_length(answer) <= 1000),
    shared boolean NOT NULL DEFAULT false,
    answered_at timestamptz,
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT question_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT question_answered CHECK (state <> 'answered' OR verdict IS NOT NULL)
);
-- One question about one line of a pairing; asked again only when the last one came to nothing.
CREATE UNIQUE INDEX question_one_standing ON question (demand_id, product_id, kind, value)
    WHERE state IN ('open', 'answered');
CREATE INDEX question_of_product ON question (product_id, state);
CREATE INDEX question_changed ON question (updated_at DESC, id DESC);
CREATE INDEX question_due ON question (state, due_at);
CREATE TRIGGER question_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON question
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();

INSERT INTO lifecycle (machine, source, action, target) VALUES
    ('question', '', 'ask', 'open'),
    ('question', 'answered', 'retract', 'open'),
    ('question', 'open', 'answer', 'answered'),
    ('question', 'open', 'expire', 'expired'),
    ('question', 'open', 'withdraw', 'withdrawn')
;

-- migrate: rollback
