-- What the differential test has found, in the extension or in one of those that it is compared with.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_cc_reader;
CREATE ROLE regress_cc_lacking;
CREATE SCHEMA cc_found;
GRANT USAGE ON SCHEMA cc_found TO regress_cc_reader;

-- A matview asks nothing of its owner when it is read
CREATE TABLE cc_found.hidden (a int);
CREATE MATERIALIZED VIEW cc_found.matview AS SELECT a FROM cc_found.hidden;
ALTER MATERIALIZED VIEW cc_found.matview OWNER TO regress_cc_lacking;
GRANT SELECT ON cc_found.matview TO regress_cc_reader;

-- A whole row of a table without columns takes SELECT on the table
CREATE TABLE cc_found.no_columns ();
CREATE VIEW cc_found.whole_row AS SELECT n IS NULL AS is_null FROM cc_found.no_columns n;
ALTER VIEW cc_found.whole_row OWNER TO regress_cc_lacking;
GRANT SELECT ON cc_found.whole_row TO regress_cc_reader;

-- Where every column is generated, UPDATE by column is not UPDATE of the table
CREATE TABLE cc_found.only_generated (a int GENERATED ALWAYS AS (1) STORED);
GRANT INSERT (a), UPDATE (a), DELETE ON cc_found.only_generated TO regress_cc_reader;
-- while INSERT by one of them is enough, as it names none
CREATE TABLE cc_found.insert_of_defaults (a int GENERATED ALWAYS AS (1) STORED, b int GENERATED ALWAYS AS (2) STORED);
GRANT INSERT (a), UPDATE, DELETE ON cc_found.insert_of_defaults TO regress_cc_reader;

-- A view that takes INSERT by trigger and DELETE by itself, but no UPDATE
CREATE FUNCTION cc_found.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE VIEW cc_found.no_update AS SELECT h IS NULL AS is_null FROM cc_found.hidden h;
CREATE TRIGGER instead INSTEAD OF INSERT ON cc_found.no_update
  FOR EACH ROW EXECUTE FUNCTION cc_found.nothing();
GRANT ALL ON cc_found.no_update TO regress_cc_reader;

-- Through a view no column is set to its default: what is generated, or an identity ALWAYS, takes no UPDATE there
CREATE TABLE cc_found.numbered
  (id int GENERATED ALWAYS AS IDENTITY, g int GENERATED ALWAYS AS (1) STORED, a int);
CREATE VIEW cc_found.fixed_columns AS SELECT id, g FROM cc_found.numbered;
CREATE VIEW cc_found.fixed_further_down AS SELECT * FROM cc_found.fixed_columns;
CREATE VIEW cc_found.not_all_fixed AS SELECT id, g, a FROM cc_found.numbered;
GRANT SELECT, INSERT, UPDATE (a), DELETE ON cc_found.numbered TO regress_cc_lacking;
ALTER VIEW cc_found.not_all_fixed OWNER TO regress_cc_lacking;
GRANT ALL ON cc_found.fixed_columns, cc_found.fixed_further_down, cc_found.not_all_fixed TO regress_cc_reader;
CREATE VIEW cc_found.by_rule AS SELECT 1 AS one;
CREATE RULE up AS ON UPDATE TO cc_found.by_rule DO INSTEAD UPDATE cc_found.not_all_fixed SET a = 1;
CREATE RULE ins AS ON INSERT TO cc_found.by_rule DO INSTEAD INSERT INTO cc_found.fixed_columns DEFAULT VALUES;
CREATE RULE del AS ON DELETE TO cc_found.by_rule DO INSTEAD UPDATE cc_found.not_all_fixed SET a = 1, id = DEFAULT;
GRANT INSERT, UPDATE, DELETE ON cc_found.by_rule TO regress_cc_reader;
-- A rule may name a matview as what it writes, which takes nothing
CREATE VIEW cc_found.writes_matview AS SELECT 1 AS one;
CREATE RULE up AS ON UPDATE TO cc_found.writes_matview DO INSTEAD UPDATE cc_found.matview SET a = DEFAULT;
CREATE RULE ins AS ON INSERT TO cc_found.writes_matview DO INSTEAD SELECT 1;
CREATE RULE del AS ON DELETE TO cc_found.writes_matview DO INSTEAD SELECT 1;
GRANT INSERT, UPDATE, DELETE ON cc_found.writes_matview TO regress_cc_reader;

-- A view with nothing but a generated column takes INSERT by DEFAULT: its owner must hold that column
CREATE TABLE cc_found.with_generated (a int, g int GENERATED ALWAYS AS (a + 1) STORED);
CREATE VIEW cc_found.generated_alone AS SELECT g FROM cc_found.with_generated;
CREATE RULE up AS ON UPDATE TO cc_found.generated_alone DO INSTEAD SELECT 1;
CREATE RULE del AS ON DELETE TO cc_found.generated_alone DO INSTEAD SELECT 1;
GRANT INSERT (g) ON cc_found.with_generated TO regress_cc_lacking;
ALTER VIEW cc_found.generated_alone OWNER TO regress_cc_lacking;
GRANT INSERT, UPDATE, DELETE ON cc_found.generated_alone TO regress_cc_reader;

SELECT table_name, can_read, can_write, column_privileges, blocked_by
FROM conncheck_permissions('regress_cc_reader', 'cc_found');

-- As the server has it
SET ROLE regress_cc_reader;
SELECT * FROM cc_found.matview;
SELECT * FROM cc_found.whole_row;
UPDATE cc_found.no_update SET is_null = true;
EXPLAIN (COSTS off) INSERT INTO cc_found.insert_of_defaults DEFAULT VALUES;
UPDATE cc_found.writes_matview SET one = 1;
EXPLAIN (COSTS off) INSERT INTO cc_found.fixed_columns DEFAULT VALUES;
UPDATE cc_found.fixed_columns SET id = DEFAULT;
UPDATE cc_found.fixed_columns SET g = DEFAULT;
UPDATE cc_found.fixed_further_down SET id = DEFAULT;
EXPLAIN (COSTS off) UPDATE cc_found.not_all_fixed SET a = DEFAULT;
EXPLAIN (COSTS off) UPDATE cc_found.by_rule SET one = 1;
DELETE FROM cc_found.by_rule;
EXPLAIN (COSTS off) INSERT INTO cc_found.generated_alone (g) VALUES (DEFAULT);
RESET ROLE;
SELECT detail FROM conncheck_explain('cc_found.fixed_columns', 'UPDATE', 'regress_cc_reader') WHERE source = 'obstacle';

DROP SCHEMA cc_found CASCADE;
DROP ROLE regress_cc_reader, regress_cc_lacking;
DROP EXTENSION conncheck;
