-- Views that pass writes on to a view with rules. What a rule does reads that view's rows where a condition further out
-- names its columns, as the condition becomes part of what the rule does.
CREATE ROLE er_ruled_user;
CREATE ROLE er_ruled_owner;
CREATE SCHEMA ruled;
GRANT USAGE ON SCHEMA ruled TO PUBLIC;
CREATE FUNCTION ruled.stable(int) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN true; END';
REVOKE EXECUTE ON FUNCTION ruled.stable FROM PUBLIC;
CREATE TABLE ruled.base (a text, b int);
CREATE TABLE ruled.beside (c int);

-- the owner of these may not read what they stand for
CREATE VIEW ruled.also AS SELECT a, b, b + 1 AS computed, 7 AS seven FROM ruled.base;
CREATE RULE u AS ON UPDATE TO ruled.also DO ALSO INSERT INTO ruled.beside VALUES (1);
CREATE RULE d AS ON DELETE TO ruled.also DO ALSO DELETE FROM ruled.beside;
CREATE VIEW ruled.instead AS SELECT a, b FROM ruled.base;
CREATE RULE d AS ON DELETE TO ruled.instead DO INSTEAD DELETE FROM ruled.beside;
CREATE VIEW ruled.never AS SELECT a, b FROM ruled.base;
CREATE RULE d AS ON DELETE TO ruled.never WHERE false DO ALSO DELETE FROM ruled.beside;
CREATE VIEW ruled.nothing AS SELECT a, b FROM ruled.base;
CREATE RULE d AS ON DELETE TO ruled.nothing DO ALSO NOTHING;
CREATE VIEW ruled.inserts AS SELECT a, b FROM ruled.base;
CREATE RULE i AS ON INSERT TO ruled.inserts DO ALSO INSERT INTO ruled.beside VALUES (1);
DO $$
DECLARE
  v regclass;
BEGIN
  FOR v IN SELECT oid FROM pg_class WHERE relnamespace = 'ruled'::regnamespace AND relkind = 'v' LOOP
    EXECUTE format('ALTER VIEW %s OWNER TO er_ruled_owner', v);
  END LOOP;
END $$;
GRANT INSERT, UPDATE, DELETE ON ruled.base, ruled.beside TO er_ruled_owner;

CREATE VIEW ruled.plain AS SELECT a FROM ruled.also;
CREATE VIEW ruled.on_column AS SELECT a FROM ruled.also WHERE b IS NOT NULL;
CREATE VIEW ruled.on_computed AS SELECT a FROM ruled.also WHERE computed > 1;
CREATE VIEW ruled.on_constant AS SELECT a FROM ruled.also WHERE seven = 7;
CREATE VIEW ruled.on_row AS SELECT a FROM ruled.also v WHERE v IS NOT NULL;
CREATE VIEW ruled.on_itself AS SELECT a FROM ruled.also WHERE current_user <> '';
CREATE VIEW ruled.on_subquery AS SELECT a FROM ruled.also v WHERE EXISTS (SELECT FROM pg_class WHERE relname = v.a);
CREATE VIEW ruled.on_others AS SELECT a FROM ruled.also v WHERE EXISTS (SELECT FROM pg_class WHERE relname <> '');
CREATE VIEW ruled.barrier WITH (security_barrier) AS SELECT a FROM ruled.also WHERE b IS NOT NULL;
CREATE VIEW ruled.plain_barrier WITH (security_barrier) AS SELECT a FROM ruled.also;
CREATE VIEW ruled.checked AS SELECT a, b FROM ruled.also WHERE b IS NOT NULL WITH CHECK OPTION;
-- further out
CREATE VIEW ruled.more AS SELECT a, computed, 9 AS nine, computed + 1 AS added FROM ruled.also;
CREATE VIEW ruled.over_plain AS SELECT a FROM ruled.more WHERE a <> '';
CREATE VIEW ruled.over_added AS SELECT a FROM ruled.more WHERE added > 1;
CREATE VIEW ruled.over_nine AS SELECT a FROM ruled.more WHERE nine = 9;
CREATE VIEW ruled.over_row AS SELECT a FROM ruled.more m WHERE m IS NOT NULL;
CREATE VIEW ruled.over_column AS SELECT a FROM ruled.on_column;
CREATE VIEW ruled.over_barrier AS SELECT a FROM ruled.barrier;
CREATE VIEW ruled.on_barrier AS SELECT a FROM ruled.plain_barrier WHERE a <> '';
-- other rules
CREATE VIEW ruled.on_instead AS SELECT a FROM ruled.instead WHERE b IS NOT NULL;
CREATE VIEW ruled.over_instead AS SELECT a FROM ruled.instead;
CREATE VIEW ruled.on_never AS SELECT a FROM ruled.never WHERE b IS NOT NULL;
CREATE VIEW ruled.on_nothing AS SELECT a FROM ruled.nothing WHERE b IS NOT NULL;
CREATE VIEW ruled.on_inserts AS SELECT a FROM ruled.inserts WHERE b IS NOT NULL WITH CHECK OPTION;
-- on a table the rule reads nothing that was not asked for
CREATE TABLE ruled.with_rule (a text, b int);
CREATE RULE d AS ON DELETE TO ruled.with_rule DO ALSO DELETE FROM ruled.beside;
CREATE VIEW ruled.on_table AS SELECT a FROM ruled.with_rule WHERE b IS NOT NULL;
ALTER VIEW ruled.on_table OWNER TO er_ruled_owner;
GRANT INSERT, UPDATE, DELETE ON ruled.with_rule TO er_ruled_owner;

-- a rule that writes to such a view, with conditions of its own
CREATE TABLE ruled.sets_off (a text);
CREATE RULE i AS ON INSERT TO ruled.sets_off DO ALSO DELETE FROM ruled.instead WHERE b = 1;
CREATE TABLE ruled.sets_off_all (a text);
CREATE RULE i AS ON INSERT TO ruled.sets_off_all DO ALSO DELETE FROM ruled.instead;
CREATE TABLE ruled.sets_off_also (a text);
CREATE RULE i AS ON INSERT TO ruled.sets_off_also DO ALSO DELETE FROM ruled.also WHERE b = 1;

-- these may be read, but for a function in one of their columns
CREATE VIEW ruled.calls AS SELECT a, ruled.stable(1) AS called FROM ruled.base;
CREATE RULE u AS ON UPDATE TO ruled.calls DO ALSO INSERT INTO ruled.beside VALUES (1);
CREATE RULE d AS ON DELETE TO ruled.calls DO ALSO INSERT INTO ruled.beside VALUES (1);
CREATE VIEW ruled.calls_on_column AS SELECT a FROM ruled.calls WHERE a <> '';
CREATE VIEW ruled.calls_on_call AS SELECT a FROM ruled.calls WHERE called;
CREATE VIEW ruled.marks AS SELECT a, ruled.stable(1) AS called FROM ruled.base ORDER BY a;
CREATE RULE d AS ON DELETE TO ruled.marks DO ALSO DELETE FROM ruled.beside;
CREATE VIEW ruled.marks_on_column AS SELECT a FROM ruled.marks WHERE a <> '';
CREATE VIEW ruled.marks_on_itself AS SELECT a FROM ruled.marks WHERE current_user <> '';

GRANT ALL ON ALL TABLES IN SCHEMA ruled TO er_ruled_user;
REVOKE ALL ON ruled.base FROM er_ruled_user;
