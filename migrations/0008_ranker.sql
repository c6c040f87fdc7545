-- Ranker
-- depends: 0007_questions

-- migrate: apply

-- Models learnt from decisions, each with its figures, and which of them was put in force when. The last choice holds;
-- a choice without a model means the words alone. Nothing here ever changes.

CREATE TABLE ranker_model (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ranker_model_pkey PRIMARY KEY,
    content bytea NOT NULL,
    figures jsonb NOT NULL,
    accepted boolean NOT NULL,
    calibrated boolean NOT NULL,
    person_id bigint CONSTRAINT ranker_model_person REFERENCES person,
    trained_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER ranker_model_immutable BEFORE UPDATE OR DELETE ON ranker_model
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

CREATE TABLE ranker_choice (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ranker_choice_pkey PRIMARY KEY,
    model_id bigint CONSTRAINT ranker_choice_model REFERENCES ranker_model,
    action text NOT NULL CONSTRAINT ranker_choice_action CHECK (action IN ('enable', 'disable', 'rollback')),
    back_to bigint CONSTRAINT ranker_choice_back REFERENCES ranker_choice,
    person_id bigint CONSTRAINT ranker_choice_person REFERENCES person,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ranker_choice_enables CHECK (action <> 'enable' OR model_id IS NOT NULL)
);
CREATE TRIGGER ranker_choice_immutable BEFORE UPDATE OR DELETE ON ranker_choice
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

CREATE VIEW ranker_in_force AS
SELECT m.id AS model_id, m.calibrated
FROM (SELECT model_id FROM ranker_choice ORDER BY id DESC LIMIT 1) AS last JOIN ranker_model m ON m.id = last.model_id;

-- What the model said of a pairing. Score and rank stay those of the words, so taking a model out restores the order.
ALTER TABLE match ADD COLUMN chance double precision, ADD COLUMN ranker_model_id bigint,
    ADD CONSTRAINT match_ranker_model FOREIGN KEY (ranker_model_id) REFERENCES ranker_model NOT VALID,
    ADD CONSTRAINT match_chance CHECK ((chance IS NULL) = (ranker_model_id IS NULL)) NOT VALID;
ALTER TABLE match VALIDATE CONSTRAINT match_ranker_model;
ALTER TABLE match VALIDATE CONSTRAINT match_chance;

-- migrate: rollback
