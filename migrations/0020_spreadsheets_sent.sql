-- Products of a spreadsheet are sent for review when they are stored
-- depends: 0019_suspended_demands

-- migrate: apply

ALTER TABLE spreadsheet ADD COLUMN send boolean NOT NULL DEFAULT false;
ALTER TABLE spreadsheet_row DROP CONSTRAINT spreadsheet_row_outcome,
    ADD CONSTRAINT spreadsheet_row_outcome CHECK (outcome IN ('stored', 'sent', 'refused'));

-- migrate: rollback
