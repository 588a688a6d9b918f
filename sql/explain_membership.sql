-- NOINHERIT: what is only reachable by SET ROLE. The options of memberships differ before 16.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_em_top;
CREATE ROLE regress_em_group IN ROLE regress_em_top;
CREATE ROLE regress_em_set NOINHERIT IN ROLE regress_em_group;
CREATE ROLE regress_em_below IN ROLE regress_em_set;
CREATE ROLE regress_em_super SUPERUSER;
CREATE ROLE regress_em_near_super NOINHERIT IN ROLE regress_em_super;
CREATE TABLE regress_em_t (a int);
GRANT SELECT ON regress_em_t TO regress_em_top;
CREATE FUNCTION pg_temp.explain(object text, privilege text, audited name)
RETURNS TABLE (h boolean, source text, path text, s boolean, detail text, fix text)
LANGUAGE sql AS $$
  SELECT held, source, array_to_string(role_path, ' > '), requires_set_role, detail, fix
  FROM conncheck_explain(object, privilege, audited) WITH ORDINALITY ORDER BY ordinality
$$;
SELECT * FROM pg_temp.explain('regress_em_t', 'SELECT', 'regress_em_group');
SELECT * FROM pg_temp.explain('regress_em_t', 'SELECT', 'regress_em_set');
SELECT * FROM pg_temp.explain('regress_em_t', 'SELECT', 'regress_em_below');
SELECT * FROM pg_temp.explain('regress_em_t', 'DELETE', 'regress_em_near_super');
SELECT * FROM pg_temp.explain('regress_em_t', 'DELETE', 'regress_em_super');
-- membership itself
SELECT * FROM pg_temp.explain('role regress_em_top', 'MEMBER', 'regress_em_set');
SELECT * FROM pg_temp.explain('role regress_em_top', 'USAGE', 'regress_em_set');
SELECT * FROM pg_temp.explain('role regress_em_top', 'SET', 'regress_em_set');
SELECT * FROM pg_temp.explain('role regress_em_set', 'USAGE', 'regress_em_top');
SELECT * FROM pg_temp.explain('role regress_em_top', 'MEMBER', 'public');
SELECT * FROM pg_temp.explain('role regress_em_top', 'USAGE', 'regress_em_super');
SELECT * FROM pg_temp.explain('role regress_em_top', 'USAGE', 'regress_em_top');
DROP TABLE regress_em_t;
DROP ROLE regress_em_top, regress_em_group, regress_em_set, regress_em_below, regress_em_super, regress_em_near_super;
DROP EXTENSION conncheck;
