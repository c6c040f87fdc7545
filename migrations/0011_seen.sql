-- Who has seen what in a negotiation
-- depends: 0010_gap_letters

-- migrate: apply

-- One row for a person of a side and the latest offer there was when that person had the room open. It says when a side
-- saw an offer, and when it last looked. It is a courtesy between the sides, no evidence: the journal does not hold it.

CREATE TABLE seen (
    negotiation_id bigint NOT NULL CONSTRAINT seen_negotiation REFERENCES negotiation,
    party text NOT NULL CONSTRAINT seen_party CHECK (party IN ('consumer', 'provider')),
    person_id bigint NOT NULL CONSTRAINT seen_person REFERENCES person,
    offer_number integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT seen_pkey PRIMARY KEY (negotiation_id, party, person_id, offer_number),
    CONSTRAINT seen_offer FOREIGN KEY (negotiation_id, offer_number) REFERENCES offer (negotiation_id, number),
    CONSTRAINT seen_order CHECK (first_at <= last_at)
);

-- migrate: rollback
