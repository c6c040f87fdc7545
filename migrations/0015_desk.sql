-- Desk
-- depends: 0014_product_views

-- migrate: apply

-- Who of the staff sees to an object, and until when it is put off. Putting off holds for the deadline it was said at:
-- an object that comes back with another one is in sight again.

CREATE TABLE desk_item (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT desk_item_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT desk_item_kind
        CHECK (kind IN ('organisation', 'product', 'demand', 'match', 'negotiation', 'pool')),
    object_id bigint NOT NULL,
    person_id bigint CONSTRAINT desk_item_person REFERENCES person,
    put_off_until date,
    put_off_due timestamptz,
    CONSTRAINT desk_item_object UNIQUE (kind, object_id),
    CONSTRAINT desk_item_put_off CHECK ((put_off_until IS NULL) = (put_off_due IS NULL))
);

-- What the figures of the market are counted from: who reached which state when.
CREATE INDEX journal_reached ON journal (kind, target, at) WHERE target <> '';

-- migrate: rollback
