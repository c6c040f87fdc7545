-- What waits, in the order of its deadlines
-- depends: 0020_spreadsheets_sent

-- migrate: apply

-- The worklist reads the earliest due of each kind. Deadlines are often equal (one import, one night's matching), so the
-- order ends with the id; an index that ends there too gives the first five hundred without sorting all that wait.

DROP INDEX product_due;
DROP INDEX demand_due;
DROP INDEX match_due;
DROP INDEX match_to_decide;
CREATE INDEX product_due ON product (state, due_at, id);
CREATE INDEX demand_due ON demand (state, due_at, id);
CREATE INDEX match_due ON match (state, due_at, id);

-- migrate: rollback
