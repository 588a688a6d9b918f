-- Views and rules stacked without end: the listing goes on, and each is judged once.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_deep_user;
CREATE SCHEMA regress_deep;
GRANT USAGE ON SCHEMA regress_deep TO regress_deep_user;

-- rules that double from table to table, and views locked that double
DO $$
BEGIN
  CREATE VIEW regress_deep.l0 AS SELECT 1 AS a;
  FOR i IN 1..40 LOOP
    EXECUTE format('CREATE TABLE regress_deep.t%s (a int)', i);
    EXECUTE format('CREATE VIEW regress_deep.l%s AS SELECT x.a FROM regress_deep.l%s x, regress_deep.l%s y', i, i - 1, i - 1);
  END LOOP;
  FOR i IN 1..39 LOOP
    EXECUTE format('CREATE RULE r AS ON INSERT TO regress_deep.t%s DO ALSO'
      ' (INSERT INTO regress_deep.t%s VALUES (1); INSERT INTO regress_deep.t%s VALUES (2))', i, i + 1, i + 1);
  END LOOP;
END $$;
CREATE VIEW regress_deep.locking AS SELECT a FROM regress_deep.l40 FOR UPDATE;
GRANT SELECT, INSERT ON regress_deep.t1, regress_deep.locking TO regress_deep_user;
SET statement_timeout = '20s';
SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_deep_user', 'regress_deep');
RESET statement_timeout;

-- more views than the stack holds: the server refuses to read them, and all the others are still told
SET max_stack_depth = '100kB';
DO $$
DECLARE
  beneath text := 'regress_deep.l0';
BEGIN
  FOR i IN 1..2000 LOOP
    EXECUTE format('CREATE VIEW regress_deep.v%s AS SELECT a FROM %s', i, beneath);
    beneath := 'regress_deep.v' || i;
  END LOOP;
END $$;
GRANT SELECT ON regress_deep.v3, regress_deep.v2000 TO regress_deep_user;
\set VERBOSITY sqlstate
SELECT count(*) FROM regress_deep.v2000;
\set VERBOSITY default
SELECT table_name, can_read, blocked_by FROM conncheck_permissions('regress_deep_user', 'regress_deep', 'v*');

RESET max_stack_depth;
SET client_min_messages = error;
DROP SCHEMA regress_deep CASCADE;
DROP ROLE regress_deep_user;
DROP EXTENSION conncheck;
