-- conncheck_objects(): each type of object, and each way of holding something on it.
CREATE EXTENSION conncheck;
CREATE ROLE regress_owner;
CREATE ROLE regress_user;
CREATE ROLE regress_group;
CREATE ROLE regress_member IN ROLE regress_group;
CREATE ROLE regress_noinherit NOINHERIT IN ROLE regress_group;
CREATE ROLE regress_grantor;
CREATE ROLE regress_super SUPERUSER;
CREATE ROLE "regress ""odd"".x";

-- MAINTAIN, which not every version has, left out
CREATE SCHEMA shown;
CREATE FUNCTION shown.objects(audited name, types text[] DEFAULT NULL, system boolean DEFAULT false)
RETURNS TABLE (type text, schema name, object text, identity text, owner name, privileges text,
               grantable text, usable boolean)
LANGUAGE sql AS $$
  SELECT object_type, schema_name, object_name, identity, owner,
         array_to_string(array_remove(privileges, 'MAINTAIN'), ' '),
         array_to_string(array_remove(grantable, 'MAINTAIN'), ' '), usable
  FROM conncheck_objects(audited, types, system) WITH ORDINALITY o
  WHERE owner LIKE 'regress%' OR owner IS NULL
  ORDER BY ordinality
$$;

CREATE SCHEMA oc_open AUTHORIZATION regress_owner;
CREATE SCHEMA oc_closed AUTHORIZATION regress_owner;
CREATE SCHEMA "oc ""odd"".x" AUTHORIZATION regress_owner;
SET ROLE regress_owner;
GRANT USAGE ON SCHEMA oc_open TO PUBLIC;
GRANT USAGE ON SCHEMA "oc ""odd"".x" TO regress_grantor WITH GRANT OPTION;
GRANT CREATE ON SCHEMA "oc ""odd"".x" TO regress_group;

-- tables and columns
CREATE TABLE oc_open.t (id int, "odd ""column"".x" int, gone int);
GRANT SELECT ON oc_open.t TO regress_user;
GRANT UPDATE ON oc_open.t TO regress_grantor WITH GRANT OPTION;
GRANT SELECT ("odd ""column"".x"), INSERT (id) ON oc_open.t TO regress_group;
GRANT SELECT (gone) ON oc_open.t TO PUBLIC;
ALTER TABLE oc_open.t DROP COLUMN gone;
CREATE TABLE oc_closed.t (id int);
GRANT SELECT, TRUNCATE ON oc_closed.t TO regress_user;
CREATE TABLE "oc ""odd"".x"."T ""1"".x" (id int);
GRANT DELETE ON "oc ""odd"".x"."T ""1"".x" TO regress_group;
CREATE VIEW oc_open.counting AS SELECT count(*) FROM oc_open.t;
GRANT INSERT ON oc_open.counting TO regress_user;
GRANT SELECT ON oc_open.counting TO regress_group;

-- sequences
CREATE SEQUENCE oc_open.s;
GRANT USAGE ON SEQUENCE oc_open.s TO regress_user;
GRANT SELECT, UPDATE ON SEQUENCE oc_open.s TO regress_grantor WITH GRANT OPTION;
GRANT SELECT (last_value) ON oc_open.s TO regress_group;

-- routines, overloaded too
CREATE FUNCTION oc_open.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION oc_open.f(int, VARIADIC text[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION oc_closed."f(,"("char", OUT a int) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE oc_open.p(oc_open.t) LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION oc_open.f() FROM PUBLIC, regress_owner;
REVOKE EXECUTE ON PROCEDURE oc_open.p FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE oc_open.p TO regress_group;

-- types: row types and arrays go with their table and element
CREATE TYPE oc_open.e AS ENUM ('a');
CREATE TYPE oc_open.c AS (a int, b oc_open.e[]);
CREATE DOMAIN oc_closed."D" AS int;
REVOKE USAGE ON TYPE oc_open.e, oc_open.c FROM PUBLIC;
GRANT USAGE ON TYPE oc_open.c TO regress_grantor WITH GRANT OPTION;

-- large objects: none is opened for writing alone
SELECT lo_create(70001), lo_create(70002);
GRANT SELECT ON LARGE OBJECT 70001 TO regress_user;
GRANT UPDATE ON LARGE OBJECT 70002 TO regress_user;

-- default privileges: for a schema they add, for the database they replace; an empty entry does nothing
ALTER DEFAULT PRIVILEGES IN SCHEMA oc_open GRANT SELECT ON TABLES TO regress_user;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA oc_open GRANT EXECUTE ON FUNCTIONS TO regress_group;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO regress_grantor WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA oc_closed GRANT USAGE ON TYPES TO regress_user;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM regress_owner;
RESET ROLE;

-- languages: who is no superuser may use trusted ones only
CREATE TRUSTED LANGUAGE regress_trusted HANDLER plpgsql_call_handler;
CREATE LANGUAGE regress_untrusted HANDLER plpgsql_call_handler;
ALTER LANGUAGE regress_trusted OWNER TO regress_owner;
ALTER LANGUAGE regress_untrusted OWNER TO regress_super;
-- foreign-data wrappers and servers
CREATE FOREIGN DATA WRAPPER regress_wrapper;
ALTER FOREIGN DATA WRAPPER regress_wrapper OWNER TO regress_super;
GRANT USAGE ON FOREIGN DATA WRAPPER regress_wrapper TO regress_grantor WITH GRANT OPTION;
CREATE SERVER "regress ""odd"".x" FOREIGN DATA WRAPPER regress_wrapper;
ALTER SERVER "regress ""odd"".x" OWNER TO regress_super;
GRANT USAGE ON FOREIGN SERVER "regress ""odd"".x" TO regress_group;
-- membership
GRANT "regress ""odd"".x" TO regress_user WITH ADMIN OPTION;

SELECT * FROM shown.objects('regress_user');
SELECT * FROM shown.objects('regress_group');
SELECT * FROM shown.objects('regress_member') EXCEPT SELECT * FROM shown.objects('regress_group');
SELECT * FROM shown.objects('regress_noinherit') EXCEPT SELECT * FROM shown.objects('public');
SELECT * FROM shown.objects('regress_grantor') WHERE grantable <> '';
SELECT * FROM shown.objects('regress_owner');
SELECT * FROM shown.objects('public');
SELECT type, count(*) FILTER (WHERE usable) AS usable, count(*) FILTER (WHERE NOT usable) AS not_usable
FROM shown.objects('regress_super') WHERE type NOT IN ('role', 'tablespace') GROUP BY type ORDER BY type COLLATE "C";
SELECT type, identity, privileges, grantable, usable FROM shown.objects('regress_super', '{role}')
WHERE identity LIKE '%regress%' AND identity <> 'regress_super';

-- what the server does for pg_database_owner, it does here
SELECT current_database() AS db, quote_ident(current_database()) AS quoted_db \gset
ALTER DATABASE :quoted_db OWNER TO regress_owner;
SELECT object_name = :'db' AS this_one, owner, privileges, grantable, usable
FROM conncheck_objects('regress_owner', '{database}') WHERE owner = 'regress_owner';
ALTER DATABASE :quoted_db OWNER TO regress_super;
REVOKE TEMPORARY ON DATABASE :quoted_db FROM PUBLIC;
GRANT CREATE ON DATABASE :quoted_db TO regress_group WITH GRANT OPTION;
SELECT object_name = :'db' AS this_one, privileges, grantable
FROM conncheck_objects('regress_member', '{database}') WHERE owner = 'regress_super';
ALTER DATABASE :quoted_db OWNER TO CURRENT_USER;

-- the system's only on demand, and never its databases, roles or the schema public
SELECT object_type, count(*) > 0 AS any FROM conncheck_objects('regress_super', NULL, true)
WHERE identity NOT LIKE '%oc\_%' AND identity NOT LIKE '%regress%' AND schema_name IS DISTINCT FROM 'public'
GROUP BY object_type ORDER BY object_type COLLATE "C";
SELECT count(*) FROM conncheck_objects('regress_super')
WHERE schema_name IN ('pg_catalog', 'information_schema') OR schema_name LIKE 'pg\_toast%';
SELECT object_type, object_name FROM conncheck_objects('regress_super')
WHERE object_name IN ('plpgsql', 'pg_catalog', 'information_schema', 'pg_default', 'template1', 'pg_monitor', 'public');
-- a row for each type that is asked for, whatever the order and number of words
SELECT DISTINCT object_type FROM conncheck_objects('regress_super', '{type,table,type}') ORDER BY 1;

-- names as the server prints them
SELECT count(*) > 2500 AS many, count(*) FILTER (WHERE o.identity IS DISTINCT FROM s.identity) AS differ
FROM (SELECT (pg_identify_object('pg_proc'::regclass, oid, 0)).identity FROM pg_proc) s
FULL JOIN (SELECT identity FROM conncheck_objects('regress_super', '{routine}', true)) o USING (identity);

-- in C order, NULL last
SELECT count(*) > 2500 AS many, bool_and(position = rank) AS sorted
FROM (SELECT ordinality AS position, row_number() OVER (
        ORDER BY object_type COLLATE "C", schema_name::text COLLATE "C", object_name COLLATE "C",
                 identity COLLATE "C") AS rank
      FROM conncheck_objects('regress_super', NULL, true) WITH ORDINALITY) o;

-- errors
SELECT conncheck_objects('regress_user', '{table,"Table"}');
SELECT conncheck_objects('regress_user', '{NULL}');
SELECT conncheck_objects('regress_nobody');
SELECT count(*) FROM conncheck_objects('regress_user', '{}');
SELECT count(*) > 0 AS current_user_by_default FROM conncheck_objects();

-- in a read-only transaction; under another setting for quoting
BEGIN READ ONLY;
SET LOCAL quote_all_identifiers = on;
SELECT identity FROM conncheck_objects('regress_user', '{column,sequence}');
COMMIT;

SET client_min_messages = warning;
GRANT TEMPORARY ON DATABASE :quoted_db TO PUBLIC;
SELECT lo_unlink(70001), lo_unlink(70002);
DROP OWNED BY regress_user, regress_group, regress_grantor CASCADE;
DROP OWNED BY regress_owner CASCADE;
DROP OWNED BY regress_super CASCADE;
DROP SCHEMA shown CASCADE;
DROP EXTENSION conncheck;
DROP ROLE regress_owner, regress_user, regress_group, regress_member, regress_noinherit, regress_grantor,
  regress_super, "regress ""odd"".x";
