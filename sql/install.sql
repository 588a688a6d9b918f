-- CREATE EXTENSION by a database's owner who is no superuser, in any schema; relocatable.
CREATE ROLE regress_db_owner;
SELECT quote_ident(current_database()) AS db \gset
GRANT CREATE ON DATABASE :db TO regress_db_owner;
SET ROLE regress_db_owner;
CREATE SCHEMA "cc Tools";
CREATE EXTENSION conncheck SCHEMA "cc Tools";
SELECT extname, nspname, extrelocatable
FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'conncheck';
SELECT count(*) FROM "cc Tools".conncheck_session();
RESET ROLE;

-- everyone may call it
CREATE ROLE regress_anyone;
GRANT USAGE ON SCHEMA "cc Tools" TO regress_anyone;
SET ROLE regress_anyone;
SELECT role_name FROM "cc Tools".conncheck_session();
SELECT count(*) FROM "cc Tools".conncheck_permissions('regress_db_owner');
RESET ROLE;

CREATE SCHEMA cc_elsewhere;
ALTER EXTENSION conncheck SET SCHEMA cc_elsewhere;
SELECT count(*) FROM cc_elsewhere.conncheck_session();
SET ROLE regress_db_owner;
DROP EXTENSION conncheck;
DROP SCHEMA "cc Tools";
RESET ROLE;
DROP SCHEMA cc_elsewhere;
REVOKE CREATE ON DATABASE :db FROM regress_db_owner;
DROP ROLE regress_db_owner, regress_anyone;
