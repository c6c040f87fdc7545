-- Saved searches
-- depends: 0015_desk

-- migrate: apply

-- A search a person wants to hear of. What it was told of is kept, so that nobody hears twice of the same content. Its
-- notifications come from no journalled event.

CREATE TABLE saved_search (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT saved_search_pkey PRIMARY KEY,
    person_id bigint NOT NULL CONSTRAINT saved_search_person REFERENCES person,
    organisation_id bigint NOT NULL CONSTRAINT saved_search_organisation REFERENCES organisation,
    kind text NOT NULL CONSTRAINT saved_search_kind CHECK (kind IN ('product', 'demand')),
    name text NOT NULL CONSTRAINT saved_search_name CHECK (char_length(name) BETWEEN 1 AND 100),
    asked jsonb NOT NULL,
    active boolean NOT NULL DEFAULT true,
    looked_at timestamptz NOT NULL,
    told_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX saved_search_of_person ON saved_search (person_id, organisation_id, id);

CREATE TABLE saved_search_hit (
    saved_search_id bigint NOT NULL CONSTRAINT saved_search_hit_search REFERENCES saved_search ON DELETE CASCADE,
    object_id bigint NOT NULL,
    revision integer NOT NULL,
    CONSTRAINT saved_search_hit_pkey PRIMARY KEY (saved_search_id, object_id, revision)
);

ALTER TABLE notification ALTER COLUMN journal_id DROP NOT NULL,
    ADD CONSTRAINT notification_of_event CHECK (journal_id IS NOT NULL OR kind = 'search');

-- migrate: rollback
