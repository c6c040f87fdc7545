-- Accounts
-- depends: 0001_lifecycle

-- migrate: apply

-- Organisations, the people in them, and how they prove who they are.

CREATE TABLE person (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT person_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT person_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    email text NOT NULL CONSTRAINT person_email_lower CHECK (email = lower(email)),
    password_hash text NOT NULL,
    session_epoch integer NOT NULL DEFAULT 1,
    language text NOT NULL DEFAULT '' CONSTRAINT person_language CHECK (language IN ('', 'zh', 'en')),
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT person_email_key UNIQUE (email)
);

CREATE TABLE organisation (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT organisation_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT organisation_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    kind text NOT NULL CONSTRAINT organisation_kind
        CHECK (kind IN ('enterprise', 'supplier', 'operator', 'government', 'platform')),
    credit_code text NOT NULL,
    region text NOT NULL DEFAULT '',
    about text NOT NULL DEFAULT '',
    evidence text NOT NULL DEFAULT '',
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT organisation_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
-- A holder known only from an imported catalogue has no code yet (''), and cannot be verified without one.
CREATE UNIQUE INDEX organisation_credit_code_key ON organisation (credit_code) WHERE credit_code <> '';
CREATE INDEX organisation_name ON organisation (name);
CREATE TRIGGER organisation_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON organisation
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();
CREATE INDEX organisation_due ON organisation (state, due_at);

CREATE TABLE membership (
    organisation_id bigint NOT NULL CONSTRAINT membership_organisation REFERENCES organisation,
    person_id bigint NOT NULL CONSTRAINT membership_person REFERENCES person,
    role text NOT NULL CONSTRAINT membership_role
        CHECK (role IN ('owner', 'member', 'broker', 'registrar', 'mediator', 'auditor', 'admin')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT membership_pkey PRIMARY KEY (organisation_id, person_id)
);
CREATE INDEX membership_of_person ON membership (person_id);

CREATE TABLE invitation (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT invitation_pkey PRIMARY KEY,
    organisation_id bigint NOT NULL CONSTRAINT invitation_organisation REFERENCES organisation,
    email text NOT NULL CONSTRAINT invitation_email_lower CHECK (email = lower(email)),
    role text NOT NULL,
    token_hash bytea NOT NULL CONSTRAINT invitation_token_key UNIQUE,
    invited_by bigint NOT NULL CONSTRAINT invitation_by REFERENCES person,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz
);
CREATE UNIQUE INDEX invitation_one_open ON invitation (organisation_id, email)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;

CREATE TABLE password_reset (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT password_reset_pkey PRIMARY KEY,
    person_id bigint NOT NULL CONSTRAINT password_reset_person REFERENCES person,
    token_hash bytea NOT NULL CONSTRAINT password_reset_token_key UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE api_token (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT api_token_pkey PRIMARY KEY,
    person_id bigint NOT NULL CONSTRAINT api_token_person REFERENCES person,
    organisation_id bigint NOT NULL CONSTRAINT api_token_organisation REFERENCES organisation,
    name text NOT NULL CONSTRAINT api_token_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    token_hash bytea NOT NULL CONSTRAINT api_token_hash_key UNIQUE,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_token_of_organisation ON api_token (organisation_id);

-- Tries at something that is limited (sign-in, reset), shared by all web workers.
CREATE TABLE attempt (
    key text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attempt_key ON attempt (key, at);

-- The answer to a create, kept so that the same Idempotency-Key gets the same answer.
CREATE TABLE idempotency (
    person_id bigint NOT NULL CONSTRAINT idempotency_person REFERENCES person,
    key text NOT NULL CONSTRAINT idempotency_key_length CHECK (char_length(key) BETWEEN 1 AND 200),
    fingerprint bytea NOT NULL,
    status integer,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_pkey PRIMARY KEY (person_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

-- migrate: rollback
