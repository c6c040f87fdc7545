-- Spreadsheets of products
-- depends: 0012_searches

-- migrate: apply

-- A file somebody sent in, what each row of it would change, and, once it was confirmed, what became of the row.

CREATE TABLE spreadsheet (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT spreadsheet_pkey PRIMARY KEY,
    organisation_id bigint NOT NULL CONSTRAINT spreadsheet_organisation REFERENCES organisation,
    person_id bigint NOT NULL CONSTRAINT spreadsheet_person REFERENCES person,
    name text NOT NULL CONSTRAINT spreadsheet_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    confirmed_by bigint CONSTRAINT spreadsheet_confirmed_by REFERENCES person,
    finished_at timestamptz,
    CONSTRAINT spreadsheet_confirmed CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT spreadsheet_finished CHECK (finished_at IS NULL OR confirmed_at IS NOT NULL)
);
CREATE INDEX spreadsheet_of_organisation ON spreadsheet (organisation_id, id DESC);

CREATE TABLE spreadsheet_row (
    spreadsheet_id bigint NOT NULL CONSTRAINT spreadsheet_row_spreadsheet REFERENCES spreadsheet ON DELETE CASCADE,
    line integer NOT NULL,
    verdict text NOT NULL
        CONSTRAINT spreadsheet_row_verdict CHECK (verdict IN ('new', 'changed', 'unchanged', 'rejected')),
    title text NOT NULL,
    product_id bigint CONSTRAINT spreadsheet_row_product REFERENCES product,
    version integer,
    source_id text NOT NULL,
    content jsonb,
    changes jsonb NOT NULL,
    reasons jsonb NOT NULL,
    cells jsonb NOT NULL,
    outcome text CONSTRAINT spreadsheet_row_outcome CHECK (outcome IN ('stored', 'refused')),
    CONSTRAINT spreadsheet_row_pkey PRIMARY KEY (spreadsheet_id, line),
    CONSTRAINT spreadsheet_row_storable CHECK (verdict NOT IN ('new', 'changed') OR content IS NOT NULL)
);

-- migrate: rollback
