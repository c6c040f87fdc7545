-- How often products are looked at
-- depends: 0013_spreadsheets

-- migrate: apply

-- A number a day, and nothing about who looked.

CREATE TABLE product_view (
    product_id bigint NOT NULL CONSTRAINT product_view_product REFERENCES product,
    day date NOT NULL,
    views integer NOT NULL CONSTRAINT product_view_views CHECK (views > 0),
    CONSTRAINT product_view_pkey PRIMARY KEY (product_id, day)
);

-- migrate: rollback
