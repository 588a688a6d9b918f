-- Schema USAGE and CREATE; which schemas are listed, and what is counted in them.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_user;
CREATE SCHEMA cc_open AUTHORIZATION regress_owner;
CREATE SCHEMA cc_closed AUTHORIZATION regress_owner;
CREATE SCHEMA cc_empty AUTHORIZATION regress_owner;
CREATE SCHEMA cc_create_only AUTHORIZATION regress_owner;
CREATE SCHEMA cc_hidden AUTHORIZATION regress_owner;
CREATE SCHEMA cc_revoked AUTHORIZATION regress_owner;
CREATE SCHEMA pgabc_cc AUTHORIZATION regress_owner;
SET ROLE regress_owner;
GRANT USAGE ON SCHEMA cc_open, cc_empty, pgabc_cc TO regress_user;
GRANT CREATE ON SCHEMA cc_create_only TO regress_user;
REVOKE ALL ON SCHEMA cc_revoked FROM regress_owner;
CREATE TABLE cc_open.r (id int);
CREATE TABLE cc_open.rw (id int);
CREATE TABLE cc_open.t (id int);
CREATE TABLE cc_open.ungranted (id int);
GRANT SELECT ON cc_open.r, cc_open.rw TO regress_user;
GRANT INSERT, UPDATE, DELETE ON cc_open.rw TO regress_user;
GRANT TRUNCATE ON cc_open.t TO regress_user;
CREATE TABLE cc_closed.all_granted (id int);
GRANT ALL ON cc_closed.all_granted TO regress_user;
CREATE TABLE cc_closed.by_column (id int);
GRANT SELECT (id) ON cc_closed.by_column TO regress_user;
CREATE TABLE cc_closed.nothing (id int);
CREATE TABLE cc_hidden.t (id int);
CREATE TABLE pgabc_cc.t (id int);
GRANT SELECT ON pgabc_cc.t TO regress_user;
RESET ROLE;

SELECT schema_name, owner, can_use, can_create, tables, readable, writable, truncatable
FROM conncheck_schemas('regress_user') WHERE schema_name LIKE '%cc%';
SELECT schema_name, can_use, can_create, tables, readable, writable, truncatable
FROM conncheck_schemas('regress_owner') WHERE schema_name LIKE '%cc%';
SELECT role_name, schema_name FROM conncheck_schemas('public') WHERE schema_name LIKE '%cc%';
SELECT * FROM tried.rows('regress_user', '*cc*');
SELECT * FROM tried.compare('{regress_user,regress_owner}', '*cc*');

-- schemas as the server sees them
SELECT role, nspname
FROM unnest('{regress_user,regress_owner,pg_monitor}'::name[]) role, pg_namespace n
LEFT JOIN LATERAL (SELECT * FROM conncheck_schemas(role, true)) s ON s.schema_name = n.nspname
WHERE NOT starts_with(nspname, 'pg_toast_temp') AND NOT starts_with(nspname, 'pg_temp')
  AND (coalesce(s.can_use, false) <> has_schema_privilege(role, n.oid, 'USAGE')
       OR coalesce(s.can_create, false) <> has_schema_privilege(role, n.oid, 'CREATE'));

-- system schemas only on demand
SELECT schema_name FROM conncheck_schemas('regress_user', true)
WHERE schema_name IN ('pg_catalog', 'information_schema');
SELECT schema_name FROM conncheck_schemas('regress_user', NULL)
WHERE schema_name IN ('pg_catalog', 'information_schema');

-- one's own temporary tables are listed, under the schema's real name
CREATE TEMP TABLE mine (id int);
SELECT schema_name = (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()) AS own,
       table_name, can_read, can_write, can_truncate
FROM conncheck_permissions(table_pattern => 'mine');
SELECT can_use, can_create, tables FROM conncheck_schemas()
WHERE schema_name = (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema());
SELECT s.can_use = has_schema_privilege('regress_user', n.oid, 'USAGE') AS use_agrees,
       s.can_create = has_schema_privilege('regress_user', n.oid, 'CREATE') AS create_agrees
FROM conncheck_schemas('regress_user') s JOIN pg_namespace n ON n.nspname = s.schema_name
WHERE n.oid = pg_my_temp_schema();
DROP TABLE mine;

DROP SCHEMA cc_open, cc_closed, cc_empty, cc_create_only, cc_hidden, cc_revoked, pgabc_cc CASCADE;
DROP ROLE regress_owner, regress_user;
\set ECHO none
\i sql/include/try_done.psql
