-- The same data offered more than once
-- depends: 0023_whole

-- migrate: apply

-- Whether two products hold the same data, whoever offers them and on what terms.
CREATE FUNCTION same_data(one product, other product) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT one.title = other.title AND one.abstract = other.abstract AND one.fields = other.fields
        AND one.region = other.region AND one.granularity = other.granularity
        AND (one.time_from, one.time_to, one.update_cycle)
            IS NOT DISTINCT FROM (other.time_from, other.time_to, other.update_cycle)
$$;
CREATE INDEX product_title_listed ON product (md5(title)) WHERE state = 'listed';

-- migrate: rollback
