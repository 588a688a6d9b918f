-- Every kind of relation, and what each takes.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_all;
CREATE SCHEMA cc;
GRANT USAGE ON SCHEMA cc TO regress_all;
CREATE TABLE cc.a_table (id int);
CREATE UNLOGGED TABLE cc.an_unlogged_table (id int);
CREATE TABLE cc.partitioned (id int) PARTITION BY RANGE (id);
CREATE TABLE cc.partition PARTITION OF cc.partitioned FOR VALUES FROM (0) TO (10);
CREATE TABLE cc.parent (id int);
CREATE TABLE cc.child (more int) INHERITS (cc.parent);
CREATE VIEW cc.updatable_view AS SELECT id FROM cc.a_table;
CREATE VIEW cc.readonly_view AS SELECT count(*) FROM cc.a_table;
CREATE MATERIALIZED VIEW cc.matview AS SELECT id FROM cc.a_table;
CREATE SEQUENCE cc.a_sequence;
CREATE INDEX an_index ON cc.a_table (id);
CREATE TYPE cc.a_type AS (id int);
GRANT ALL ON ALL TABLES IN SCHEMA cc TO regress_all;

SELECT table_name, kind, can_read, can_write, can_truncate, blocked_by
FROM conncheck_permissions('regress_all', 'cc');
SELECT * FROM tried.compare('{regress_all}', 'cc');

-- a partition is judged by its own grants, the parent by the parent's
REVOKE ALL ON cc.partition, cc.child FROM regress_all;
SELECT table_name, can_read, can_write, can_truncate
FROM conncheck_permissions('regress_all', 'cc', include_invisible => true)
WHERE table_name ~ '^(part|parent|child)';
SELECT * FROM tried.compare('{regress_all}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_all;
\set ECHO none
\i sql/include/try_done.psql
