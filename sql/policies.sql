-- What row security policies ask: tables that they read, functions that they call.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_view_owner;
CREATE ROLE regress_user;
CREATE ROLE regress_member;
CREATE ROLE regress_team;
CREATE ROLE regress_in_team IN ROLE regress_team;
CREATE ROLE regress_bypass BYPASSRLS;
CREATE SCHEMA cc AUTHORIZATION regress_owner;
GRANT USAGE, CREATE ON SCHEMA cc TO PUBLIC;
SET ROLE regress_owner;
CREATE TABLE cc.members (id int);
GRANT SELECT ON cc.members TO regress_member;
CREATE FUNCTION cc.f(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
REVOKE EXECUTE ON FUNCTION cc.f FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cc.f TO regress_member;

-- which policies a statement brings along
CREATE TABLE cc.for_all (id int);
CREATE POLICY p ON cc.for_all USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.for_select (id int);
CREATE POLICY p ON cc.for_select FOR SELECT USING (id IN (SELECT id FROM cc.members));
CREATE POLICY q ON cc.for_select FOR INSERT WITH CHECK (true);
CREATE TABLE cc.for_insert (id int);
CREATE POLICY p ON cc.for_insert FOR INSERT WITH CHECK (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.for_update (id int);
CREATE POLICY p ON cc.for_update FOR UPDATE USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.for_update_check (id int);
CREATE POLICY p ON cc.for_update_check FOR UPDATE USING (id > 0)
  WITH CHECK (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.for_delete (id int);
CREATE POLICY p ON cc.for_delete FOR DELETE USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.for_team (id int);
CREATE POLICY p ON cc.for_team TO regress_team USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.only_restrictive (id int);
CREATE POLICY p ON cc.only_restrictive AS RESTRICTIVE USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.also_restrictive (id int);
CREATE POLICY p ON cc.also_restrictive AS RESTRICTIVE USING (id IN (SELECT id FROM cc.members));
CREATE POLICY q ON cc.also_restrictive FOR SELECT USING (true);
CREATE TABLE cc.or_true (id int);
CREATE POLICY p ON cc.or_true USING (id IN (SELECT id FROM cc.members));
CREATE POLICY q ON cc.or_true FOR SELECT USING (true);
CREATE TABLE cc.calling (id int);
CREATE POLICY p ON cc.calling USING (cc.f(id));
CREATE TABLE cc.calling_in_check (id int);
CREATE POLICY p ON cc.calling_in_check USING (true) WITH CHECK (cc.f(id));
CREATE TABLE cc.without_policy (id int);
CREATE TABLE cc.not_enabled (id int);
CREATE POLICY p ON cc.not_enabled USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.parted (id int) PARTITION BY RANGE (id);
CREATE TABLE cc.part PARTITION OF cc.parted FOR VALUES FROM (0) TO (9);
CREATE POLICY p ON cc.parted USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.over_part (id int) PARTITION BY RANGE (id);
CREATE TABLE cc.part_with_policy PARTITION OF cc.over_part FOR VALUES FROM (0) TO (9);
CREATE POLICY p ON cc.part_with_policy USING (id IN (SELECT id FROM cc.members));
DO $$
DECLARE
  t regclass;
BEGIN
  FOR t IN SELECT oid FROM pg_class
           WHERE relnamespace = 'cc'::regnamespace AND relkind IN ('r', 'p')
             AND relname NOT IN ('members', 'not_enabled', 'part', 'over_part') LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('GRANT ALL ON %s TO regress_user, regress_member, regress_in_team, '
                   'regress_bypass, regress_view_owner', t);
  END LOOP;
END $$;
GRANT ALL ON cc.not_enabled, cc.part, cc.over_part TO regress_user;

SELECT table_name, can_read, can_write, row_security, blocked_by
FROM conncheck_permissions('regress_user', 'cc');
SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_in_team', 'cc', 'for_team');
SELECT role, table_name, blocked_by
FROM unnest('{regress_member,regress_owner,regress_bypass,public}'::name[]) role,
     conncheck_permissions(role, 'cc')
WHERE blocked_by <> '{}';
RESET ROLE;
SELECT * FROM tried.compare('{regress_user,regress_member,regress_in_team,regress_owner,regress_bypass}', 'cc');
-- TRUNCATE asks no policy
SELECT can_truncate FROM conncheck_permissions('regress_user', 'cc', 'for_all');

-- the owner, if it is bound
ALTER TABLE cc.for_all FORCE ROW LEVEL SECURITY;
ALTER TABLE cc.members OWNER TO regress_view_owner;
SELECT * FROM tried.rows('regress_owner', 'cc', 'for_*') WHERE blocked_by <> '';
SELECT * FROM tried.compare('{regress_owner}', 'cc', 'for_*');
ALTER TABLE cc.members OWNER TO regress_owner;
ALTER TABLE cc.for_all NO FORCE ROW LEVEL SECURITY;

-- beneath a view it is the view's owner whom policies bind and ask; functions are the reader's
SET ROLE regress_view_owner;
CREATE VIEW cc.over_all AS SELECT * FROM cc.for_all;
CREATE VIEW cc.over_insert AS SELECT * FROM cc.for_insert;
CREATE VIEW cc.over_calling AS SELECT * FROM cc.calling;
CREATE VIEW cc.over_team AS SELECT * FROM cc.for_team;
CREATE VIEW cc.locking AS SELECT id FROM cc.for_update FOR UPDATE;
CREATE VIEW cc.not_locking AS SELECT id FROM cc.for_update;
GRANT ALL ON cc.over_all, cc.over_insert, cc.over_calling, cc.over_team, cc.locking, cc.not_locking
  TO regress_user, regress_member, regress_in_team;
RESET ROLE;
SELECT table_name, can_read, can_write, blocked_by
FROM conncheck_permissions('regress_member', 'cc', '*') WHERE kind = 'view';
SELECT * FROM tried.compare('{regress_user,regress_member,regress_in_team,regress_view_owner}', 'cc', '*ing');
SELECT * FROM tried.compare('{regress_user,regress_member,regress_in_team,regress_view_owner}', 'cc', 'over_*');
GRANT SELECT ON cc.members TO regress_view_owner;
SELECT table_name, can_read, can_write, blocked_by
FROM conncheck_permissions('regress_user', 'cc', '*') WHERE kind = 'view';
SELECT * FROM tried.compare('{regress_user,regress_member,regress_in_team,regress_view_owner}', 'cc', 'over_*');

-- policies that never end
SET ROLE regress_owner;
CREATE TABLE cc.itself (id int);
CREATE POLICY p ON cc.itself USING (id IN (SELECT id FROM cc.itself));
CREATE TABLE cc.loop_a (id int);
CREATE TABLE cc.loop_b (id int);
CREATE POLICY p ON cc.loop_a USING (id IN (SELECT id FROM cc.loop_b));
CREATE POLICY p ON cc.loop_b USING (id IN (SELECT id FROM cc.loop_a));
CREATE TABLE cc.loop_true (id int);
CREATE POLICY p ON cc.loop_true USING (id IN (SELECT id FROM cc.loop_true));
CREATE POLICY q ON cc.loop_true USING (true);
CREATE TABLE cc.loop_insert (id int);
CREATE POLICY p ON cc.loop_insert FOR SELECT USING (id IN (SELECT id FROM cc.members));
CREATE POLICY q ON cc.loop_insert FOR INSERT WITH CHECK ((SELECT count(*) FROM cc.loop_insert) < 10);
CREATE TABLE cc.no_loop_insert (id int);
CREATE POLICY p ON cc.no_loop_insert FOR SELECT USING (true);
CREATE POLICY q ON cc.no_loop_insert FOR INSERT
  WITH CHECK ((SELECT count(*) FROM cc.no_loop_insert) < 10);
CREATE TABLE cc.loop_view_base (id int);
CREATE VIEW cc.loop_view AS SELECT * FROM cc.loop_view_base;
CREATE POLICY p ON cc.loop_view_base USING (id IN (SELECT id FROM cc.loop_view));
ALTER TABLE cc.itself ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.loop_a ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.loop_b ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.loop_true ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.loop_insert ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.no_loop_insert ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.loop_view_base ENABLE ROW LEVEL SECURITY;
GRANT ALL ON cc.itself, cc.loop_a, cc.loop_b, cc.loop_true, cc.loop_insert, cc.no_loop_insert,
  cc.loop_view, cc.loop_view_base TO regress_member;
RESET ROLE;
SELECT table_name, can_read, can_write, blocked_by
FROM conncheck_permissions('regress_member', 'cc', '*loop*');
SELECT tried.outcome('regress_member', 'SELECT * FROM cc.itself') AS itself,
       tried.outcome('regress_member', 'INSERT INTO cc.loop_insert VALUES (1)') AS loop_insert;
SELECT * FROM tried.compare('{regress_member}', 'cc', '*loop*');
SELECT * FROM tried.compare('{regress_member}', 'cc', 'itself');
-- the owner is not bound: through its view, the policy's own table is read without policies
SELECT blocked_by FROM conncheck_permissions('regress_member', 'cc', 'loop_view_base');
ALTER TABLE cc.loop_view_base FORCE ROW LEVEL SECURITY;
SELECT blocked_by FROM conncheck_permissions('regress_member', 'cc', 'loop_view_base');
SELECT * FROM tried.compare('{regress_member,regress_owner}', 'cc', 'loop_view*');

-- a rule's action reads the table that the rule is on
SET ROLE regress_owner;
CREATE TABLE cc.with_rule (id int);
ALTER TABLE cc.with_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON cc.with_rule FOR SELECT USING (id IN (SELECT id FROM cc.members));
CREATE TABLE cc.log (id int);
CREATE RULE i AS ON INSERT TO cc.with_rule DO ALSO INSERT INTO cc.log VALUES (new.id);
CREATE TABLE cc.with_instead (id int);
ALTER TABLE cc.with_instead ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON cc.with_instead FOR INSERT WITH CHECK (id IN (SELECT id FROM cc.members));
CREATE RULE i AS ON INSERT TO cc.with_instead DO INSTEAD NOTHING;
GRANT INSERT, UPDATE, DELETE ON cc.with_rule, cc.with_instead TO regress_user, regress_member;
RESET ROLE;
SELECT * FROM tried.rows('regress_user', 'cc', 'with_*');
SELECT * FROM tried.compare('{regress_user,regress_member}', 'cc', 'with_*');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner, regress_view_owner, regress_user, regress_member, regress_in_team,
  regress_team, regress_bypass;
\set ECHO none
\i sql/include/try_done.psql
