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
CREATE ROLE er_reads_all IN ROLE pg_read_all_data;
CREATE ROLE er_writes_all IN ROLE pg_write_all_data;
CREATE ROLE er_writes_all_and_more IN ROLE pg_write_all_data, er_group;
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

-- Foreign tables: the wrapper decides what they take
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE open.file_table (line text) SERVER files OPTIONS (filename '/etc/hostname');
GRANT ALL ON open.file_table TO er_direct;
CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER nowhere FOREIGN DATA WRAPPER dummy;
