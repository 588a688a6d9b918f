-- The statements that mend are taken by the server as they stand, and give that and nothing else.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_st_user;
CREATE SCHEMA regress_st;
GRANT USAGE ON SCHEMA regress_st TO regress_st_user;
CREATE FUNCTION pg_temp.run_fix(object text, privilege text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  fix text;
BEGIN
  SELECT e.fix INTO STRICT fix FROM conncheck_explain(object, privilege, 'regress_st_user') e WHERE source = 'missing';
  EXECUTE fix;
  RETURN fix;
END $$;

-- types that SQL has words of its own for
CREATE TABLE regress_st.kinds (type regtype, object text);
INSERT INTO regress_st.kinds VALUES ('bigint'), ('double precision'), ('timestamp with time zone'),
  ('character varying'), ('bit varying'), ('"char"'), ('character');
UPDATE regress_st.kinds SET object = 'type ' || type;
BEGIN;
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT typname FROM regress_st.kinds JOIN pg_type t ON t.oid = type LOOP
    EXECUTE format('REVOKE ALL ON TYPE pg_catalog.%I FROM PUBLIC', name);
  END LOOP;
END $$;
SELECT object, pg_temp.run_fix(object, 'USAGE') FROM regress_st.kinds;
SELECT object, held FROM regress_st.kinds, conncheck_explain(object, 'USAGE', 'regress_st_user') WHERE source <> 'superuser';
SELECT typname FROM pg_type WHERE typacl::text ~ 'regress_st_user' ORDER BY typname COLLATE "C";
ROLLBACK;

-- a function and procedures that the server takes for each other; 13 has no OUT in procedures
CREATE FUNCTION regress_st.f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE regress_st.a(int) (sfunc = int4pl, stype = int);
CREATE PROCEDURE regress_st.p(int, int) LANGUAGE sql AS '';
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 140000 THEN
    CREATE PROCEDURE regress_st.f(int, OUT int) LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE regress_st.p(int, OUT int) LANGUAGE sql AS 'SELECT 1';
  END IF;
END $$;
REVOKE ALL ON ALL ROUTINES IN SCHEMA regress_st FROM PUBLIC;
SELECT pg_temp.run_fix('routine ' || object, 'EXECUTE')
FROM unnest('{"regress_st.f(integer,integer)","regress_st.a(integer)","regress_st.p(integer,integer)"}'::text[]) object;
SELECT oid::regprocedure FROM pg_proc
WHERE pronamespace = 'regress_st'::regnamespace AND has_function_privilege('regress_st_user', oid, 'EXECUTE')
ORDER BY proname;

DROP SCHEMA regress_st CASCADE;
DROP ROLE regress_st_user;
DROP EXTENSION conncheck;
