-- Gap letters
-- depends: 0009_pools

-- migrate: apply

-- What a broker tells a demander whose demand nothing meets, as it stood that day. A letter never changes.

CREATE TABLE gap_letter (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT gap_letter_pkey PRIMARY KEY,
    demand_id bigint NOT NULL CONSTRAINT gap_letter_demand REFERENCES demand,
    demand_revision integer NOT NULL,
    code text NOT NULL CONSTRAINT gap_letter_code CHECK (code IN ('no_such_data', 'not_shareable', 'price',
        'delivery_mode', 'supplier_silent', 'out_of_scope')),
    article text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    gap jsonb NOT NULL,
    person_id bigint NOT NULL CONSTRAINT gap_letter_person REFERENCES person,
    issued_at timestamptz NOT NULL,
    CONSTRAINT gap_letter_names_article CHECK (code <> 'not_shareable' OR article <> '')
);
CREATE INDEX gap_letter_of_demand ON gap_letter (demand_id, id DESC);
CREATE TRIGGER gap_letter_immutable BEFORE UPDATE OR DELETE ON gap_letter
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

INSERT INTO lifecycle (machine, source, action, target) VALUES
    ('demand', 'open', 'extend', 'open')
;

-- migrate: rollback
