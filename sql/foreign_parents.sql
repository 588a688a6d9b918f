-- Partitions and children that are foreign: their parents are read through them.
\set ECHO none
\i sql/include/try.psql
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION file_fdw;
\set ECHO all

CREATE ROLE regress_mapped;
CREATE ROLE regress_unmapped;
CREATE ROLE regress_view_owner;
CREATE SCHEMA cc;
GRANT USAGE, CREATE ON SCHEMA cc TO PUBLIC;
CREATE SERVER cc_remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent', dbname 'x');
CREATE SERVER cc_file FOREIGN DATA WRAPPER file_fdw;
CREATE USER MAPPING FOR regress_mapped SERVER cc_remote OPTIONS (user 'x', password 'x');

CREATE TABLE cc.partitioned (a int) PARTITION BY RANGE (a);
CREATE TABLE cc.near PARTITION OF cc.partitioned FOR VALUES FROM (0) TO (10);
CREATE TABLE cc.inner PARTITION OF cc.partitioned FOR VALUES FROM (10) TO (30) PARTITION BY RANGE (a);
CREATE FOREIGN TABLE cc.far PARTITION OF cc.inner FOR VALUES FROM (10) TO (20) SERVER cc_remote;
CREATE TABLE cc.parent (a int);
CREATE FOREIGN TABLE cc.child () INHERITS (cc.parent) SERVER cc_remote;
CREATE TABLE cc.file_parent (a int);
CREATE FOREIGN TABLE cc.file_child () INHERITS (cc.file_parent) SERVER cc_file OPTIONS (filename '/nonexistent');
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON cc.partitioned, cc.near, cc.inner, cc.parent, cc.file_parent TO regress_mapped, regress_unmapped, regress_view_owner;
SET ROLE regress_view_owner;
CREATE VIEW cc.over_partitioned AS SELECT * FROM cc.partitioned;
CREATE VIEW cc.over_parent AS SELECT * FROM cc.parent;
GRANT SELECT, INSERT, UPDATE, DELETE ON cc.over_partitioned, cc.over_parent TO regress_mapped;
RESET ROLE;

SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_mapped', 'cc');
-- the server's own word on TRUNCATE; a foreign table that takes it cannot be reached
SELECT table_name, can_truncate, tried.outcome('regress_mapped', format('TRUNCATE cc.%I', table_name)) IN ('passes', '08001') AS truncated
FROM conncheck_permissions('regress_mapped', 'cc')
WHERE can_truncate <> (tried.outcome('regress_mapped', format('TRUNCATE cc.%I', table_name)) IN ('passes', '08001'));
SELECT table_name, can_read, can_write, can_truncate, blocked_by FROM conncheck_permissions('regress_unmapped', 'cc');
-- a mapping that is missing is 42704; what is mapped fails to connect, later
SELECT role, t, statement, tried.outcome(role, format(statement, t))
FROM unnest('{regress_mapped,regress_unmapped}'::name[]) role, unnest('{near,parent,partitioned,over_parent}'::name[]) t,
     unnest('{SELECT * FROM cc.%I,DELETE FROM cc.%I,INSERT INTO cc.%I VALUES (1)}'::text[]) statement
WHERE (role, t) <> ('regress_unmapped', 'over_parent')
ORDER BY role, t, statement COLLATE "C";
SELECT identity, privileges, usable FROM conncheck_objects('regress_unmapped', '{table}') WHERE schema_name = 'cc';
SELECT privilege, usable, source, detail, fix
FROM unnest('{SELECT,INSERT}'::text[]) privilege, conncheck_explain('cc.partitioned', privilege, 'regress_unmapped');
SELECT usable, source, detail FROM conncheck_explain('cc.file_parent', 'TRUNCATE', 'regress_mapped');
SELECT tried.outcome('regress_mapped', 'TRUNCATE cc.file_parent') <> 'passes' AS refused;
SELECT privilege, usable, source, detail, fix
FROM unnest('{SELECT,INSERT}'::text[]) privilege, conncheck_explain('cc.over_parent', privilege, 'regress_mapped');
-- what is held for less than that can be used
REVOKE SELECT, UPDATE, DELETE, TRUNCATE ON cc.parent FROM regress_unmapped;
SELECT identity, privileges, usable FROM conncheck_objects('regress_unmapped', '{table}') WHERE identity = 'cc.parent';
REVOKE INSERT, REFERENCES, TRIGGER ON cc.parent FROM regress_unmapped;
GRANT DELETE ON cc.parent TO regress_unmapped;
SELECT identity, privileges, usable FROM conncheck_objects('regress_unmapped', '{table}') WHERE identity = 'cc.parent';

DROP SCHEMA cc CASCADE;
DROP EXTENSION file_fdw CASCADE;
DROP EXTENSION postgres_fdw CASCADE;
DROP ROLE regress_mapped, regress_unmapped, regress_view_owner;
\set ECHO none
\i sql/include/try_done.psql
