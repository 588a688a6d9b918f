-- What a rule does to a relation whose own rules make nothing of it: the server drops that action, as if it were NOTHING.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_rule_owner;
CREATE ROLE regress_user;
CREATE ROLE regress_stranger;
CREATE SCHEMA ca_sink;
CREATE SCHEMA ca;
GRANT USAGE ON SCHEMA ca_sink, ca TO PUBLIC;
GRANT CREATE ON SCHEMA ca TO regress_rule_owner;
CREATE TABLE ca_sink.log (id int);
CREATE FUNCTION ca_sink.f(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
REVOKE EXECUTE ON FUNCTION ca_sink.f FROM PUBLIC;
CREATE FUNCTION ca_sink.add_rules(relation text, how text, target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE RULE i AS ON INSERT TO %s DO %s ' ||
    CASE target WHEN 'NOTHING' THEN target ELSE 'INSERT INTO %s VALUES (new.id)' END, relation, how, target);
  EXECUTE format('CREATE RULE u AS ON UPDATE TO %s DO %s ' ||
    CASE target WHEN 'NOTHING' THEN target ELSE 'UPDATE %s SET id = new.id WHERE id = old.id' END, relation, how, target);
  EXECUTE format('CREATE RULE d AS ON DELETE TO %s DO %s ' ||
    CASE target WHEN 'NOTHING' THEN target ELSE 'DELETE FROM %s WHERE id = old.id' END, relation, how, target);
END $$;

-- nothing comes of what is done to these
CREATE TABLE ca_sink.nothing (id int, more int);
SELECT ca_sink.add_rules('ca_sink.nothing', 'INSTEAD', 'NOTHING');
CREATE VIEW ca_sink.nothing_by_view AS SELECT id FROM ca_sink.log WHERE ca_sink.f(id);
SELECT ca_sink.add_rules('ca_sink.nothing_by_view', 'INSTEAD', 'NOTHING');
CREATE VIEW ca_sink.over_nothing AS SELECT id, more + 1 AS more FROM ca_sink.nothing WHERE ca_sink.f(id);
CREATE VIEW ca_sink.over_over AS SELECT id FROM ca_sink.over_nothing;
SELECT ca_sink.add_rules('ca_sink.over_over', 'ALSO', 'ca_sink.nothing_by_view');
CREATE TABLE ca_sink.chain (id int);
SELECT ca_sink.add_rules('ca_sink.chain', 'INSTEAD', 'ca_sink.over_over');
CREATE TABLE ca_sink.chain_where (id int);
SELECT ca_sink.add_rules('ca_sink.chain_where', 'INSTEAD', 'ca_sink.chain');
CREATE RULE w AS ON INSERT TO ca_sink.chain_where WHERE ca_sink.f(new.id) DO ALSO INSERT INTO ca_sink.nothing VALUES (new.id);
CREATE RULE x AS ON INSERT TO ca_sink.chain_where WHERE ca_sink.f(new.id) DO INSTEAD INSERT INTO ca_sink.nothing VALUES (new.id);
CREATE TABLE ca_sink.secured (id int);
SELECT ca_sink.add_rules('ca_sink.secured', 'INSTEAD', 'ca_sink.chain');
CREATE POLICY p ON ca_sink.secured USING (ca_sink.f(id));
ALTER TABLE ca_sink.secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE ca_sink.notifying (id int);
CREATE RULE i AS ON INSERT TO ca_sink.notifying DO INSTEAD NOTIFY n;
CREATE RULE u AS ON UPDATE TO ca_sink.notifying DO INSTEAD (NOTIFY n; UPDATE ca_sink.nothing SET id = new.id);
CREATE RULE d AS ON DELETE TO ca_sink.notifying DO INSTEAD (DELETE FROM ca_sink.nothing; NOTIFY n);
-- something does of these
CREATE VIEW ca_sink.over_append_only AS SELECT id FROM ca_sink.log;
CREATE RULE i AS ON INSERT TO ca_sink.over_append_only DO INSTEAD NOTHING;
CREATE TABLE ca_sink.nothing_where (id int);
CREATE RULE i AS ON INSERT TO ca_sink.nothing_where WHERE new.id > 3 DO INSTEAD NOTHING;
CREATE TABLE ca_sink.nothing_also (id int);
SELECT ca_sink.add_rules('ca_sink.nothing_also', 'ALSO', 'ca_sink.nothing');
CREATE TABLE ca_sink.logged (id int);
SELECT ca_sink.add_rules('ca_sink.logged', 'INSTEAD', 'NOTHING');
CREATE RULE l AS ON DELETE TO ca_sink.logged DO ALSO INSERT INTO ca_sink.log VALUES (old.id);
CREATE TABLE ca_sink.two_actions (id int);
SELECT ca_sink.add_rules('ca_sink.two_actions', 'INSTEAD', 'NOTHING');
CREATE RULE l AS ON INSERT TO ca_sink.two_actions
  DO ALSO (INSERT INTO ca_sink.nothing VALUES (new.id); INSERT INTO ca_sink.log VALUES (new.id); DELETE FROM ca_sink.chain);
CREATE TABLE ca_sink.selecting (id int);
SELECT ca_sink.add_rules('ca_sink.selecting', 'INSTEAD', 'NOTHING');
CREATE RULE s AS ON UPDATE TO ca_sink.selecting DO ALSO SELECT id FROM ca_sink.log;
CREATE VIEW ca_sink.by_trigger AS SELECT id FROM ca_sink.nothing;
CREATE FUNCTION ca_sink.t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER t INSTEAD OF INSERT OR UPDATE OR DELETE ON ca_sink.by_trigger FOR EACH ROW EXECUTE FUNCTION ca_sink.t();
CREATE TABLE ca_sink.disabled (id int);
SELECT ca_sink.add_rules('ca_sink.disabled', 'INSTEAD', 'NOTHING');
ALTER TABLE ca_sink.disabled DISABLE RULE u;
-- errors
CREATE TABLE ca_sink.loop (id int);
CREATE TABLE ca_sink.loop_back (id int);
SELECT ca_sink.add_rules('ca_sink.loop', 'INSTEAD', 'ca_sink.loop_back');
SELECT ca_sink.add_rules('ca_sink.loop_back', 'INSTEAD', 'ca_sink.loop');
CREATE VIEW ca_sink.no_view_to_write AS SELECT DISTINCT id FROM ca_sink.nothing;
CREATE VIEW ca_sink.view_where AS SELECT id FROM ca_sink.nothing;
CREATE RULE i AS ON INSERT TO ca_sink.view_where WHERE new.id > 3 DO INSTEAD NOTHING;

CREATE VIEW ca_sink.no_columns AS SELECT id + 1 AS id FROM ca_sink.nothing;
CREATE TABLE ca_sink.generated (id int, twice int GENERATED ALWAYS AS (id * 2) STORED);
SELECT ca_sink.add_rules('ca_sink.generated', 'INSTEAD', 'NOTHING');
CREATE VIEW ca_sink.view_of_generated AS SELECT id, twice FROM ca_sink.generated;
CREATE TABLE ca_sink.identity (id int GENERATED ALWAYS AS IDENTITY);
SELECT ca_sink.add_rules('ca_sink.identity', 'INSTEAD', 'NOTHING');

-- a table and a view beside and instead of each of them; the rules' owner holds nothing there
CREATE FUNCTION ca.add_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'ca_sink'::regnamespace AND relkind IN ('r', 'v')
                                            AND relname NOT IN ('no_columns', 'identity') LOOP
    EXECUTE format('CREATE TABLE ca.%s__also (id int)', name);
    PERFORM ca_sink.add_rules(format('ca.%s__also', name), 'ALSO', 'ca_sink.' || name);
    EXECUTE format('CREATE TABLE ca.%s__instead (id int)', name);
    PERFORM ca_sink.add_rules(format('ca.%s__instead', name), 'INSTEAD', 'ca_sink.' || name);
    EXECUTE format('CREATE VIEW ca.%s__view AS SELECT id FROM ca.plain', name);
    PERFORM ca_sink.add_rules(format('ca.%s__view', name), 'ALSO', 'ca_sink.' || name);
    EXECUTE format('CREATE VIEW ca.%s__over AS SELECT id FROM ca.%1$s__instead', name);
  END LOOP;
END $$;
SET ROLE regress_rule_owner;
CREATE TABLE ca.plain (id int);
SELECT ca.add_all();
CREATE TABLE ca.mixed (id int);
CREATE RULE i AS ON INSERT TO ca.mixed DO ALSO (DELETE FROM ca_sink.chain; INSERT INTO ca_sink.chain SELECT id FROM ca_sink.log);
CREATE RULE u AS ON UPDATE TO ca.mixed DO ALSO (DELETE FROM ca_sink.chain; INSERT INTO ca.plain VALUES (old.id));
CREATE TABLE ca.mixed_badly (id int);
CREATE RULE i AS ON INSERT TO ca.mixed_badly DO ALSO (DELETE FROM ca_sink.chain; INSERT INTO ca_sink.log VALUES (new.id));
CREATE TABLE ca.instead_where (id int);
CREATE RULE i AS ON INSERT TO ca.instead_where WHERE new.id IN (SELECT id FROM ca_sink.log) DO INSTEAD DELETE FROM ca_sink.chain;
CREATE TABLE ca.also_where (id int);
CREATE RULE i AS ON INSERT TO ca.also_where WHERE new.id IN (SELECT id FROM ca_sink.log) DO ALSO DELETE FROM ca_sink.chain;
CREATE TABLE ca.instead_where_and_at_all (id int);
CREATE RULE i AS ON INSERT TO ca.instead_where_and_at_all
  WHERE new.id IN (SELECT id FROM ca_sink.log) DO INSTEAD DELETE FROM ca_sink.chain;
CREATE RULE j AS ON INSERT TO ca.instead_where_and_at_all DO INSTEAD INSERT INTO ca.plain VALUES (new.id);
CREATE TABLE ca.no_such_column (id int);
CREATE RULE i AS ON INSERT TO ca.no_such_column DO ALSO INSERT INTO ca_sink.over_nothing (id, more) VALUES (new.id, 1);
CREATE TABLE ca.no_column (id int);
CREATE RULE i AS ON INSERT TO ca.no_column DO ALSO INSERT INTO ca_sink.no_columns DEFAULT VALUES;
CREATE TABLE ca.no_column_deleted (id int);
CREATE RULE i AS ON INSERT TO ca.no_column_deleted DO ALSO DELETE FROM ca_sink.no_columns;
CREATE TABLE ca.no_value (id int);
CREATE RULE i AS ON UPDATE TO ca.no_value DO ALSO UPDATE ca_sink.view_of_generated SET twice = 1;
CREATE TABLE ca.identity (id int);
CREATE RULE i AS ON INSERT TO ca.identity DO ALSO INSERT INTO ca_sink.identity VALUES (new.id);
CREATE TABLE ca.deleting (id int);
CREATE RULE d AS ON DELETE TO ca.deleting DO ALSO DELETE FROM ca_sink.nothing_by_view WHERE id IN (SELECT id FROM ca_sink.log);
RESET ROLE;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ca TO regress_user;

-- whoever owns nothing beneath and holds all above
SELECT split_part(table_name, '__', 1) AS beneath,
       string_agg(split_part(table_name, '__', 2), ' ' ORDER BY table_name) FILTER (WHERE can_write) AS writable,
       string_agg(split_part(table_name, '__', 2), ' ' ORDER BY table_name) FILTER (WHERE NOT can_write) AS not_writable
FROM conncheck_permissions('regress_user', 'ca', '*__*') GROUP BY 1 ORDER BY min(table_name);
SELECT table_name, can_write, blocked_by FROM conncheck_permissions('regress_user', 'ca')
WHERE strpos(table_name, '__') = 0;
SELECT table_name FROM conncheck_permissions('regress_stranger', 'ca*', include_invisible => true) WHERE can_write;
SELECT * FROM tried.compare('{regress_user,regress_stranger,regress_rule_owner}', 'ca*');
GRANT ALL ON ca_sink.log TO regress_rule_owner;
SELECT * FROM tried.compare('{regress_user,regress_stranger,regress_rule_owner}', 'ca*');
SELECT source, detail, fix FROM conncheck_explain('ca.deleting', 'DELETE', 'regress_user');

DROP SCHEMA ca_sink, ca CASCADE;
DROP ROLE regress_rule_owner, regress_user, regress_stranger;
\set ECHO none
\i sql/include/try_done.psql
