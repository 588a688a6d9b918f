-- In a parallel worker: the same rows. conncheck_session() stays with the leader.
\set ECHO none
\i sql/include/try.psql
\set ECHO all
CREATE ROLE regress_reader;
CREATE SCHEMA cc;
GRANT USAGE ON SCHEMA cc TO regress_reader;
CREATE TABLE cc.t (id int);
CREATE TABLE cc.by_column (id int, name text);
CREATE VIEW cc.v AS SELECT id FROM cc.t;
GRANT SELECT ON cc.t, cc.v TO regress_reader;
GRANT UPDATE (name) ON cc.by_column TO regress_reader;

SELECT count(set_config(name, 'on', false)) FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
EXPLAIN (COSTS OFF) SELECT * FROM conncheck_permissions('regress_reader', 'cc');
EXPLAIN (COSTS OFF) SELECT * FROM conncheck_session();
SET ROLE regress_reader;
SELECT role_name, table_name, can_read, column_privileges FROM conncheck_permissions(NULL, 'cc');
SELECT schema_name, tables, readable FROM conncheck_schemas() WHERE schema_name = 'cc';
SELECT ssl IS NOT NULL AS has_client FROM conncheck_session();
RESET ROLE;
SELECT count(set_config(name, 'off', false)) FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_reader;
\set ECHO none
\i sql/include/try_done.psql
