-- Products and demands
-- depends: 0002_accounts

-- migrate: apply

-- What is offered and what is asked for. The *_version tables keep every content that was ever public: what an open
-- negotiation refers to stays as it was.

CREATE TABLE product (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT product_pkey PRIMARY KEY,
    organisation_id bigint NOT NULL CONSTRAINT product_organisation REFERENCES organisation,
    source text NOT NULL DEFAULT '',
    source_id text,
    title text NOT NULL CONSTRAINT product_title_length CHECK (char_length(title) BETWEEN 2 AND 200),
    abstract text NOT NULL DEFAULT '',
    fields jsonb NOT NULL DEFAULT '[]',
    theme text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    region text NOT NULL DEFAULT '',
    time_from date,
    time_to date,
    granularity text NOT NULL DEFAULT '',
    update_cycle text,
    formats text[] NOT NULL DEFAULT '{}',
    delivery text[] NOT NULL DEFAULT '{}',
    data_class text NOT NULL DEFAULT 'general',
    opening text NOT NULL DEFAULT 'conditional',
    source_statement text NOT NULL DEFAULT '',
    risk_assessment text NOT NULL DEFAULT '',
    licence text NOT NULL DEFAULT '',
    price numeric(14, 2) CONSTRAINT product_price CHECK (price >= 0),
    price_unit text,
    sample text NOT NULL DEFAULT '',
    contact_role text NOT NULL DEFAULT '',
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT product_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    listed_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT product_period CHECK (time_from <= time_to),
    CONSTRAINT product_listed_class CHECK (state <> 'listed' OR (data_class <> 'core' AND opening <> 'not_open')),
    CONSTRAINT product_source_key UNIQUE (organisation_id, source, source_id)
);
CREATE TRIGGER product_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON product
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();
CREATE INDEX product_public ON product (listed_at DESC, id DESC) WHERE state = 'listed';
CREATE INDEX product_of_organisation ON product (organisation_id, updated_at DESC, id DESC);
CREATE INDEX product_changed ON product (updated_at DESC, id DESC);
CREATE INDEX product_theme ON product (theme) WHERE state = 'listed' AND theme <> '';
CREATE INDEX product_due ON product (state, due_at);

CREATE TABLE product_version (
    product_id bigint NOT NULL CONSTRAINT product_version_product REFERENCES product,
    revision integer NOT NULL,
    content jsonb NOT NULL,
    person_id bigint CONSTRAINT product_version_person REFERENCES person,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT product_version_pkey PRIMARY KEY (product_id, revision)
);
CREATE TRIGGER product_version_immutable BEFORE UPDATE OR DELETE ON product_version
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

CREATE TABLE demand (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT demand_pkey PRIMARY KEY,
    organisation_id bigint NOT NULL CONSTRAINT demand_organisation REFERENCES organisation,
    source text NOT NULL DEFAULT '',
    source_id text,
    title text NOT NULL CONSTRAINT demand_title_length CHECK (char_length(title) BETWEEN 2 AND 200),
    text text NOT NULL,
    lines jsonb NOT NULL DEFAULT '[]',
    theme text NOT NULL DEFAULT '',
    region text NOT NULL DEFAULT '',
    purpose text NOT NULL DEFAULT '',
    budget numeric(14, 2) CONSTRAINT demand_budget CHECK (budget >= 0),
    needed_by date,
    sealed boolean NOT NULL DEFAULT false,
    masked text[] NOT NULL DEFAULT '{}',
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT demand_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    opened_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT demand_source_key UNIQUE (organisation_id, source, source_id)
);
CREATE TRIGGER demand_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON demand
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();
CREATE INDEX demand_public ON demand (opened_at DESC, id DESC)
    WHERE state IN ('open', 'in_negotiation', 'partly_fulfilled', 'fulfilled');
CREATE INDEX demand_of_organisation ON demand (organisation_id, updated_at DESC, id DESC);
CREATE INDEX demand_due ON demand (state, due_at);

CREATE TABLE demand_version (
    demand_id bigint NOT NULL CONSTRAINT demand_version_demand REFERENCES demand,
    revision integer NOT NULL,
    content jsonb NOT NULL,
    person_id bigint CONSTRAINT demand_version_person REFERENCES person,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT demand_version_pkey PRIMARY KEY (demand_id, revision)
);
CREATE TRIGGER demand_version_immutable BEFORE UPDATE OR DELETE ON demand_version
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

-- migrate: rollback
