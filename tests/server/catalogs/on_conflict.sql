-- Rules whose action is INSERT with ON CONFLICT: an error on a relation that has rules for UPDATE, or for INSERT that are
-- not NOTHING. Roles are cluster-wide: their names begin with er_, and those that can be audited are those.
CREATE ROLE er_conflict_views;
CREATE ROLE er_conflict_poor;
CREATE ROLE er_conflict_inserting;
CREATE ROLE er_conflict_rich;
CREATE ROLE er_conflict_user;
CREATE SCHEMA oc_sink;
GRANT USAGE ON SCHEMA oc_sink TO PUBLIC;
CREATE TABLE oc_sink.log (id int PRIMARY KEY, note int);
CREATE FUNCTION oc_sink.trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

-- tables: what may stand in the way, and what does not
CREATE TABLE oc_sink.plain (id int PRIMARY KEY, note int);
CREATE TABLE oc_sink.updatable (id int PRIMARY KEY, note int);
CREATE TABLE oc_sink.nothing (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.nothing DO INSTEAD NOTHING;
CREATE TABLE oc_sink.nothing_at_all (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.nothing_at_all DO INSTEAD NOTHING;
CREATE RULE u AS ON UPDATE TO oc_sink.nothing_at_all DO INSTEAD NOTHING;
CREATE TABLE oc_sink.nothing_where (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.nothing_where WHERE new.id > 3 DO INSTEAD NOTHING;
CREATE TABLE oc_sink.nothing_also (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.nothing_also DO ALSO NOTHING;
CREATE TABLE oc_sink.notifying (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.notifying DO INSTEAD NOTIFY n;
CREATE TABLE oc_sink.inserting (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.inserting DO ALSO INSERT INTO oc_sink.plain VALUES (new.id);
CREATE TABLE oc_sink.inserting_where (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.inserting_where WHERE false DO ALSO INSERT INTO oc_sink.plain VALUES (new.id);
CREATE TABLE oc_sink.inserting_nothing (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.inserting_nothing DO INSTEAD INSERT INTO oc_sink.nothing VALUES (new.id);
CREATE TABLE oc_sink.inserting_disabled (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.inserting_disabled DO ALSO INSERT INTO oc_sink.log VALUES (new.id);
ALTER TABLE oc_sink.inserting_disabled DISABLE RULE i;
CREATE TABLE oc_sink.inserting_replica (id int PRIMARY KEY, note int);
CREATE RULE i AS ON INSERT TO oc_sink.inserting_replica DO ALSO INSERT INTO oc_sink.log VALUES (new.id);
ALTER TABLE oc_sink.inserting_replica ENABLE REPLICA RULE i;
CREATE TABLE oc_sink.updating (id int PRIMARY KEY, note int);
CREATE RULE u AS ON UPDATE TO oc_sink.updating DO ALSO NOTHING;
CREATE TABLE oc_sink.updating_disabled (id int PRIMARY KEY, note int);
CREATE RULE u AS ON UPDATE TO oc_sink.updating_disabled DO ALSO NOTHING;
ALTER TABLE oc_sink.updating_disabled DISABLE RULE u;
CREATE TABLE oc_sink.deleting (id int PRIMARY KEY, note int);
CREATE RULE d AS ON DELETE TO oc_sink.deleting DO ALSO INSERT INTO oc_sink.log VALUES (old.id);
CREATE TABLE oc_sink.secured (id int PRIMARY KEY, note int);
CREATE POLICY i ON oc_sink.secured FOR INSERT WITH CHECK (true);
CREATE POLICY s ON oc_sink.secured FOR SELECT USING (true);
CREATE POLICY u ON oc_sink.secured FOR UPDATE USING (id IN (SELECT id FROM oc_sink.log));
ALTER TABLE oc_sink.secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE oc_sink.generated (id int PRIMARY KEY, note int GENERATED ALWAYS AS (id * 2) STORED);

-- views pass it on, whatever their rules for UPDATE are, and none of these is fired
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA oc_sink TO er_conflict_views;
GRANT UPDATE ON oc_sink.updatable TO er_conflict_views;
REVOKE ALL ON oc_sink.log FROM er_conflict_views;
GRANT CREATE ON SCHEMA oc_sink TO er_conflict_views;
SET ROLE er_conflict_views;
CREATE VIEW oc_sink.over_plain AS SELECT id, note FROM oc_sink.plain;
CREATE VIEW oc_sink.over_updatable AS SELECT note, id FROM oc_sink.updatable;
CREATE VIEW oc_sink.over_over AS SELECT id, note FROM oc_sink.over_updatable;
CREATE VIEW oc_sink.over_computed AS SELECT id, note + 1 AS note FROM oc_sink.updatable;
CREATE VIEW oc_sink.over_generated AS SELECT id, note FROM oc_sink.generated;
CREATE VIEW oc_sink.over_secured AS SELECT id, note FROM oc_sink.secured;
CREATE VIEW oc_sink.over_nothing AS SELECT id, note FROM oc_sink.nothing;
CREATE VIEW oc_sink.over_nothing_at_all AS SELECT id, note FROM oc_sink.nothing_at_all;
CREATE VIEW oc_sink.over_updating AS SELECT id, note FROM oc_sink.updating;
CREATE VIEW oc_sink.over_inserting AS SELECT id, note FROM oc_sink.inserting;
CREATE VIEW oc_sink.no_view_to_write AS SELECT DISTINCT id, note FROM oc_sink.updatable;
CREATE VIEW oc_sink.view_updating_nothing AS SELECT id, note FROM oc_sink.plain;
CREATE RULE u AS ON UPDATE TO oc_sink.view_updating_nothing DO INSTEAD NOTHING;
CREATE VIEW oc_sink.view_updating AS SELECT id, note FROM oc_sink.updatable;
CREATE RULE u AS ON UPDATE TO oc_sink.view_updating DO INSTEAD UPDATE oc_sink.log SET id = new.id;
CREATE VIEW oc_sink.view_updating_where AS SELECT id, note FROM oc_sink.updatable;
CREATE RULE u AS ON UPDATE TO oc_sink.view_updating_where WHERE new.id > 3 DO INSTEAD UPDATE oc_sink.log SET id = new.id;
CREATE VIEW oc_sink.view_updating_over_nothing AS SELECT id, note FROM oc_sink.nothing;
CREATE RULE u AS ON UPDATE TO oc_sink.view_updating_over_nothing DO INSTEAD UPDATE oc_sink.log SET id = new.id;
CREATE VIEW oc_sink.view_inserting AS SELECT id, note FROM oc_sink.updatable;
CREATE RULE i AS ON INSERT TO oc_sink.view_inserting DO ALSO INSERT INTO oc_sink.plain VALUES (new.id);
CREATE VIEW oc_sink.view_inserting_badly AS SELECT id, note FROM oc_sink.updatable;
CREATE RULE i AS ON INSERT TO oc_sink.view_inserting_badly DO ALSO INSERT INTO oc_sink.log VALUES (new.id);
CREATE VIEW oc_sink.view_inserting_where AS SELECT id, note FROM oc_sink.updatable;
CREATE RULE i AS ON INSERT TO oc_sink.view_inserting_where WHERE new.id > 3 DO INSTEAD NOTHING;
CREATE VIEW oc_sink.view_inserting_itself AS SELECT id, note FROM oc_sink.updatable;
CREATE RULE i AS ON INSERT TO oc_sink.view_inserting_itself
  DO ALSO INSERT INTO oc_sink.view_inserting_itself VALUES (new.id) ON CONFLICT DO NOTHING;
CREATE VIEW oc_sink.view_updating_by_inserting AS SELECT id, note FROM oc_sink.updatable;
CREATE RULE u AS ON UPDATE TO oc_sink.view_updating_by_inserting
  DO ALSO INSERT INTO oc_sink.view_updating_by_inserting VALUES (new.id) ON CONFLICT (id) DO UPDATE SET note = 1;
CREATE VIEW oc_sink.view_instead AS SELECT id, note FROM oc_sink.log;
CREATE RULE i AS ON INSERT TO oc_sink.view_instead DO INSTEAD INSERT INTO oc_sink.updatable VALUES (new.id);
CREATE VIEW oc_sink.view_nothing AS SELECT id, note FROM oc_sink.log;
CREATE RULE i AS ON INSERT TO oc_sink.view_nothing DO INSTEAD NOTHING;
CREATE VIEW oc_sink.view_nothing_at_all AS SELECT id, note FROM oc_sink.log;
CREATE RULE i AS ON INSERT TO oc_sink.view_nothing_at_all DO INSTEAD NOTHING;
CREATE RULE u AS ON UPDATE TO oc_sink.view_nothing_at_all DO INSTEAD NOTHING;
CREATE VIEW oc_sink.view_trigger AS SELECT id, note FROM oc_sink.log;
CREATE TRIGGER t INSTEAD OF INSERT ON oc_sink.view_trigger FOR EACH ROW EXECUTE FUNCTION oc_sink.trigger();
CREATE VIEW oc_sink.view_trigger_updating AS SELECT id, note FROM oc_sink.log;
CREATE TRIGGER t INSTEAD OF INSERT ON oc_sink.view_trigger_updating FOR EACH ROW EXECUTE FUNCTION oc_sink.trigger();
CREATE RULE u AS ON UPDATE TO oc_sink.view_trigger_updating DO INSTEAD NOTHING;
RESET ROLE;

-- A table beside which, and one instead of which, each of these is inserted into. The rules' owners hold nothing there,
-- all but UPDATE, everything.
CREATE FUNCTION oc_sink.add_rules() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'oc_sink'::regnamespace AND relkind IN ('r', 'v') LOOP
    EXECUTE format('CREATE TABLE %s__nothing (id int)', name);
    EXECUTE format('CREATE RULE i AS ON INSERT TO %1$s__nothing DO ALSO '
                   'INSERT INTO oc_sink.%1$s (id) VALUES (new.id) ON CONFLICT DO NOTHING', name);
    EXECUTE format('CREATE TABLE %s__nothing_instead (id int)', name);
    EXECUTE format('CREATE RULE u AS ON UPDATE TO %1$s__nothing_instead DO INSTEAD '
                   'INSERT INTO oc_sink.%1$s (id) VALUES (new.id) ON CONFLICT DO NOTHING', name);
    EXECUTE format('CREATE TABLE %s__update (id int)', name);
    EXECUTE format('CREATE RULE i AS ON INSERT TO %1$s__update DO ALSO '
                   'INSERT INTO oc_sink.%1$s (id) VALUES (new.id) ON CONFLICT (id) DO UPDATE SET note = 1', name);
    EXECUTE format('CREATE TABLE %s__update_instead (id int)', name);
    EXECUTE format('CREATE RULE d AS ON DELETE TO %1$s__update_instead DO INSTEAD '
                   'INSERT INTO oc_sink.%1$s (id) VALUES (old.id) ON CONFLICT (id) DO UPDATE SET note = 1', name);
  END LOOP;
  CREATE TABLE beside (id int);
  CREATE RULE i AS ON INSERT TO beside DO ALSO WITH w AS (
    INSERT INTO oc_sink.plain (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING id) INSERT INTO oc_sink.updatable SELECT id FROM w;
  CREATE TABLE beside_updating (id int);
  CREATE RULE i AS ON INSERT TO beside_updating DO ALSO WITH w AS (
    INSERT INTO oc_sink.updating (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING id) INSERT INTO oc_sink.updatable SELECT id FROM w;
  CREATE TABLE returning_all (id int, note int);
  CREATE RULE i AS ON INSERT TO returning_all DO INSTEAD
    INSERT INTO oc_sink.over_over VALUES (new.id) ON CONFLICT (id) DO UPDATE SET note = excluded.note RETURNING *;
END $$;
CREATE SCHEMA oc_poor AUTHORIZATION er_conflict_poor;
CREATE SCHEMA oc_inserting AUTHORIZATION er_conflict_inserting;
CREATE SCHEMA oc_rich AUTHORIZATION er_conflict_rich;
GRANT USAGE ON SCHEMA oc_poor, oc_inserting, oc_rich TO PUBLIC;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA oc_sink TO er_conflict_inserting;
REVOKE ALL ON oc_sink.log FROM er_conflict_inserting;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA oc_sink TO er_conflict_rich;
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY '{poor,inserting,rich}'::text[] LOOP
    EXECUTE 'SET ROLE er_conflict_' || name;
    EXECUTE 'SET search_path = oc_' || name;
    PERFORM oc_sink.add_rules();
    RESET search_path;
    RESET ROLE;
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA oc_poor, oc_inserting, oc_rich TO er_conflict_user;
