-- Notices
-- depends: 0004_matches_negotiations

-- migrate: apply

-- Who is told what: notifications, webhooks, signed checkpoints of the journal.

CREATE TABLE notification (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT notification_pkey PRIMARY KEY,
    person_id bigint NOT NULL CONSTRAINT notification_person REFERENCES person,
    organisation_id bigint NOT NULL CONSTRAINT notification_organisation REFERENCES organisation,
    journal_id bigint NOT NULL CONSTRAINT notification_journal REFERENCES journal,
    kind text NOT NULL,
    object_id bigint NOT NULL,
    action text NOT NULL,
    title text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz,
    emailed_at timestamptz,
    CONSTRAINT notification_once UNIQUE (person_id, journal_id)
);
CREATE INDEX notification_of_person ON notification (person_id, id DESC);
CREATE INDEX notification_unread ON notification (person_id, organisation_id) WHERE read_at IS NULL;

CREATE TABLE webhook (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT webhook_pkey PRIMARY KEY,
    organisation_id bigint NOT NULL CONSTRAINT webhook_organisation REFERENCES organisation,
    url text NOT NULL CONSTRAINT webhook_url_length CHECK (char_length(url) BETWEEN 8 AND 2000),
    secret text NOT NULL,
    kinds text[] NOT NULL DEFAULT '{}',
    active boolean NOT NULL DEFAULT true,
    resting_until timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_by bigint NOT NULL CONSTRAINT webhook_by REFERENCES person,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_of_organisation ON webhook (organisation_id);

CREATE TABLE webhook_delivery (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT webhook_delivery_pkey PRIMARY KEY,
    webhook_id bigint NOT NULL CONSTRAINT webhook_delivery_webhook REFERENCES webhook ON DELETE CASCADE,
    journal_id bigint NOT NULL CONSTRAINT webhook_delivery_journal REFERENCES journal,
    attempts integer NOT NULL DEFAULT 0,
    status integer,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    next_at timestamptz,
    delivered_at timestamptz,
    CONSTRAINT webhook_delivery_once UNIQUE (webhook_id, journal_id)
);
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, id DESC);

CREATE TABLE checkpoint (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT checkpoint_pkey PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    chains bigint NOT NULL,
    last_event bigint NOT NULL,
    digest bytea NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL
);
CREATE TRIGGER checkpoint_immutable BEFORE UPDATE OR DELETE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

-- migrate: rollback
