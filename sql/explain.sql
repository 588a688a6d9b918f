-- Why a role holds a privilege, or what is missing; which statement mends it.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_ex_owner;
CREATE ROLE regress_ex_group;
CREATE ROLE regress_ex_member IN ROLE regress_ex_group;
CREATE ROLE regress_ex_deep IN ROLE regress_ex_member;
CREATE ROLE "regress_ex ""Odd""";
CREATE SCHEMA regress_ex;
CREATE TABLE regress_ex.t (a int, "B" int, c int GENERATED ALWAYS AS (a) STORED);
ALTER TABLE regress_ex.t OWNER TO regress_ex_owner;
GRANT USAGE ON SCHEMA regress_ex TO regress_ex_group, regress_ex_owner;
GRANT SELECT ON regress_ex.t TO regress_ex_group WITH GRANT OPTION;
GRANT SELECT ON regress_ex.t TO PUBLIC;
SET ROLE regress_ex_group;
GRANT SELECT ON regress_ex.t TO regress_ex_deep;
RESET ROLE;

CREATE FUNCTION pg_temp.explain(object text, privilege text, role name)
RETURNS TABLE (h boolean, u boolean, source text, path text, grantor name, g boolean, detail text)
LANGUAGE sql AS $$
  SELECT held, usable, source, array_to_string(role_path, ' > '), grantor, grantable,
         regexp_replace(detail, ' \((inherit|set|, )+\)', '', 'g')
  FROM conncheck_explain(object, privilege, role) WITH ORDINALITY ORDER BY ordinality
$$;
CREATE FUNCTION pg_temp.mend(object text, privilege text, role name)
RETURNS TABLE (source text, detail text, fix text)
LANGUAGE sql AS $$
  SELECT source, detail, fix FROM conncheck_explain(object, privilege, role) WITH ORDINALITY
  WHERE source IN ('missing', 'obstacle') ORDER BY ordinality
$$;

-- every way: owner, direct, PUBLIC, through groups
SELECT * FROM pg_temp.explain('regress_ex.t', 'select', 'regress_ex_deep');
SELECT * FROM pg_temp.explain('table regress_ex.t', 'SELECT', 'regress_ex_owner');
SELECT * FROM pg_temp.explain('regress_ex.t', 'SELECT', 'public');
SELECT * FROM pg_temp.mend('regress_ex.t', 'SELECT', 'public');

-- by column: what is held, and the rest of it
GRANT INSERT (a) ON regress_ex.t TO regress_ex_group;
SELECT * FROM pg_temp.explain('regress_ex.t', 'INSERT', 'regress_ex_member');
SELECT * FROM pg_temp.mend('regress_ex.t', 'INSERT', 'regress_ex_member');
GRANT INSERT ("B") ON regress_ex.t TO regress_ex_member;
SELECT * FROM pg_temp.explain('regress_ex.t', 'INSERT', 'regress_ex_member');
SELECT * FROM pg_temp.explain('column regress_ex.t."B"', 'INSERT', 'regress_ex_member');
SELECT * FROM pg_temp.explain('column regress_ex.t."B"', 'SELECT', 'regress_ex_member');

-- what is missing, for names that need quotes, on every type of object
CREATE SCHEMA "regress_ex ""S""";
CREATE TABLE "regress_ex ""S"""."T.x" (id serial);
CREATE FUNCTION "regress_ex ""S""".f(integer, "regress_ex ""S"""."T.x") RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE ALL ON FUNCTION "regress_ex ""S""".f FROM PUBLIC;
CREATE TYPE regress_ex."Mood" AS ENUM ('low');
REVOKE ALL ON TYPE regress_ex."Mood" FROM PUBLIC;
SELECT m.* FROM (VALUES
  ('"regress_ex ""S"""."T.x"', 'SELECT'), ('sequence "regress_ex ""S"""."T.x_id_seq"', 'USAGE'),
  ('routine "regress_ex ""S""".f(integer, "regress_ex ""S"""."T.x")', 'EXECUTE'),
  ('routine "regress_ex ""S""".f', 'EXECUTE'), ('type regress_ex."Mood"', 'USAGE'),
  ('schema "regress_ex ""S"""', 'CREATE'), ('tablespace pg_default', 'CREATE'),
  ('role regress_ex_owner', 'MEMBER')) asked (object, privilege),
  pg_temp.mend(object, privilege, 'regress_ex "Odd"') m;
SET quote_all_identifiers = on;
SELECT fix FROM pg_temp.mend('routine "regress_ex ""S""".f(integer,"regress_ex ""S"""."T.x")', 'EXECUTE', 'regress_ex "Odd"');
RESET quote_all_identifiers;
CREATE SCHEMA regress_ex_default;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_ex_owner IN SCHEMA regress_ex_default GRANT SELECT ON TABLES TO regress_ex_group;
SELECT * FROM pg_temp.explain('default privileges for role regress_ex_owner in schema regress_ex_default on tables', 'SELECT', 'regress_ex_member');
SELECT * FROM pg_temp.mend('default privileges for role regress_ex_owner in schema regress_ex_default on tables', 'INSERT', 'regress_ex_member');
SELECT lo_create(424242);
SELECT * FROM pg_temp.mend('large object 424242', 'SELECT', 'regress_ex_member');
SELECT lo_unlink(424242);
SELECT source, usable FROM conncheck_explain('type integer', 'USAGE', 'regress_ex_member');
SELECT source, usable FROM conncheck_explain('type timestamp with time zone', 'USAGE', 'regress_ex_member');
SELECT source, usable FROM conncheck_explain('language plpgsql', 'USAGE', 'regress_ex_member');

-- system catalogs: no grant helps, only a superuser
SELECT * FROM pg_temp.mend('pg_catalog.pg_class', 'UPDATE', 'regress_ex_member');
SELECT * FROM pg_temp.mend('pg_catalog.pg_class', 'TRUNCATE', current_user);

-- the search_path, and schemas that the caller may not use
CREATE TABLE regress_ex.u (a int);
SET search_path = "$user", nowhere, regress_ex, public;
SELECT source FROM conncheck_explain('u', 'SELECT');
SET ROLE regress_ex_deep;
SELECT source, fix FROM public.conncheck_explain('"regress_ex ""S"""."T.x"', 'SELECT');
RESET ROLE;
RESET search_path;

-- what is not there
\set VERBOSITY sqlstate
SELECT * FROM conncheck_explain('regress_ex.nothing', 'SELECT');
SELECT * FROM conncheck_explain('nothing.t', 'SELECT');
SELECT * FROM conncheck_explain('a.b.c.d', 'SELECT');
SELECT * FROM conncheck_explain('', 'SELECT');
SELECT * FROM conncheck_explain('t; DROP TABLE t', 'SELECT');
SELECT * FROM conncheck_explain('sequence regress_ex.t', 'SELECT');
SELECT * FROM conncheck_explain('column regress_ex.t.nothing', 'SELECT');
SELECT * FROM conncheck_explain('schema nothing', 'USAGE');
SELECT * FROM conncheck_explain('routine lower', 'EXECUTE');
SELECT * FROM conncheck_explain('routine pg_catalog.length', 'EXECUTE');
SELECT * FROM conncheck_explain('routine lower(nothing)', 'EXECUTE');
-- pg_catalog, which the server prints in front of some types, need not be written
SELECT held FROM conncheck_explain('routine lower(text)', 'EXECUTE', 'public');
SELECT held FROM conncheck_explain('routine pg_catalog.strpos( text, pg_catalog.text)', 'EXECUTE', 'public');
SELECT * FROM conncheck_explain('type nothing', 'USAGE');
SELECT * FROM conncheck_explain('large object x', 'SELECT');
SELECT * FROM conncheck_explain('regress_ex.t', 'SELECT', 'regress_nobody');
SELECT * FROM conncheck_explain(NULL, 'SELECT');
SELECT * FROM conncheck_explain('regress_ex.t', NULL);
\set VERBOSITY default
SELECT * FROM conncheck_explain('schema nothing', 'USAGE');
SELECT * FROM conncheck_explain('schema regress_ex', 'SELECT');
SELECT * FROM conncheck_explain('schema regress_ex', 'nonsense');
SELECT * FROM conncheck_explain('role regress_ex_group', 'SELECT');

DROP SCHEMA regress_ex, "regress_ex ""S""", regress_ex_default CASCADE;
DROP OWNED BY regress_ex_owner, regress_ex_group, regress_ex_member, regress_ex_deep;
DROP ROLE regress_ex_owner, regress_ex_group, regress_ex_member, regress_ex_deep, "regress_ex ""Odd""";
DROP EXTENSION conncheck;
