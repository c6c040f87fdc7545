-- Matches, negotiations, agreements
-- depends: 0003_products_demands

-- migrate: apply

-- From a proposal to an agreement.

CREATE TABLE match (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT match_pkey PRIMARY KEY,
    demand_id bigint NOT NULL CONSTRAINT match_demand REFERENCES demand,
    product_id bigint NOT NULL CONSTRAINT match_product REFERENCES product,
    demand_revision integer NOT NULL,
    product_revision integer NOT NULL,
    origin text NOT NULL CONSTRAINT match_origin CHECK (origin IN ('demand', 'product', 'nightly', 'person')),
    score double precision NOT NULL,
    rank integer NOT NULL,
    reasons jsonb NOT NULL DEFAULT '[]',
    demander_answer text NOT NULL DEFAULT 'none',
    demander_code text,
    demander_snoozed_until date,
    supplier_answer text NOT NULL DEFAULT 'none',
    supplier_code text,
    supplier_snoozed_until date,
    broker_id bigint CONSTRAINT match_broker REFERENCES person,
    broker_code text,
    proposed_at timestamptz,
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT match_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT match_mutual_answers CHECK (
        state NOT IN ('mutual', 'converted') OR (demander_answer = 'interested' AND supplier_answer = 'interested'))
);
CREATE UNIQUE INDEX match_one_live ON match (demand_id, product_id)
    WHERE state IN ('generated', 'broker_review', 'proposed', 'mutual');
CREATE INDEX match_of_demand ON match (demand_id, score DESC, id);
CREATE INDEX match_of_product ON match (product_id, score DESC, id);
CREATE INDEX match_due ON match (state, due_at);
CREATE TRIGGER match_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON match
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();

CREATE TABLE negotiation (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT negotiation_pkey PRIMARY KEY,
    match_id bigint NOT NULL CONSTRAINT negotiation_match REFERENCES match,
    demand_id bigint NOT NULL CONSTRAINT negotiation_demand REFERENCES demand,
    demand_revision integer NOT NULL,
    product_id bigint NOT NULL CONSTRAINT negotiation_product REFERENCES product,
    product_revision integer NOT NULL,
    consumer_id bigint NOT NULL CONSTRAINT negotiation_consumer REFERENCES organisation,
    provider_id bigint NOT NULL CONSTRAINT negotiation_provider REFERENCES organisation,
    hold_reason text,
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT negotiation_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT negotiation_two_sides CHECK (consumer_id <> provider_id),
    CONSTRAINT negotiation_one_of_match UNIQUE (match_id)
);
CREATE UNIQUE INDEX negotiation_one_live ON negotiation (demand_id, product_id)
    WHERE state NOT IN ('finalized', 'terminated');
CREATE INDEX negotiation_of_consumer ON negotiation (consumer_id, updated_at DESC, id DESC);
CREATE INDEX negotiation_of_provider ON negotiation (provider_id, updated_at DESC, id DESC);
CREATE INDEX negotiation_due ON negotiation (state, due_at);
CREATE TRIGGER negotiation_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON negotiation
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();

CREATE TABLE offer (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT offer_pkey PRIMARY KEY,
    negotiation_id bigint NOT NULL CONSTRAINT offer_negotiation REFERENCES negotiation,
    number integer NOT NULL CONSTRAINT offer_number CHECK (number > 0),
    party text NOT NULL CONSTRAINT offer_party CHECK (party IN ('consumer', 'provider')),
    person_id bigint NOT NULL CONSTRAINT offer_person REFERENCES person,
    terms text NOT NULL,
    terms_hash bytea NOT NULL,
    note text NOT NULL DEFAULT '',
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT offer_hash CHECK (terms_hash = sha256(convert_to(terms, 'UTF8'))),
    CONSTRAINT offer_numbered UNIQUE (negotiation_id, number),
    CONSTRAINT offer_text UNIQUE (id, negotiation_id, terms_hash)
);
CREATE TRIGGER offer_immutable BEFORE UPDATE OR DELETE ON offer
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

CREATE TABLE message (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT message_pkey PRIMARY KEY,
    negotiation_id bigint NOT NULL CONSTRAINT message_negotiation REFERENCES negotiation,
    party text NOT NULL,
    person_id bigint NOT NULL CONSTRAINT message_person REFERENCES person,
    body text NOT NULL CONSTRAINT message_body_length CHECK (char_length(body) BETWEEN 1 AND 5000),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX message_thread ON message (negotiation_id, id);
CREATE TRIGGER message_immutable BEFORE UPDATE OR DELETE ON message
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

-- Both hashes are checked against their texts, and the foreign key makes them one: byte-equal terms.
CREATE TABLE agreement (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT agreement_pkey PRIMARY KEY,
    negotiation_id bigint NOT NULL CONSTRAINT agreement_negotiation REFERENCES negotiation,
    offer_id bigint NOT NULL,
    terms text NOT NULL,
    terms_hash bytea NOT NULL,
    state text NOT NULL,
    state_action text NOT NULL,
    state_actor_id bigint CONSTRAINT agreement_actor REFERENCES person,
    state_party text,
    state_reason text,
    due_at timestamptz,
    effective_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agreement_hash CHECK (terms_hash = sha256(convert_to(terms, 'UTF8'))),
    CONSTRAINT agreement_of_offer FOREIGN KEY (offer_id, negotiation_id, terms_hash)
        REFERENCES offer (id, negotiation_id, terms_hash),
    CONSTRAINT agreement_effective CHECK (state <> 'effective' OR effective_at IS NOT NULL),
    CONSTRAINT agreement_text UNIQUE (id, terms_hash),
    CONSTRAINT agreement_one_of_negotiation UNIQUE (negotiation_id)
);
CREATE INDEX agreement_due ON agreement (state, due_at);
-- The text agreed on is that of the last offer.
CREATE FUNCTION agreement_of_last_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM offer later JOIN offer agreed ON agreed.id = NEW.offer_id
        WHERE later.negotiation_id = NEW.negotiation_id AND later.number > agreed.number
    ) THEN
        RAISE EXCEPTION 'agreement % does not follow the last offer', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_last_offer', TABLE = 'agreement';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER agreement_last_offer AFTER INSERT OR UPDATE OF negotiation_id, offer_id ON agreement
    FOR EACH ROW EXECUTE FUNCTION agreement_of_last_offer();
CREATE TRIGGER agreement_lifecycle AFTER INSERT OR UPDATE OF state, state_action ON agreement
    FOR EACH ROW EXECUTE FUNCTION lifecycle_step();

CREATE TABLE signature (
    agreement_id bigint NOT NULL,
    party text NOT NULL CONSTRAINT signature_party CHECK (party IN ('consumer', 'provider')),
    person_id bigint NOT NULL CONSTRAINT signature_person REFERENCES person,
    terms_hash bytea NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT signature_pkey PRIMARY KEY (agreement_id, party),
    CONSTRAINT signature_same_text FOREIGN KEY (agreement_id, terms_hash) REFERENCES agreement (id, terms_hash)
);
CREATE TRIGGER signature_immutable BEFORE UPDATE OR DELETE ON signature
    FOR EACH ROW EXECUTE FUNCTION row_is_immutable();

-- migrate: rollback
