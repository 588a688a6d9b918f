-- Grants on whole relations: NULL and empty ACLs, owner, direct, PUBLIC, grant options, superuser.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_reader;
CREATE ROLE regress_writer;
CREATE ROLE regress_stranger;
CREATE ROLE regress_super SUPERUSER;
CREATE SCHEMA cc AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;

SET ROLE regress_owner;
CREATE TABLE cc.null_acl (id int, name text);
CREATE TABLE cc.direct (id int, name text);
GRANT SELECT ON cc.direct TO regress_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON cc.direct TO regress_writer;
CREATE TABLE cc.only_public (id int);
GRANT SELECT ON cc.only_public TO PUBLIC;
CREATE TABLE cc.owner_revoked (id int);
REVOKE ALL ON cc.owner_revoked FROM regress_owner;
CREATE TABLE cc.owner_may_only_insert (id int);
REVOKE ALL ON cc.owner_may_only_insert FROM regress_owner;
GRANT INSERT ON cc.owner_may_only_insert TO regress_owner;
CREATE TABLE cc.grant_option (id int);
GRANT SELECT, TRUNCATE ON cc.grant_option TO regress_reader WITH GRANT OPTION;
-- TRUNCATE and DELETE are two privileges
CREATE TABLE cc.delete_only (id int);
GRANT DELETE ON cc.delete_only TO regress_writer;
CREATE TABLE cc.truncate_only (id int);
GRANT TRUNCATE ON cc.truncate_only TO regress_writer;
CREATE TABLE cc."Mixed ""Case"".dot" (id int);
GRANT ALL ON cc."Mixed ""Case"".dot" TO regress_writer;
RESET ROLE;

SELECT * FROM tried.rows('regress_owner', 'cc');
SELECT * FROM tried.rows('regress_reader', 'cc');
SELECT * FROM tried.rows('regress_writer', 'cc');
SELECT * FROM tried.rows('regress_stranger', 'cc');
SELECT * FROM tried.rows('regress_super', 'cc');
SELECT * FROM tried.compare(
  '{regress_owner,regress_reader,regress_writer,regress_stranger,regress_super}', 'cc');

-- PUBLIC itself holds what a role without any grant has
SELECT role_name, table_name, can_read, can_write, can_truncate, privileges
FROM conncheck_permissions('public', 'cc');

-- grantable lists what is held, too; an owner may always grant, even what it has revoked from itself
SELECT table_name, array_remove(grantable, 'MAINTAIN') AS grantable, owner
FROM conncheck_permissions('regress_owner', 'cc', include_invisible => true);
SELECT table_name, grantable FROM conncheck_permissions('regress_reader', 'cc');

-- a role may be called "PUBLIC"; it is not PUBLIC
CREATE ROLE "regress_PUBLIC";
SELECT DISTINCT role_name FROM conncheck_permissions('regress_PUBLIC', 'cc');

-- the default role is current_user, NULL means the same
SET ROLE regress_reader;
SELECT role_name, table_name FROM conncheck_permissions(schema_pattern => 'cc');
SELECT role_name, table_name FROM conncheck_permissions(NULL, 'cc', NULL, NULL, NULL);
RESET ROLE;

-- system catalogs: nobody but a superuser writes to them, nobody truncates them
GRANT INSERT, UPDATE, DELETE, TRUNCATE ON pg_catalog.pg_description TO regress_writer;
SELECT * FROM tried.rows('regress_writer', 'pg_catalog', 'pg_description');
SELECT count(*) FROM conncheck_permissions('regress_writer', 'pg_catalog');
SELECT * FROM conncheck_permissions('regress_super', 'pg_catalog', include_system => true)
WHERE can_truncate;
SELECT * FROM tried.compare('{regress_writer,regress_super}', 'pg_catalog', 'pg_description');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON pg_catalog.pg_description FROM regress_writer;

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner, regress_reader, regress_writer, regress_stranger, regress_super,
  "regress_PUBLIC";
\set ECHO none
\i sql/include/try_done.psql
