-- conncheck_session(): who and where this session is.
CREATE EXTENSION conncheck;
CREATE ROLE regress_login CONNECTION LIMIT 7 VALID UNTIL '2099-12-31 00:00:00+00';
CREATE ROLE regress_inherited;
CREATE ROLE regress_reachable;
CREATE ROLE regress_other;
CREATE ROLE regress_noinherit NOINHERIT;
GRANT regress_inherited TO regress_login;
GRANT regress_noinherit TO regress_login;
GRANT regress_reachable TO regress_noinherit;

SELECT role_name = current_user AS role, session_user_name = session_user AS session_user,
       database_name = current_database() AS database,
       server_version = current_setting('server_version') AS version,
       server_version_num = current_setting('server_version_num')::int AS version_num,
       extension_version = (SELECT extversion FROM pg_extension WHERE extname = 'conncheck')
         AS extension_version,
       in_recovery = pg_is_in_recovery() AS in_recovery,
       backend_start BETWEEN pg_postmaster_start_time() AND now() AS backend_start
FROM conncheck_session();
SELECT s.ssl = a.ssl AS ssl, s.ssl_version IS NOT DISTINCT FROM a.version AS version,
       s.ssl_cipher IS NOT DISTINCT FROM a.cipher AS cipher
FROM conncheck_session() s, pg_stat_ssl a WHERE a.pid = pg_backend_pid();
SELECT extension_version FROM conncheck_session();

SET SESSION AUTHORIZATION regress_login;
SELECT role_name, session_user_name, is_superuser, bypass_rls, read_only,
       role_valid_until = '2099-12-31 00:00:00+00' AS valid_until, connection_limit, can_set_role
FROM conncheck_session();
SELECT can_create_schema = has_database_privilege(current_database(), 'CREATE') AS create_agrees,
       can_create_temp = has_database_privilege(current_database(), 'TEMP') AS temp_agrees
FROM conncheck_session();
-- after SET ROLE: judged by the session's user, who can go back
SET ROLE regress_inherited;
SELECT role_name, session_user_name, connection_limit, can_set_role FROM conncheck_session();
RESET ROLE;
SET default_transaction_read_only = on;
SELECT read_only FROM conncheck_session();
RESET default_transaction_read_only;
RESET SESSION AUTHORIZATION;

-- each role listed can be set, each of the others cannot or adds nothing
CREATE FUNCTION pg_temp.can_set(login name, role name) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET SESSION AUTHORIZATION %I', login);
  EXECUTE format('SET ROLE %I', role);
  RAISE EXCEPTION SQLSTATE 'ZZ000';
EXCEPTION
  WHEN SQLSTATE 'ZZ000' THEN RETURN true;
  WHEN insufficient_privilege THEN RETURN false;
END $$;
SELECT rolname, pg_temp.can_set('regress_login', rolname) AS can_set,
       pg_has_role('regress_login', oid, 'USAGE') AS has_its_rights
FROM pg_roles WHERE rolname LIKE 'regress%' ORDER BY rolname;

-- a superuser's session could become anyone: it names itself
CREATE ROLE regress_super SUPERUSER;
SET SESSION AUTHORIZATION regress_super;
SELECT is_superuser, bypass_rls, can_set_role FROM conncheck_session();
SET ROLE regress_other;
SELECT role_name, is_superuser, can_set_role FROM conncheck_session();
RESET ROLE;
RESET SESSION AUTHORIZATION;

DROP ROLE regress_login, regress_inherited, regress_reachable, regress_other, regress_noinherit,
  regress_super;
DROP EXTENSION conncheck;
