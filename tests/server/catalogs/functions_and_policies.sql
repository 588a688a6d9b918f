-- EXECUTE on what views and rules call, and what row security policies ask. Roles are cluster-wide: their names begin
-- with er_, and those that can be audited are those.
CREATE ROLE er_definer;
CREATE ROLE er_guest;
CREATE ROLE er_caller;
CREATE ROLE er_in_callers IN ROLE er_caller;
CREATE ROLE er_asked IN ROLE er_caller;
CREATE ROLE er_free BYPASSRLS;
CREATE ROLE er_root SUPERUSER;

CREATE SCHEMA fp AUTHORIZATION er_definer;
GRANT USAGE ON SCHEMA fp TO PUBLIC;
SET ROLE er_definer;
CREATE TABLE fp.base (id int, name text);
CREATE TABLE fp.log (id int);
CREATE TABLE fp.members (id int);
GRANT SELECT ON fp.members TO er_asked;
CREATE FUNCTION fp.f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION fp.stable(int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION fp.rows(int) RETURNS SETOF int LANGUAGE plpgsql AS 'BEGIN RETURN NEXT $1; END';
CREATE FUNCTION fp.same(int, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR fp.=== (FUNCTION = fp.same, LEFTARG = int, RIGHTARG = text);
CREATE AGGREGATE fp.total(int) (SFUNC = int4pl, STYPE = int);
CREATE FUNCTION fp.free(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION fp.owners_only(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
REVOKE EXECUTE ON FUNCTION fp.f, fp.stable, fp.rows, fp.same, fp.total, fp.owners_only FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fp.f, fp.stable, fp.rows, fp.same, fp.total TO er_caller;

-- Functions: in every place of a query, beneath other views, by operator and aggregate
CREATE VIEW fp.in_column AS SELECT id, fp.f(id) AS v FROM fp.base;
CREATE VIEW fp.in_where AS SELECT id FROM fp.base WHERE fp.f(id) > 0;
CREATE VIEW fp.in_from AS SELECT * FROM fp.rows(1) AS r;
CREATE VIEW fp.in_order AS SELECT id FROM fp.base ORDER BY fp.f(id);
CREATE VIEW fp.in_subquery AS SELECT (SELECT max(fp.f(id)) FROM fp.log) AS v FROM fp.base;
CREATE VIEW fp.in_union AS SELECT id FROM fp.base UNION ALL SELECT fp.f(id) FROM fp.log;
CREATE VIEW fp.in_having AS SELECT id FROM fp.base GROUP BY id HAVING fp.f(id) > 0;
CREATE VIEW fp.in_lateral AS SELECT r FROM fp.base, LATERAL fp.rows(base.id) r;
CREATE VIEW fp.by_operator AS SELECT id FROM fp.base WHERE id OPERATOR(fp.===) name;
CREATE VIEW fp.aggregated AS SELECT fp.total(id) AS v FROM fp.base;
CREATE VIEW fp.over_window AS SELECT fp.total(id) OVER () AS v FROM fp.base;
-- … and without being named: by a domain, by a default of an argument, by an aggregate, as its owner
CREATE FUNCTION fp.ok(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION fp.plus(int, int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION fp.with_default(int, int DEFAULT fp.f(1)) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE DOMAIN fp.positive AS int CHECK (fp.ok(VALUE));
CREATE DOMAIN fp.over_positive AS fp.positive;
CREATE AGGREGATE fp.unusable(int) (SFUNC = fp.plus, STYPE = int);
REVOKE EXECUTE ON FUNCTION fp.ok FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fp.ok TO er_caller;
REVOKE EXECUTE ON FUNCTION fp.plus FROM er_definer, PUBLIC;
GRANT EXECUTE ON FUNCTION fp.plus TO er_caller;
CREATE VIEW fp.cast_in_column AS SELECT id::fp.over_positive AS v FROM fp.base;
CREATE VIEW fp.cast_in_where AS SELECT id FROM fp.base WHERE id::fp.positive > 0;
CREATE VIEW fp.by_default AS SELECT fp.with_default(id) AS v FROM fp.base;
CREATE VIEW fp.aggregated_by_nobody AS SELECT fp.unusable(id) AS v FROM fp.base;
CREATE VIEW fp.over_cast AS SELECT v FROM fp.cast_in_column;
CREATE VIEW fp.calls_free AS SELECT fp.free(id) AS v FROM fp.base;
CREATE VIEW fp.calls_owners AS SELECT fp.owners_only(id) AS v FROM fp.base;
CREATE VIEW fp.beneath AS SELECT * FROM fp.in_column;
CREATE VIEW fp.two_beneath AS SELECT * FROM fp.beneath;
CREATE VIEW fp.checked AS SELECT id FROM fp.base WHERE fp.f(id) > 0 WITH CHECK OPTION;
CREATE VIEW fp.over_where AS SELECT id FROM fp.in_where;
CREATE VIEW fp.checked_in_capitals WITH (check_option = 'CASCADED', security_barrier = 'Yes') AS SELECT id FROM fp.in_where;
CREATE RULE u AS ON UPDATE TO fp.checked_in_capitals DO INSTEAD NOTHING;
CREATE RULE d AS ON DELETE TO fp.checked_in_capitals DO INSTEAD NOTHING;
CREATE VIEW fp.by_rule AS SELECT id FROM fp.base GROUP BY id;
CREATE RULE i AS ON INSERT TO fp.by_rule DO INSTEAD INSERT INTO fp.log VALUES (fp.f(new.id));
CREATE RULE u AS ON UPDATE TO fp.by_rule DO INSTEAD NOTHING;
CREATE RULE d AS ON DELETE TO fp.by_rule DO INSTEAD NOTHING;
CREATE TABLE fp.with_rule (id int);
CREATE RULE d AS ON DELETE TO fp.with_rule DO ALSO INSERT INTO fp.log VALUES (fp.f(old.id));

-- Row security: the policies of each command, of roles, restrictive ones, ones that are always true
CREATE TABLE fp.for_all (id int);
CREATE POLICY p ON fp.for_all USING (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.for_select (id int);
CREATE POLICY p ON fp.for_select FOR SELECT USING (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.for_insert (id int);
CREATE POLICY p ON fp.for_insert FOR INSERT WITH CHECK (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.for_update (id int);
CREATE POLICY p ON fp.for_update FOR UPDATE USING (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.for_delete (id int);
CREATE POLICY p ON fp.for_delete FOR DELETE USING (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.for_callers (id int);
CREATE POLICY p ON fp.for_callers TO er_caller USING (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.only_restrictive (id int);
CREATE POLICY p ON fp.only_restrictive AS RESTRICTIVE USING (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.also_restrictive (id int);
CREATE POLICY p ON fp.also_restrictive AS RESTRICTIVE USING (id IN (SELECT id FROM fp.members));
CREATE POLICY q ON fp.also_restrictive FOR SELECT USING (true);
CREATE TABLE fp.or_true (id int);
CREATE POLICY p ON fp.or_true USING (id IN (SELECT id FROM fp.members));
CREATE POLICY q ON fp.or_true FOR SELECT USING (true);
CREATE TABLE fp.calling (id int);
CREATE POLICY p ON fp.calling USING (fp.f(id) > 0);
CREATE TABLE fp.forced (id int);
CREATE POLICY p ON fp.forced USING (fp.f(id) > 0);
CREATE TABLE fp.parted (id int) PARTITION BY RANGE (id);
CREATE TABLE fp.part PARTITION OF fp.parted FOR VALUES FROM (0) TO (9);
CREATE POLICY p ON fp.parted USING (id IN (SELECT id FROM fp.members));
CREATE TABLE fp.endless (id int);
CREATE POLICY p ON fp.endless USING (id IN (SELECT id FROM fp.endless));
CREATE TABLE fp.endless_insert (id int);
CREATE POLICY p ON fp.endless_insert FOR SELECT USING (id IN (SELECT id FROM fp.members));
CREATE POLICY q ON fp.endless_insert FOR INSERT WITH CHECK ((SELECT count(*) FROM fp.endless_insert) < 10);
DO $$
DECLARE
  t regclass;
BEGIN
  FOR t IN SELECT polrelid FROM pg_policy JOIN pg_class c ON c.oid = polrelid WHERE relnamespace = 'fp'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;
ALTER TABLE fp.forced FORCE ROW LEVEL SECURITY;
ALTER TABLE fp.for_all FORCE ROW LEVEL SECURITY;
RESET ROLE;
CREATE VIEW fp.over_all AS SELECT * FROM fp.for_all;
ALTER VIEW fp.over_all OWNER TO er_asked;
CREATE VIEW fp.over_all_denied AS SELECT * FROM fp.for_all;
ALTER VIEW fp.over_all_denied OWNER TO er_caller;
CREATE VIEW fp.over_calling AS SELECT * FROM fp.calling;
ALTER VIEW fp.over_calling OWNER TO er_caller;
CREATE VIEW fp.locking AS SELECT id FROM fp.for_update FOR UPDATE;
ALTER VIEW fp.locking OWNER TO er_caller;
CREATE VIEW fp.not_locking AS SELECT id FROM fp.for_update;
ALTER VIEW fp.not_locking OWNER TO er_caller;
-- Locking the rows of a view locks what it reads, as the view's owner
CREATE TABLE fp.lockable (id int);
GRANT SELECT ON fp.lockable TO er_caller, er_asked;
GRANT UPDATE (id) ON fp.lockable TO er_asked;
CREATE VIEW fp.read_only AS SELECT id FROM fp.lockable;
ALTER VIEW fp.read_only OWNER TO er_caller;
CREATE VIEW fp.may_lock AS SELECT id FROM fp.lockable;
ALTER VIEW fp.may_lock OWNER TO er_asked;
CREATE VIEW fp.locks_read_only AS SELECT id FROM fp.read_only FOR UPDATE;
CREATE VIEW fp.locks_lockable AS SELECT id FROM fp.may_lock FOR SHARE;

GRANT ALL ON ALL TABLES IN SCHEMA fp TO er_guest, er_caller, er_free;
REVOKE ALL ON fp.members FROM er_guest, er_caller, er_free;
