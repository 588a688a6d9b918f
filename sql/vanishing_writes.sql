-- A write that rules make nothing of: the server drops it, and asks for no permission on whatever it would have met.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_view_owner;
CREATE ROLE regress_user;
CREATE ROLE regress_reader;
CREATE SCHEMA cv;
GRANT USAGE ON SCHEMA cv TO PUBLIC;
GRANT CREATE ON SCHEMA cv TO regress_view_owner;
CREATE FUNCTION cv.f(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
REVOKE EXECUTE ON FUNCTION cv.f FROM PUBLIC;
CREATE TABLE cv.log (id int);

-- tables: all three, some, by condition, beside rules that do something
CREATE FUNCTION cv.add_rules(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE RULE i AS ON INSERT TO %s DO INSTEAD NOTHING', relation);
  EXECUTE format('CREATE RULE u AS ON UPDATE TO %s DO INSTEAD NOTHING', relation);
  EXECUTE format('CREATE RULE d AS ON DELETE TO %s DO INSTEAD NOTHING', relation);
END $$;
CREATE TABLE cv.nothing (id int);
SELECT cv.add_rules('cv.nothing');
CREATE TABLE cv.append_only (id int);
CREATE RULE u AS ON UPDATE TO cv.append_only DO INSTEAD NOTHING;
CREATE RULE d AS ON DELETE TO cv.append_only DO INSTEAD NOTHING;
CREATE TABLE cv.by_condition (id int);
CREATE RULE i AS ON INSERT TO cv.by_condition WHERE new.id > 3 DO INSTEAD NOTHING;
CREATE TABLE cv.nothing_by_condition_too (id int);
SELECT cv.add_rules('cv.nothing_by_condition_too');
CREATE RULE z AS ON INSERT TO cv.nothing_by_condition_too WHERE cv.f(new.id) DO INSTEAD NOTHING;
CREATE TABLE cv.nothing_also (id int);
SELECT cv.add_rules('cv.nothing_also');
CREATE RULE a AS ON INSERT TO cv.nothing_also WHERE cv.f(new.id) DO ALSO NOTHING;
CREATE TABLE cv.something_also (id int);
SELECT cv.add_rules('cv.something_also');
CREATE RULE a AS ON INSERT TO cv.something_also DO ALSO INSERT INTO cv.log VALUES (1);
CREATE TABLE cv.something_also_never (id int);
SELECT cv.add_rules('cv.something_also_never');
CREATE RULE a AS ON UPDATE TO cv.something_also_never WHERE false DO ALSO INSERT INTO cv.log VALUES (1);
CREATE TABLE cv.disabled (id int);
SELECT cv.add_rules('cv.disabled');
ALTER TABLE cv.disabled DISABLE RULE d;
CREATE TABLE cv.secured (id int);
SELECT cv.add_rules('cv.secured');
CREATE POLICY p ON cv.secured USING (cv.f(id));
ALTER TABLE cv.secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE cv.checked (id int CHECK (cv.f(id)));
SELECT cv.add_rules('cv.checked');

-- views over them; their owner holds nothing there
SET ROLE regress_view_owner;
CREATE VIEW cv.over AS SELECT id FROM cv.nothing WHERE cv.f(id);
CREATE VIEW cv.over_over AS SELECT id FROM cv.over WHERE cv.f(id) WITH CHECK OPTION;
CREATE VIEW cv.over_append_only AS SELECT id FROM cv.append_only;
CREATE VIEW cv.over_something AS SELECT id FROM cv.something_also;
CREATE VIEW cv.over_secured AS SELECT id FROM cv.secured;
CREATE VIEW cv.computed AS SELECT id + 1 AS id FROM cv.nothing;
CREATE VIEW cv.logging AS SELECT id FROM cv.nothing;
CREATE RULE a AS ON INSERT TO cv.logging DO ALSO INSERT INTO cv.log VALUES (1);
CREATE VIEW cv.over_logging AS SELECT id FROM cv.logging;
CREATE VIEW cv.by_itself AS SELECT 1 AS id;
SELECT cv.add_rules('cv.by_itself');
CREATE VIEW cv.over_by_itself AS SELECT id FROM cv.by_itself;
CREATE VIEW cv.some_by_itself AS SELECT id FROM cv.log;
CREATE RULE i AS ON INSERT TO cv.some_by_itself DO INSTEAD NOTHING;
CREATE VIEW cv.view_by_condition AS SELECT id FROM cv.nothing;
CREATE RULE i AS ON INSERT TO cv.view_by_condition WHERE new.id > 3 DO INSTEAD NOTHING;
RESET ROLE;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cv TO regress_user;
REVOKE ALL ON cv.log FROM regress_user;
GRANT SELECT ON ALL TABLES IN SCHEMA cv TO regress_reader;
GRANT INSERT ON cv.append_only TO regress_reader;

SELECT table_name, can_write, blocked_by FROM conncheck_permissions('regress_user', 'cv');
SELECT table_name, blocked_by FROM conncheck_permissions('regress_reader', 'cv') WHERE can_write;
SELECT * FROM tried.compare('{regress_user,regress_reader,regress_view_owner}', 'cv');
GRANT INSERT ON cv.log TO regress_view_owner;
GRANT ALL ON cv.something_also TO regress_view_owner;
SELECT * FROM tried.compare('{regress_user,regress_reader,regress_view_owner}', 'cv');

-- without the schema there is nothing to be named
REVOKE USAGE ON SCHEMA cv FROM PUBLIC;
SELECT count(*) FROM conncheck_permissions('regress_user', 'cv') WHERE can_write;

DROP SCHEMA cv CASCADE;
DROP ROLE regress_view_owner, regress_user, regress_reader;
\set ECHO none
\i sql/include/try_done.psql
