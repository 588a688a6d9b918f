-- One database in which every rule of permissions decides somewhere. Roles are cluster-wide: their names begin with
-- er_, and those that can be audited are those.
CREATE ROLE er_owner;
CREATE ROLE er_direct;
CREATE ROLE er_stranger;
CREATE ROLE er_group;
CREATE ROLE er_middle IN ROLE er_group;
CREATE ROLE er_deep IN ROLE er_middle;
CREATE ROLE er_noinherit NOINHERIT IN ROLE er_group;
CREATE ROLE er_below_noinherit IN ROLE er_noinherit;
CREATE ROLE er_super SUPERUSER;
CREATE ROLE er_below_super IN ROLE er_super;
CREATE ROLE er_writes_all_and_more IN ROLE er_group;
CREATE ROLE er_columns;
CREATE ROLE er_bypass BYPASSRLS;
CREATE ROLE er_lost;
CREATE ROLE er_grantor;
CREATE ROLE er_grantee;
CREATE ROLE "er ""odd"" \ name";
CREATE ROLE "PUBLIC";

CREATE SCHEMA open AUTHORIZATION er_owner;
CREATE SCHEMA closed AUTHORIZATION er_owner;
CREATE SCHEMA "odd ""schema"".x";
GRANT USAGE ON SCHEMA open TO PUBLIC;
GRANT USAGE ON SCHEMA "odd ""schema"".x" TO PUBLIC;

-- Direct, PUBLIC, group, grant option, several grantors
CREATE TABLE open.direct_each (id int, note text);
GRANT SELECT ON open.direct_each TO er_direct;
CREATE TABLE open.insert_only (id int);
GRANT INSERT ON open.insert_only TO er_direct, er_writes_all_and_more;
CREATE TABLE open.delete_only (id int);
GRANT DELETE ON open.delete_only TO er_direct, er_group;
CREATE TABLE open.truncate_only (id int);
GRANT TRUNCATE ON open.truncate_only TO er_direct, er_group;
CREATE TABLE open.write_all (id int PRIMARY KEY);
GRANT INSERT, UPDATE, DELETE ON open.write_all TO er_direct, er_group;
CREATE TABLE open.for_public (id int);
GRANT SELECT, INSERT, UPDATE, DELETE ON open.for_public TO PUBLIC;
CREATE TABLE open.for_capital_public (id int);
GRANT ALL ON open.for_capital_public TO "PUBLIC";
CREATE TABLE open.for_odd (id int);
GRANT ALL ON open.for_odd TO "er ""odd"" \ name";
CREATE TABLE open.passed_on (id int);
GRANT SELECT ON open.passed_on TO er_grantor WITH GRANT OPTION;
SET SESSION AUTHORIZATION er_grantor;
GRANT SELECT ON open.passed_on TO er_grantee;
RESET SESSION AUTHORIZATION;
CREATE TABLE open.referenced (id int PRIMARY KEY);
CREATE TABLE open.referencing (id int REFERENCES open.referenced);
GRANT ALL ON open.referenced, open.referencing TO er_direct;
CREATE TABLE open."Odd ""table""" (id int);
GRANT SELECT ON open."Odd ""table""" TO er_direct;
CREATE TABLE "odd ""schema"".x".t (id int);
GRANT SELECT ON "odd ""schema"".x".t TO er_group;
CREATE TABLE open.x (id int);
CREATE TABLE open.no_columns ();
GRANT SELECT, INSERT, UPDATE, DELETE ON open.no_columns TO er_direct;

-- Schema USAGE
CREATE TABLE closed.granted (id int);
GRANT ALL ON closed.granted TO er_direct, er_group, PUBLIC;
CREATE TABLE closed.not_granted (id int);

-- Owners, also one that revoked everything from itself
CREATE TABLE open.owned (id int);
ALTER TABLE open.owned OWNER TO er_owner;
CREATE TABLE open.owned_and_revoked (id int);
ALTER TABLE open.owned_and_revoked OWNER TO er_lost;
REVOKE ALL ON open.owned_and_revoked FROM er_lost;
CREATE TABLE closed.owned (id int);
ALTER TABLE closed.owned OWNER TO er_lost;
CREATE TABLE open.owned_by_group (id int);
ALTER TABLE open.owned_by_group OWNER TO er_group;

-- Columns: all of them, some, none of the generated ones, dropped ones, and pointless revokes
CREATE TABLE open.columns_all (a int, b int, gone int);
ALTER TABLE open.columns_all DROP COLUMN gone;
GRANT SELECT (a, b), INSERT (a, b), UPDATE (a, b) ON open.columns_all TO er_columns;
GRANT DELETE ON open.columns_all TO er_columns;
CREATE TABLE open.columns_some (a int, b int);
GRANT SELECT (a), INSERT (a), UPDATE (a) ON open.columns_some TO er_columns;
GRANT DELETE ON open.columns_some TO er_columns;
CREATE TABLE open.columns_by_several (a int, b int);
GRANT SELECT (a) ON open.columns_by_several TO er_group;
GRANT SELECT (b) ON open.columns_by_several TO PUBLIC;
CREATE TABLE open.columns_generated (a int, b int GENERATED ALWAYS AS (a + 1) STORED);
GRANT SELECT, INSERT (a), UPDATE (a), DELETE ON open.columns_generated TO er_columns;
CREATE TABLE open.columns_dropped (a int, secret int);
GRANT SELECT (secret) ON open.columns_dropped TO er_columns;
ALTER TABLE open.columns_dropped DROP COLUMN secret;
CREATE TABLE open.columns_revoked (a int, b int);
GRANT SELECT ON open.columns_revoked TO er_columns;
REVOKE SELECT (b) ON open.columns_revoked FROM er_columns;
CREATE TABLE open.columns_system (a int);
GRANT SELECT (ctid, tableoid) ON open.columns_system TO er_columns;
GRANT SELECT (ctid, tableoid), INSERT (ctid), UPDATE (ctid) ON open.no_columns TO er_columns;
CREATE TABLE closed.columns (a int);
GRANT SELECT (a) ON closed.columns TO er_columns;

-- Row security does not take permissions away
CREATE TABLE open.rls (id int);
ALTER TABLE open.rls ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON open.rls TO er_direct, er_bypass;
CREATE TABLE open.rls_forced (id int);
ALTER TABLE open.rls_forced OWNER TO er_owner;
ALTER TABLE open.rls_forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Partitions are relations of their own
CREATE TABLE open.parted (id int) PARTITION BY RANGE (id);
CREATE TABLE open.parted_1 PARTITION OF open.parted FOR VALUES FROM (1) TO (100);
GRANT ALL ON open.parted TO er_direct;
CREATE TABLE open.heir () INHERITS (open.direct_each);

-- Views, through to what they read
CREATE VIEW open.plain_view AS SELECT id FROM closed.not_granted;
GRANT ALL ON open.plain_view TO er_direct;
CREATE VIEW open.broken_view AS SELECT id FROM closed.not_granted;
ALTER VIEW open.broken_view OWNER TO er_stranger;
GRANT ALL ON open.broken_view TO er_direct;
CREATE VIEW open.over_broken AS SELECT id FROM open.broken_view;
GRANT SELECT ON open.over_broken TO er_direct;
CREATE VIEW open.column_view AS SELECT a FROM open.columns_some;
ALTER VIEW open.column_view OWNER TO er_columns;
GRANT SELECT, INSERT, UPDATE, DELETE ON open.column_view TO er_direct;
CREATE VIEW open.wide_column_view AS SELECT a, b FROM open.columns_some;
ALTER VIEW open.wide_column_view OWNER TO er_columns;
GRANT SELECT ON open.wide_column_view TO er_direct;
CREATE VIEW open.whole_row_view AS SELECT columns_some FROM open.columns_some;
ALTER VIEW open.whole_row_view OWNER TO er_columns;
GRANT SELECT ON open.whole_row_view TO er_direct;
CREATE VIEW open.counting_view AS SELECT count(*) AS n FROM open.columns_some;
ALTER VIEW open.counting_view OWNER TO er_columns;
GRANT SELECT ON open.counting_view TO er_direct;
CREATE VIEW open.sublink_view AS SELECT 1 AS one WHERE EXISTS (SELECT FROM closed.not_granted);
ALTER VIEW open.sublink_view OWNER TO er_stranger;
GRANT SELECT ON open.sublink_view TO er_direct;
CREATE VIEW open.cte_view AS WITH c AS (SELECT id FROM closed.not_granted) SELECT * FROM c;
ALTER VIEW open.cte_view OWNER TO er_stranger;
GRANT SELECT ON open.cte_view TO er_direct;
CREATE VIEW open.locking_view AS SELECT id FROM open.direct_each FOR UPDATE;
ALTER VIEW open.locking_view OWNER TO er_direct;
GRANT SELECT ON open.locking_view TO er_group;
CREATE VIEW open.catalog_view AS SELECT rolpassword FROM pg_authid;
ALTER VIEW open.catalog_view OWNER TO er_stranger;
GRANT SELECT ON open.catalog_view TO er_direct;
CREATE VIEW open.join_view AS SELECT a.id FROM open.for_public a JOIN open.for_public b USING (id);
GRANT ALL ON open.join_view TO er_direct;
CREATE VIEW open.expression_view AS SELECT id + 1 AS next FROM open.write_all;
GRANT ALL ON open.expression_view TO er_direct;
CREATE VIEW open.union_view AS SELECT id FROM open.for_public UNION ALL SELECT id FROM open.write_all;
GRANT ALL ON open.union_view TO er_direct;
CREATE VIEW open.write_denied_view AS SELECT id FROM open.insert_only;
ALTER VIEW open.write_denied_view OWNER TO er_direct;
GRANT ALL ON open.write_denied_view TO er_group;
CREATE VIEW open.nested_writable AS SELECT id FROM open.plain_view;
GRANT ALL ON open.nested_writable TO er_direct;
CREATE VIEW open.trigger_view AS SELECT id + 1 AS next FROM closed.not_granted;
CREATE FUNCTION open.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON open.trigger_view
  FOR EACH ROW EXECUTE FUNCTION open.nothing();
GRANT ALL ON open.trigger_view TO er_direct;
CREATE VIEW open.trigger_broken_view AS SELECT id + 1 AS next FROM closed.not_granted;
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON open.trigger_broken_view
  FOR EACH ROW EXECUTE FUNCTION open.nothing();
ALTER VIEW open.trigger_broken_view OWNER TO er_stranger;
GRANT ALL ON open.trigger_broken_view TO er_direct;
CREATE VIEW open.rule_view AS SELECT id FROM open.for_public GROUP BY id;
CREATE RULE i AS ON INSERT TO open.rule_view DO INSTEAD INSERT INTO closed.not_granted VALUES (NEW.id);
CREATE RULE u AS ON UPDATE TO open.rule_view DO INSTEAD UPDATE closed.not_granted SET id = NEW.id WHERE id = OLD.id;
CREATE RULE d AS ON DELETE TO open.rule_view DO INSTEAD DELETE FROM closed.not_granted WHERE id = OLD.id;
GRANT ALL ON open.rule_view TO er_direct;
CREATE VIEW open.rule_broken_view AS SELECT id FROM open.for_public GROUP BY id;
CREATE RULE i AS ON INSERT TO open.rule_broken_view DO INSTEAD INSERT INTO closed.not_granted VALUES (NEW.id);
CREATE RULE u AS ON UPDATE TO open.rule_broken_view DO INSTEAD UPDATE open.for_public SET id = NEW.id WHERE id = OLD.id;
CREATE RULE d AS ON DELETE TO open.rule_broken_view DO INSTEAD DELETE FROM open.for_public WHERE id = OLD.id;
ALTER VIEW open.rule_broken_view OWNER TO er_stranger;
GRANT ALL ON open.rule_broken_view TO er_direct;
CREATE MATERIALIZED VIEW open.matview AS SELECT id FROM closed.not_granted;
GRANT ALL ON open.matview TO er_direct;
CREATE MATERIALIZED VIEW open.matview_of_stranger AS SELECT id FROM closed.not_granted;
ALTER MATERIALIZED VIEW open.matview_of_stranger OWNER TO er_stranger;
GRANT ALL ON open.matview_of_stranger TO er_direct;
CREATE VIEW open.whole_row_of_nothing AS SELECT no_columns IS NULL AS one FROM open.no_columns;
ALTER VIEW open.whole_row_of_nothing OWNER TO er_stranger;
GRANT ALL ON open.whole_row_of_nothing TO er_direct;

-- What is passed on through views: by column, by event, with the view's condition where it is looked at
CREATE TABLE closed.base (a int, b int, c int, g int GENERATED ALWAYS AS (a + 1) STORED);
GRANT SELECT, DELETE, INSERT (a, b), UPDATE (a, b) ON closed.base TO er_grantee;
CREATE TABLE closed.members (id int);
CREATE VIEW open.passing_some AS SELECT a AS x, b AS y, c AS z FROM closed.base;
ALTER VIEW open.passing_some OWNER TO er_grantee;
CREATE VIEW open.passing_fewer AS SELECT y AS yy, x AS xx FROM open.passing_some;
CREATE VIEW open.passing_one AS SELECT xx FROM open.passing_fewer;
CREATE VIEW open.passing_none AS SELECT g FROM closed.base;
ALTER VIEW open.passing_none OWNER TO er_grantee;
CREATE VIEW open.passing_mixed AS SELECT ctid, base, a, a AS again, c + 1 AS next, (SELECT base.b) AS inner_b FROM closed.base;
CREATE VIEW open.over_mixed AS SELECT * FROM open.passing_mixed;
CREATE VIEW open.hidden_order AS SELECT a FROM closed.base WHERE a IN (SELECT c FROM closed.base) ORDER BY c;
ALTER VIEW open.hidden_order OWNER TO er_grantee;
CREATE VIEW open.asking AS SELECT a FROM closed.base WHERE a IN (SELECT id FROM closed.members);
ALTER VIEW open.asking OWNER TO er_grantee;
CREATE VIEW open.asking_checked AS SELECT a FROM closed.base WHERE a IN (SELECT id FROM closed.members) WITH LOCAL CHECK OPTION;
ALTER VIEW open.asking_checked OWNER TO er_grantee;
CREATE VIEW open.asking_in_column AS SELECT a, (SELECT max(id) FROM closed.members) AS m FROM closed.base WITH CHECK OPTION;
ALTER VIEW open.asking_in_column OWNER TO er_grantee;
CREATE VIEW open.over_asking_cascaded AS SELECT a FROM open.asking WITH CASCADED CHECK OPTION;
CREATE VIEW open.over_asking_local AS SELECT a FROM open.asking WITH LOCAL CHECK OPTION;
GRANT ALL ON open.passing_some, open.passing_fewer, open.passing_one, open.passing_none, open.passing_mixed,
  open.over_mixed, open.hidden_order, open.asking, open.asking_checked, open.asking_in_column,
  open.over_asking_cascaded, open.over_asking_local TO er_direct;
GRANT INSERT ON open.asking, open.asking_checked, open.over_asking_cascaded, open.over_asking_local TO er_columns;

-- A conditional INSTEAD rule ends automatic updates; others add to the statement, or stand in for it
CREATE VIEW open.conditional_rule AS SELECT a, b FROM closed.base;
CREATE RULE u AS ON UPDATE TO open.conditional_rule WHERE NEW.a > 5 DO INSTEAD NOTHING;
CREATE VIEW open.over_conditional_rule AS SELECT a FROM open.conditional_rule;
CREATE VIEW open.conditional_also AS SELECT a, b FROM closed.base;
CREATE RULE u AS ON UPDATE TO open.conditional_also WHERE NEW.a > 5 DO ALSO DELETE FROM closed.members;
CREATE VIEW open.conditional_and_not AS SELECT a, b FROM closed.base;
CREATE RULE u AS ON UPDATE TO open.conditional_and_not WHERE NEW.a > 5 DO INSTEAD NOTHING;
CREATE RULE v AS ON UPDATE TO open.conditional_and_not DO INSTEAD NOTHING;
CREATE VIEW open.conditional_trigger AS SELECT a, b FROM closed.base;
CREATE RULE u AS ON UPDATE TO open.conditional_trigger WHERE NEW.a > 5 DO INSTEAD NOTHING;
CREATE TRIGGER t INSTEAD OF UPDATE ON open.conditional_trigger FOR EACH ROW EXECUTE FUNCTION open.nothing();
CREATE TABLE open.table_rule_conditional (a int);
CREATE RULE u AS ON UPDATE TO open.table_rule_conditional WHERE OLD.a > 5 DO INSTEAD NOTHING;
CREATE TABLE open.table_rule_denied (a int);
CREATE RULE u AS ON UPDATE TO open.table_rule_denied DO ALSO INSERT INTO closed.members VALUES (NEW.a);
ALTER TABLE open.table_rule_denied OWNER TO er_stranger;
CREATE TABLE open.table_rule_disabled (a int);
CREATE RULE u AS ON UPDATE TO open.table_rule_disabled DO ALSO INSERT INTO closed.members VALUES (NEW.a);
ALTER TABLE open.table_rule_disabled OWNER TO er_stranger;
ALTER TABLE open.table_rule_disabled DISABLE RULE u;
CREATE TABLE open.table_rule_replica (a int);
CREATE RULE u AS ON UPDATE TO open.table_rule_replica DO ALSO INSERT INTO closed.members VALUES (NEW.a);
ALTER TABLE open.table_rule_replica OWNER TO er_stranger;
ALTER TABLE open.table_rule_replica ENABLE REPLICA RULE u;
CREATE TABLE open.table_rule_asking (a int);
CREATE RULE d AS ON DELETE TO open.table_rule_asking WHERE EXISTS (SELECT FROM open.broken_view) DO INSTEAD NOTHING;
CREATE TABLE open.table_rule_passing (a int);
CREATE RULE d AS ON DELETE TO open.table_rule_passing DO ALSO DELETE FROM open.table_rule_asking;
CREATE VIEW open.over_table_rule_passing AS SELECT a FROM open.table_rule_passing;
CREATE TABLE open.table_rule_endless (a int);
CREATE RULE u AS ON UPDATE TO open.table_rule_endless DO ALSO UPDATE open.table_rule_endless SET a = 3;
CREATE VIEW open.over_table_rule_endless AS SELECT a FROM open.table_rule_endless;
CREATE TABLE open.table_rule_into_view (a int);
CREATE RULE i AS ON INSERT TO open.table_rule_into_view DO ALSO INSERT INTO open.passing_some (x) VALUES (NEW.a);
CREATE RULE u AS ON UPDATE TO open.table_rule_into_view DO ALSO UPDATE open.passing_fewer SET yy = NEW.a;
CREATE TABLE open.table_rule_into_denied (a int);
CREATE RULE i AS ON INSERT TO open.table_rule_into_denied DO ALSO INSERT INTO open.passing_some (z) VALUES (NEW.a);
CREATE TABLE open.table_rule_into_refusing (a int);
CREATE RULE i AS ON INSERT TO open.table_rule_into_refusing DO ALSO UPDATE open.conditional_rule SET b = NEW.a;
GRANT ALL ON open.conditional_rule, open.over_conditional_rule, open.conditional_also, open.conditional_and_not,
  open.conditional_trigger, open.table_rule_conditional, open.table_rule_denied, open.table_rule_disabled,
  open.table_rule_replica, open.table_rule_asking, open.table_rule_passing, open.over_table_rule_passing,
  open.table_rule_endless, open.over_table_rule_endless, open.table_rule_into_view, open.table_rule_into_denied,
  open.table_rule_into_refusing TO er_direct;

-- Names and constants that look like the text in which the server stores rules
CREATE TABLE closed."{RTE :relid 1260 :requiredPerms 15 " ("{RTEPERMISSIONINFO :relid 1 " int, ":varno 3 " int, "\ } {RTE" int);
CREATE VIEW open.looks_like_entry AS
  SELECT "{RTEPERMISSIONINFO :relid 1 " AS "{RTE", ":varno 3 " AS "{QUERY", "\ } {RTE" AS "}"
  FROM closed."{RTE :relid 1260 :requiredPerms 15 " AS "{RTEPERMISSIONINFO";
CREATE VIEW open.looks_like_fields AS
  SELECT "{QUERY".a AS ":targetList", b AS ":stmt_len", c AS ":groupClause" FROM closed.base AS "{QUERY"
  WHERE a IN (SELECT a FROM closed.base AS ":setOperations" GROUP BY a HAVING count(*) > 1);
CREATE VIEW open.looks_like_constant AS
  SELECT a, '{RTE :relid 1260 :requiredPerms 2 } {RTEPERMISSIONINFO :relid 1260 :requiredPerms 2' AS text
  FROM closed.base AS "<>" WHERE a::text <> '{RTE :hasAggs true :groupClause ( :limitOffset {';
GRANT ALL ON open.looks_like_entry, open.looks_like_fields, open.looks_like_constant TO er_direct;

-- Foreign tables: the wrapper decides what they take
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE open.file_table (line text) SERVER files OPTIONS (filename '/etc/hostname');
GRANT ALL ON open.file_table TO er_direct;
CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER nowhere FOREIGN DATA WRAPPER dummy;
