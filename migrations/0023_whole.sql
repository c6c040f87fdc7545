-- What is read of the market's nouns, each in one place
-- depends: 0022_trainings

-- migrate: apply

-- A noun whole, as its page shows it, and its card, as a list does, with the names and titles of what it refers to. Who
-- may see which rows is said by the statements that read these. A column that joins a table joins its view in the same
-- migration.

CREATE VIEW whole_product AS
SELECT p.id, p.organisation_id, o.name AS organisation_name, o.state = 'verified' AS organisation_verified,
    p.title, p.abstract, p.fields, p.theme, p.tags, p.region, p.time_from, p.time_to, p.granularity, p.update_cycle,
    p.formats, p.delivery, p.data_class, p.opening, p.source_statement, p.risk_assessment, p.licence, p.price,
    p.price_unit, p.sample, p.contact_role, p.state, p.state_party, p.state_reason, p.due_at, p.revision, p.version,
    p.created_at, p.listed_at, p.updated_at
FROM product p JOIN organisation o ON o.id = p.organisation_id;

CREATE VIEW product_card AS
SELECT p.id, p.organisation_id, o.name AS organisation_name, p.state, p.title, left(p.abstract, 400) AS abstract,
    p.theme, p.region, p.tags, p.update_cycle, p.delivery, p.opening, p.price, p.price_unit, p.due_at, p.version,
    p.updated_at
FROM product p JOIN organisation o ON o.id = p.organisation_id;

CREATE VIEW whole_demand AS
SELECT d.id, d.organisation_id, o.name AS organisation_name, o.state = 'verified' AS organisation_verified,
    d.title, d.text, d.lines, d.theme, d.region, d.purpose, d.budget, d.needed_by, d.sealed, d.masked, d.state,
    d.state_reason, d.due_at, d.revision, d.version, d.created_at, d.opened_at, d.updated_at
FROM demand d JOIN organisation o ON o.id = d.organisation_id;

-- Of a sealed demand the whole text: what is covered is covered before it is cut.
CREATE VIEW demand_card AS
SELECT d.id, d.organisation_id, o.name AS organisation_name, d.state, d.title,
    left(d.text, CASE WHEN d.sealed THEN 20000 ELSE 400 END) AS text, d.theme, d.region, d.budget, d.needed_by,
    d.sealed, d.masked, d.due_at, d.version, d.updated_at
FROM demand d JOIN organisation o ON o.id = d.organisation_id;

CREATE VIEW whole_match AS
SELECT m.id, m.demand_id, m.product_id, m.demand_revision, m.product_revision, d.organisation_id AS demander_id,
    p.organisation_id AS supplier_id, od.name AS demander_name, os.name AS supplier_name,
    od.state = 'verified' AS demander_verified, os.state = 'verified' AS supplier_verified, d.title AS demand_title,
    d.state AS demand_state, d.sealed AS demand_sealed, d.masked AS demand_masked, p.title AS product_title,
    p.state AS product_state, p.source_statement, m.origin, m.score, m.rank,
    CASE WHEN f.calibrated THEN m.chance END AS chance, m.reasons, m.demander_answer, m.demander_code,
    m.demander_snoozed_until, m.supplier_answer, m.supplier_code, m.supplier_snoozed_until, m.broker_id,
    m.broker_code, m.proposed_at, m.state, m.state_reason, m.due_at, m.version, m.created_at, m.updated_at
FROM match m JOIN demand d ON d.id = m.demand_id JOIN product p ON p.id = m.product_id
    JOIN organisation od ON od.id = d.organisation_id JOIN organisation os ON os.id = p.organisation_id
    LEFT JOIN ranker_in_force f ON f.model_id = m.ranker_model_id;

CREATE VIEW match_card AS
SELECT id, demand_id, product_id, demander_id, supplier_id, demander_name, supplier_name, demand_title, demand_sealed,
    demand_masked, product_title, rank, chance, reasons, demander_answer, supplier_answer, demander_snoozed_until,
    supplier_snoozed_until, proposed_at, state, state_reason, due_at, version, updated_at
FROM whole_match;

-- Released: the demander and the supplier have both said that they are interested, in this demand.
CREATE VIEW whole_question AS
SELECT q.id, q.demand_id, q.product_id, d.organisation_id AS demander_id, p.organisation_id AS supplier_id,
    od.name AS demander_name, os.name AS supplier_name, d.title AS demand_title, d.sealed AS demand_sealed,
    d.masked AS demand_masked,
    EXISTS (SELECT FROM match m JOIN product i ON i.id = m.product_id WHERE m.demand_id = d.id
        AND i.organisation_id = p.organisation_id AND m.state IN ('mutual', 'converted')) AS released,
    p.title AS product_title, q.level, q.kind, q.value, q.phrase, q.text, q.verdict, q.answer, q.shared, q.answered_at,
    q.state, q.state_reason, q.due_at, q.version, q.created_at, q.updated_at
FROM question q JOIN demand d ON d.id = q.demand_id JOIN product p ON p.id = q.product_id
    JOIN organisation od ON od.id = d.organisation_id JOIN organisation os ON os.id = p.organisation_id;

CREATE VIEW whole_routing AS
SELECT r.id, r.demand_id, r.organisation_id, o.name AS organisation_name, d.organisation_id AS demander_id,
    od.name AS demander_name, d.title AS demand_title, d.sealed AS demand_sealed, d.masked AS demand_masked,
    EXISTS (SELECT FROM match m JOIN product i ON i.id = m.product_id WHERE m.demand_id = d.id
        AND i.organisation_id = r.organisation_id AND m.state IN ('mutual', 'converted')) AS released,
    r.note, r.article, r.product_id, p.title AS product_title, r.state, r.state_reason, r.due_at, r.version,
    r.created_at, r.updated_at
FROM routing r JOIN demand d ON d.id = r.demand_id JOIN organisation o ON o.id = r.organisation_id
    JOIN organisation od ON od.id = d.organisation_id LEFT JOIN product p ON p.id = r.product_id;

-- migrate: rollback
