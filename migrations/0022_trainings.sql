-- Trainings of the ranker: one at a time, watched while they run
-- depends: 0021_due_order

-- migrate: apply

CREATE TABLE ranker_training (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ranker_training_pkey PRIMARY KEY,
    person_id bigint CONSTRAINT ranker_training_person REFERENCES person,
    asked_at timestamptz NOT NULL DEFAULT now(),
    begun_at timestamptz,
    ended_at timestamptz,
    done integer NOT NULL DEFAULT 0,
    steps integer NOT NULL,
    model_id bigint CONSTRAINT ranker_training_model REFERENCES ranker_model,
    failure text CONSTRAINT ranker_training_failure CHECK (failure IN ('too_few', 'stopped', 'broken')),
    CONSTRAINT ranker_training_done CHECK (done BETWEEN 0 AND steps),
    CONSTRAINT ranker_training_ends CHECK (num_nonnulls(model_id, failure) = (ended_at IS NOT NULL)::int)
);
CREATE UNIQUE INDEX ranker_training_one ON ranker_training ((true)) WHERE ended_at IS NULL;

-- Steps are no evidence, so the journal does not hold them; who has the page open is told all the same.
CREATE FUNCTION ranker_training_tells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('market_progress', json_build_object('kind', 'ranker', 'id', NEW.id)::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER ranker_training_tells AFTER INSERT OR UPDATE ON ranker_training
    FOR EACH ROW EXECUTE FUNCTION ranker_training_tells();

-- migrate: rollback
