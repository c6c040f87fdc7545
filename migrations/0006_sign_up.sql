-- Sign-up
-- depends: 0005_notices

-- migrate: apply

-- Registrations whose mailed link has not been opened yet; person and organisation are made when it is.
CREATE TABLE sign_up (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT sign_up_pkey PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT sign_up_token_key UNIQUE,
    wanted jsonb NOT NULL,
    language text NOT NULL DEFAULT '' CONSTRAINT sign_up_language CHECK (language IN ('', 'zh', 'en')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX sign_up_expires ON sign_up (expires_at);

-- migrate: rollback
