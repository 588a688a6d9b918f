-- Stored rules and views that double, or are stacked, without end: no call may hang or use up the stack.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_reader;
CREATE SCHEMA endless;
GRANT USAGE ON SCHEMA endless TO regress_reader;

-- Each rule writes to the next table twice: 2 to the power of 40 writes.
DO $$ BEGIN
  FOR i IN 0..40 LOOP
    EXECUTE format('CREATE TABLE endless.doubled_%s (a int)', i);
  END LOOP;
  FOR i IN 1..40 LOOP
    EXECUTE format('CREATE RULE doubling AS ON INSERT TO endless.doubled_%s DO ALSO
                    (INSERT INTO endless.doubled_%s VALUES (1); INSERT INTO endless.doubled_%s VALUES (2))',
                   i, i - 1, i - 1);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON endless.doubled_40 TO regress_reader;

-- Each view reads the one before twice, and all of them are locked.
CREATE VIEW endless.locked_0 AS SELECT a FROM endless.doubled_0;
DO $$ BEGIN
  FOR i IN 1..40 LOOP
    EXECUTE format('CREATE VIEW endless.locked_%s AS SELECT x.a FROM endless.locked_%s x, endless.locked_%s y',
                   i, i - 1, i - 1);
  END LOOP;
END $$;
CREATE VIEW endless.locking AS SELECT a FROM endless.locked_40 FOR UPDATE;
GRANT SELECT ON endless.locking TO regress_reader;

SET statement_timeout = '30s';
SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_reader', 'endless');
SELECT held, usable, source FROM conncheck_explain('endless.doubled_40', 'INSERT', 'regress_reader');
SELECT identity, usable FROM conncheck_objects('regress_reader', '{table}') WHERE schema_name = 'endless';

-- One of them may not be written at the bottom, or not be locked.
CREATE ROLE regress_owner;
ALTER TABLE endless.doubled_1 OWNER TO regress_owner;
SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_reader', 'endless', 'doubled*');
SELECT held, usable, source, detail, fix FROM conncheck_explain('endless.doubled_40', 'INSERT', 'regress_reader');
ALTER VIEW endless.locked_1 OWNER TO regress_owner;
GRANT SELECT ON endless.doubled_0 TO regress_owner;
SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_reader', 'endless', 'locking');
DROP SCHEMA endless CASCADE;

-- Views stacked deeper than the stack: the server does not get to the bottom either.
CREATE SCHEMA endless;
GRANT USAGE ON SCHEMA endless TO regress_reader;
CREATE TABLE endless.deep_0000 (a int);
DO $$ BEGIN
  FOR i IN 1..1500 LOOP
    EXECUTE format('CREATE VIEW endless.deep_%s AS SELECT * FROM endless.deep_%s',
                   to_char(i, 'fm0000'), to_char(i - 1, 'fm0000'));
    EXECUTE format('GRANT SELECT ON endless.deep_%s TO regress_reader', to_char(i, 'fm0000'));
  END LOOP;
END $$;
GRANT DELETE ON endless.deep_1500 TO regress_reader;
SET max_stack_depth = '100kB';
SELECT table_name, can_read, can_write FROM conncheck_permissions('regress_reader', 'endless', 'deep_1500');
SELECT count(*) FROM conncheck_permissions('regress_reader', 'endless');
SELECT count(*) FROM conncheck_objects('regress_reader', '{table}') WHERE schema_name = 'endless';
SELECT held, usable, source FROM conncheck_explain('endless.deep_1500', 'DELETE', 'regress_reader');
SET ROLE regress_reader;
EXPLAIN SELECT * FROM endless.deep_1500;
EXPLAIN DELETE FROM endless.deep_1500;
RESET ROLE;
RESET max_stack_depth;
SET client_min_messages = error;
DO $$ BEGIN
  FOR i IN REVERSE 1500..1 LOOP
    EXECUTE format('DROP VIEW endless.deep_%s', to_char(i, 'fm0000'));
  END LOOP;
END $$;
DROP SCHEMA endless CASCADE;
DROP ROLE regress_owner, regress_reader;
DROP EXTENSION conncheck;
