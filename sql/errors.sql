-- Errors keep their SQLSTATE and leave the session usable.
CREATE EXTENSION conncheck;
\set VERBOSITY sqlstate
SELECT * FROM conncheck_permissions('regress_nobody');
SELECT * FROM conncheck_schemas('regress_nobody');
SELECT * FROM conncheck_permissions('PUBLIC');
\set VERBOSITY default
SELECT * FROM conncheck_permissions('regress_nobody');

-- many errors in one transaction, each in a subtransaction of its own
DO $$
DECLARE
  caught int := 0;
BEGIN
  FOR i IN 1..2000 LOOP
    BEGIN
      PERFORM * FROM conncheck_permissions('regress_nobody');
    EXCEPTION WHEN undefined_object THEN
      caught := caught + 1;
    END;
  END LOOP;
  RAISE NOTICE '% errors', caught;
END $$;
SELECT count(*) > 0 AS still_works FROM conncheck_permissions(include_system => true);

-- an interrupt ends the call, and only the call
\set VERBOSITY sqlstate
BEGIN;
SAVEPOINT before;
SET LOCAL statement_timeout = '1ms';
DO $$
BEGIN
  LOOP
    PERFORM count(*) FROM conncheck_permissions(include_system => true);
  END LOOP;
END $$;
\set VERBOSITY default
ROLLBACK TO before;
SELECT count(*) > 0 AS still_works FROM conncheck_permissions(include_system => true);
COMMIT;

-- in a read-only transaction, and left early by LIMIT or by a cursor
BEGIN READ ONLY;
SELECT count(*) FROM (SELECT * FROM conncheck_permissions(include_system => true) LIMIT 3) t;
DECLARE c CURSOR FOR SELECT table_name FROM conncheck_permissions(include_system => true);
MOVE 2 IN c;
CLOSE c;
SELECT count(*) > 0 AS has_schemas FROM conncheck_schemas(include_system => true);
SELECT count(*) FROM conncheck_session();
COMMIT;
-- as a set in the select list, too
SELECT count(*) > 0 AS rows FROM (SELECT conncheck_permissions(include_system => true)) t;
SELECT proname, provolatile, proparallel, prosecdef, proleakproof
FROM pg_proc WHERE proname LIKE 'conncheck%' ORDER BY proname;
SELECT count(*) AS without_comment FROM pg_proc
WHERE proname LIKE 'conncheck%' AND obj_description(oid, 'pg_proc') IS NULL;
DROP EXTENSION conncheck;
