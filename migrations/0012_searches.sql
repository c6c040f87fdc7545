-- Searches
-- depends: 0011_seen

-- migrate: apply

-- The public search counts what every filter would leave: an index that holds all that can be filtered by. It also gives
-- the newest first, which product_public was for.

CREATE INDEX product_facets ON product (listed_at DESC, id DESC)
    INCLUDE (theme, region, data_class, opening, delivery, update_cycle, price) WHERE state = 'listed';
DROP INDEX product_public;
CREATE INDEX demand_changed ON demand (updated_at DESC, id DESC);

-- migrate: rollback
