-- The order of the lists of matches
-- depends: 0016_saved_searches

-- migrate: apply

-- Staff read all matches, the last changed first, and decide on those that wait, the most urgent first: a page of either
-- is read from an index instead of sorting every match there is.

CREATE INDEX match_recent ON match (updated_at, id);
CREATE INDEX match_to_decide ON match (due_at, id) WHERE state = 'broker_review';

-- migrate: rollback
