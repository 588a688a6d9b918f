-- SET and ALTER SYSTEM on parameters (15 and later): some need no grant, and some no grant helps.
SELECT current_setting('server_version_num')::int < 150000 AS too_old \gset
\if :too_old
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_user;
CREATE ROLE regress_granted;
GRANT SET, ALTER SYSTEM ON PARAMETER work_mem, log_duration, log_checkpoints, max_connections, log_disconnections,
  ignore_system_indexes, block_size, config_file, not_loaded.parameter TO regress_granted;
CREATE FUNCTION pg_temp.set_by(role name, parameter text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  EXECUTE format('SET LOCAL %s = %L', parameter, current_setting(parameter, true));
  RESET ROLE;
  RETURN 'passes';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;
SELECT parameter, pg_temp.set_by(role, parameter), e.held, e.usable, e.source, e.detail, e.fix
FROM unnest('{regress_user,regress_granted}'::name[]) role,
     unnest('{work_mem,LOG_DURATION,log_checkpoints,max_connections,log_disconnections,ignore_system_indexes,block_size}'::text[])
       WITH ORDINALITY p (parameter, n),
     conncheck_explain('parameter ' || parameter, 'SET', role) WITH ORDINALITY e
ORDER BY role DESC, p.n, e.ordinality;
SELECT parameter, e.held, e.usable, e.source, e.detail, e.fix
FROM unnest('{regress_user,regress_granted}'::name[]) role,
     unnest('{work_mem,log_checkpoints,max_connections,block_size,config_file,not_loaded.parameter}'::text[])
       WITH ORDINALITY p (parameter, n),
     conncheck_explain('parameter ' || parameter, 'ALTER SYSTEM', role) WITH ORDINALITY e
ORDER BY role DESC, p.n, e.ordinality;
SELECT identity, privileges, usable FROM conncheck_objects('regress_granted', '{parameter}');
REVOKE ALTER SYSTEM ON PARAMETER work_mem, log_duration, log_checkpoints, max_connections, log_disconnections,
  ignore_system_indexes, block_size, config_file, not_loaded.parameter FROM regress_granted;
SELECT identity, privileges, usable FROM conncheck_objects('regress_granted', '{parameter}');
DROP OWNED BY regress_granted;
DROP ROLE regress_user, regress_granted;
DROP EXTENSION conncheck;
