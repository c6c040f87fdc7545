-- Lifecycle and journal
-- depends: 

-- migrate: apply

-- The shape of every state machine, and the journal.
--
-- `lifecycle` holds the allowed edges; market/domain/lifecycles.py holds the same edges together with who may take
-- them and when (a test compares the two). Each table with a state carries state, state_action, state_actor_id,
-- state_party, state_reason and version, and the trigger `lifecycle_step`, which
--   * refuses a row born in a state without a birth edge (source ''), and any change of state or state_action that
--     is not an edge: the error names the constraint "<table>_lifecycle";
--   * writes the journal row. No code path can change a state and forget the journal.
-- The journal is append-only, one hash chain per object: hash = sha256(previous hash || canonical text of the row).
-- The database knows the shape of the law; who and why stay in Python.

CREATE TABLE lifecycle (
    machine text NOT NULL,
    source text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    CONSTRAINT lifecycle_pkey PRIMARY KEY (machine, source, action)
);

CREATE TABLE journal (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT journal_pkey PRIMARY KEY,
    kind text NOT NULL,
    object_id bigint NOT NULL,
    seq integer NOT NULL,
    action text NOT NULL,
    source text NOT NULL DEFAULT '',
    target text NOT NULL DEFAULT '',
    party text NOT NULL DEFAULT '',
    person_id bigint,
    reason text,
    data jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT journal_chain UNIQUE (kind, object_id, seq)
);
CREATE INDEX journal_at ON journal (at);

CREATE FUNCTION journal_hash(row_ journal) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(row_.prev_hash || convert_to(jsonb_build_array(
        row_.kind, row_.object_id, row_.seq, row_.action, row_.source, row_.target, row_.party, row_.person_id,
        row_.reason, row_.data, (extract(epoch FROM row_.at) * 1000000)::bigint)::text, 'UTF8'))
$$;

-- Appends one event to the object's chain and tells whoever listens on channel market_events once it is committed.
-- A session plans its statements once, perhaps while the journal is all but empty: without enable_seqscan off a first
-- import would read the whole journal for every row.
CREATE FUNCTION journal_append(
    kind_ text, object_id_ bigint, action_ text, source_ text, target_ text, party_ text, person_id_ bigint,
    reason_ text, data_ jsonb
) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan TO off AS $$
DECLARE
    last journal;
    row_ journal;
BEGIN
    SELECT * INTO last FROM journal WHERE kind = kind_ AND object_id = object_id_ ORDER BY seq DESC LIMIT 1;
    row_.kind := kind_;
    row_.object_id := object_id_;
    row_.seq := coalesce(last.seq, 0) + 1;
    row_.action := action_;
    row_.source := coalesce(source_, '');
    row_.target := coalesce(target_, '');
    row_.party := coalesce(party_, '');
    row_.person_id := person_id_;
    row_.reason := reason_;
    row_.data := coalesce(data_, '{}');
    row_.at := clock_timestamp();
    row_.prev_hash := coalesce(last.hash, '\x');
    row_.hash := journal_hash(row_);
    INSERT INTO journal
        (kind, object_id, seq, action, source, target, party, person_id, reason, data, at, prev_hash, hash)
    VALUES (row_.kind, row_.object_id, row_.seq, row_.action, row_.source, row_.target, row_.party, row_.person_id,
        row_.reason, row_.data, row_.at, row_.prev_hash, row_.hash)
    RETURNING id INTO row_.id;
    PERFORM pg_notify('market_events', json_build_object(
        'id', row_.id, 'kind', kind_, 'object_id', object_id_, 'action', action_, 'target', row_.target)::text);
    RETURN row_.id;
END
$$;

CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_append_only', TABLE = 'journal';
END
$$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE FUNCTION lifecycle_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source_ text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        source_ := OLD.state;
        IF NEW.version = OLD.version THEN
            RAISE EXCEPTION '% % changes state without a new version', TG_TABLE_NAME, NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_lifecycle', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    IF NOT EXISTS (
        SELECT FROM lifecycle
        WHERE machine = TG_TABLE_NAME AND source = source_ AND action = NEW.state_action AND target = NEW.state
    ) THEN
        RAISE EXCEPTION '% %: no edge "%" from "%" to "%"', TG_TABLE_NAME, NEW.id, NEW.state_action, source_, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_lifecycle', TABLE = TG_TABLE_NAME;
    END IF;
    PERFORM journal_append(TG_TABLE_NAME, NEW.id, NEW.state_action, source_, NEW.state, NEW.state_party,
        NEW.state_actor_id, NEW.state_reason, '{}');
    RETURN NULL;
END
$$;

-- An offer, a signature or a stored version never changes.
CREATE FUNCTION row_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows never change', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_immutable', TABLE = TG_TABLE_NAME;
END
$$;

INSERT INTO lifecycle (machine, source, action, target) VALUES
    ('agreement', '', 'draft', 'drafted'),
    ('agreement', 'drafted', 'sign', 'signed'),
    ('agreement', 'drafted', 'void', 'void'),
    ('agreement', 'effective', 'expire', 'expired'),
    ('agreement', 'effective', 'terminate', 'terminated'),
    ('agreement', 'signed', 'take_effect', 'effective'),
    ('agreement', 'signed', 'void', 'void'),
    ('demand', '', 'create', 'draft'),
    ('demand', 'clarifying', 'answer', 'triage'),
    ('demand', 'clarifying', 'withdraw', 'withdrawn'),
    ('demand', 'draft', 'discard', 'withdrawn'),
    ('demand', 'draft', 'submit', 'submitted'),
    ('demand', 'in_negotiation', 'fulfil', 'fulfilled'),
    ('demand', 'in_negotiation', 'fulfil_partly', 'partly_fulfilled'),
    ('demand', 'in_negotiation', 'reopen', 'open'),
    ('demand', 'in_negotiation', 'withdraw', 'withdrawn'),
    ('demand', 'open', 'close_unmet', 'closed_unmet'),
    ('demand', 'open', 'expire', 'expired'),
    ('demand', 'open', 'negotiate', 'in_negotiation'),
    ('demand', 'open', 'withdraw', 'withdrawn'),
    ('demand', 'partly_fulfilled', 'fulfil', 'fulfilled'),
    ('demand', 'partly_fulfilled', 'negotiate', 'in_negotiation'),
    ('demand', 'partly_fulfilled', 'reopen', 'open'),
    ('demand', 'submitted', 'ask', 'clarifying'),
    ('demand', 'submitted', 'open', 'open'),
    ('demand', 'submitted', 'triage', 'triage'),
    ('demand', 'submitted', 'withdraw', 'withdrawn'),
    ('demand', 'triage', 'ask', 'clarifying'),
    ('demand', 'triage', 'close_unmet', 'closed_unmet'),
    ('demand', 'triage', 'open', 'open'),
    ('demand', 'triage', 'withdraw', 'withdrawn'),
    ('match', '', 'generate', 'generated'),
    ('match', 'broker_review', 'propose', 'proposed'),
    ('match', 'broker_review', 'reject', 'rejected'),
    ('match', 'broker_review', 'stale', 'stale'),
    ('match', 'generated', 'propose', 'proposed'),
    ('match', 'generated', 'review', 'broker_review'),
    ('match', 'generated', 'stale', 'stale'),
    ('match', 'mutual', 'convert', 'converted'),
    ('match', 'mutual', 'decline', 'declined'),
    ('match', 'mutual', 'expire', 'expired'),
    ('match', 'mutual', 'stale', 'stale'),
    ('match', 'proposed', 'decline', 'declined'),
    ('match', 'proposed', 'expire', 'expired'),
    ('match', 'proposed', 'interest', 'proposed'),
    ('match', 'proposed', 'meet', 'mutual'),
    ('match', 'proposed', 'reject', 'rejected'),
    ('match', 'proposed', 'snooze', 'proposed'),
    ('match', 'proposed', 'stale', 'stale'),
    ('negotiation', '', 'offer', 'offered'),
    ('negotiation', '', 'request', 'requested'),
    ('negotiation', 'accepted', 'abort', 'terminated'),
    ('negotiation', 'accepted', 'agree', 'agreed'),
    ('negotiation', 'accepted', 'terminate', 'terminated'),
    ('negotiation', 'agreed', 'abort', 'terminated'),
    ('negotiation', 'agreed', 'terminate', 'terminated'),
    ('negotiation', 'agreed', 'verify', 'verified'),
    ('negotiation', 'offered', 'abort', 'terminated'),
    ('negotiation', 'offered', 'accept', 'accepted'),
    ('negotiation', 'offered', 'request', 'requested'),
    ('negotiation', 'offered', 'terminate', 'terminated'),
    ('negotiation', 'requested', 'abort', 'terminated'),
    ('negotiation', 'requested', 'agree', 'agreed'),
    ('negotiation', 'requested', 'offer', 'offered'),
    ('negotiation', 'requested', 'terminate', 'terminated'),
    ('negotiation', 'verified', 'abort', 'terminated'),
    ('negotiation', 'verified', 'finalize', 'finalized'),
    ('negotiation', 'verified', 'terminate', 'terminated'),
    ('organisation', '', 'register', 'registered'),
    ('organisation', 'in_review', 'reject', 'rejected'),
    ('organisation', 'in_review', 'verify', 'verified'),
    ('organisation', 'registered', 'submit', 'in_review'),
    ('organisation', 'rejected', 'submit', 'in_review'),
    ('organisation', 'suspended', 'reinstate', 'verified'),
    ('organisation', 'verified', 'suspend', 'suspended'),
    ('product', '', 'create', 'draft'),
    ('product', 'compliance_review', 'list', 'listed'),
    ('product', 'compliance_review', 'return', 'draft'),
    ('product', 'compliance_review', 'withdraw', 'draft'),
    ('product', 'draft', 'discard', 'delisted'),
    ('product', 'draft', 'submit', 'compliance_review'),
    ('product', 'listed', 'delist', 'delisted'),
    ('product', 'listed', 'suspend', 'suspended'),
    ('product', 'suspended', 'delist', 'delisted'),
    ('product', 'suspended', 'resume', 'listed')
;

-- migrate: rollback
