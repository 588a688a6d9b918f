-- Writes that rules make nothing of. Roles are cluster-wide: their names begin with er_, and those that can be audited
-- are those.
CREATE ROLE er_vanish_owner;
CREATE ROLE er_vanish_user;
CREATE ROLE er_vanish_reader;
CREATE SCHEMA vw;
GRANT USAGE ON SCHEMA vw TO PUBLIC;
GRANT CREATE ON SCHEMA vw TO er_vanish_owner;
CREATE FUNCTION vw.f(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
REVOKE EXECUTE ON FUNCTION vw.f FROM PUBLIC;
CREATE TABLE vw.log (id int);

-- tables: all three, some, by condition, beside rules that do something
CREATE FUNCTION vw.add_rules(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE RULE i AS ON INSERT TO %s DO INSTEAD NOTHING', relation);
  EXECUTE format('CREATE RULE u AS ON UPDATE TO %s DO INSTEAD NOTHING', relation);
  EXECUTE format('CREATE RULE d AS ON DELETE TO %s DO INSTEAD NOTHING', relation);
END $$;
CREATE TABLE vw.nothing (id int);
SELECT vw.add_rules('vw.nothing');
CREATE TABLE vw.append_only (id int);
CREATE RULE u AS ON UPDATE TO vw.append_only DO INSTEAD NOTHING;
CREATE RULE d AS ON DELETE TO vw.append_only DO INSTEAD NOTHING;
CREATE TABLE vw.by_condition (id int);
CREATE RULE i AS ON INSERT TO vw.by_condition WHERE new.id > 3 DO INSTEAD NOTHING;
CREATE TABLE vw.nothing_by_condition_too (id int);
SELECT vw.add_rules('vw.nothing_by_condition_too');
CREATE RULE z AS ON INSERT TO vw.nothing_by_condition_too WHERE vw.f(new.id) DO INSTEAD NOTHING;
CREATE TABLE vw.nothing_also (id int);
SELECT vw.add_rules('vw.nothing_also');
CREATE RULE a AS ON INSERT TO vw.nothing_also WHERE vw.f(new.id) DO ALSO NOTHING;
CREATE TABLE vw.something_also (id int);
SELECT vw.add_rules('vw.something_also');
CREATE RULE a AS ON INSERT TO vw.something_also DO ALSO INSERT INTO vw.log VALUES (1);
CREATE TABLE vw.something_also_never (id int);
SELECT vw.add_rules('vw.something_also_never');
CREATE RULE a AS ON UPDATE TO vw.something_also_never WHERE false DO ALSO INSERT INTO vw.log VALUES (1);
CREATE TABLE vw.disabled (id int);
SELECT vw.add_rules('vw.disabled');
ALTER TABLE vw.disabled DISABLE RULE d;
CREATE TABLE vw.secured (id int);
SELECT vw.add_rules('vw.secured');
CREATE POLICY p ON vw.secured USING (vw.f(id));
ALTER TABLE vw.secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE vw.checked (id int CHECK (vw.f(id)));
SELECT vw.add_rules('vw.checked');

-- views over them; their owner holds nothing there
SET ROLE er_vanish_owner;
CREATE VIEW vw.over AS SELECT id FROM vw.nothing WHERE vw.f(id);
CREATE VIEW vw.over_over AS SELECT id FROM vw.over WHERE vw.f(id) WITH CHECK OPTION;
CREATE VIEW vw.over_append_only AS SELECT id FROM vw.append_only;
CREATE VIEW vw.over_something AS SELECT id FROM vw.something_also;
CREATE VIEW vw.over_secured AS SELECT id FROM vw.secured;
CREATE VIEW vw.computed AS SELECT id + 1 AS id FROM vw.nothing;
CREATE VIEW vw.logging AS SELECT id FROM vw.nothing;
CREATE RULE a AS ON INSERT TO vw.logging DO ALSO INSERT INTO vw.log VALUES (1);
CREATE VIEW vw.over_logging AS SELECT id FROM vw.logging;
CREATE VIEW vw.by_itself AS SELECT 1 AS id;
SELECT vw.add_rules('vw.by_itself');
CREATE VIEW vw.over_by_itself AS SELECT id FROM vw.by_itself;
CREATE VIEW vw.some_by_itself AS SELECT id FROM vw.log;
CREATE RULE i AS ON INSERT TO vw.some_by_itself DO INSTEAD NOTHING;
CREATE VIEW vw.view_by_condition AS SELECT id FROM vw.nothing;
CREATE RULE i AS ON INSERT TO vw.view_by_condition WHERE new.id > 3 DO INSTEAD NOTHING;
RESET ROLE;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA vw TO er_vanish_user;
REVOKE ALL ON vw.log FROM er_vanish_user;
GRANT SELECT ON ALL TABLES IN SCHEMA vw TO er_vanish_reader;
GRANT INSERT ON vw.append_only TO er_vanish_reader;
-- what a role does not see is not told of it
GRANT REFERENCES ON ALL TABLES IN SCHEMA vw TO er_vanish_owner;
