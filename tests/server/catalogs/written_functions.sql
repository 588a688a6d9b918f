-- EXECUTE on what the server evaluates when a row is written; pg_regress's case of that name starts from here, too. Roles
-- are cluster-wide: their names begin with er_, and those that can be audited are those. Every table has a row that is
-- NULL throughout, but for two partitions that would not take it.
CREATE ROLE er_table_owner;
CREATE ROLE er_calling;
CREATE ROLE er_in_calling IN ROLE er_calling;
CREATE ROLE er_not_calling;
CREATE ROLE er_only_deletes;
CREATE ROLE er_written_by_root SUPERUSER;

CREATE SCHEMA wf AUTHORIZATION er_table_owner;
GRANT USAGE ON SCHEMA wf TO PUBLIC;
SET ROLE er_table_owner;
CREATE FUNCTION wf.f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION wf.ok(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION wf.same(int, int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR wf.=== (FUNCTION = wf.same, LEFTARG = int, RIGHTARG = int);
CREATE TYPE wf.boxed AS (i int);
CREATE FUNCTION wf.box(int) RETURNS wf.boxed IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN ROW($1)::wf.boxed; END';
CREATE CAST (int AS wf.boxed) WITH FUNCTION wf.box(int);
CREATE FUNCTION wf.free(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION wf.as_owner(int) RETURNS boolean IMMUTABLE SECURITY DEFINER LANGUAGE sql AS 'SELECT wf.ok($1)';
CREATE FUNCTION wf.definer(int) RETURNS boolean IMMUTABLE SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION wf.fired() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN IF tg_op = ''DELETE'' THEN RETURN old; END IF; RETURN new; END';
REVOKE EXECUTE ON FUNCTION wf.f, wf.ok, wf.same, wf.box, wf.definer, wf.fired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wf.f, wf.ok, wf.same, wf.box, wf.definer TO er_calling;

-- CHECK constraints: calls by name, by operator and by cast
CREATE TABLE wf.plain (id int, other int);
CREATE TABLE wf.checked (id int CHECK (wf.ok(id)), other int);
CREATE TABLE wf.checked_by_operator (id int CHECK (id OPERATOR(wf.===) 1), other int);
CREATE TABLE wf.checked_by_any (id int CHECK (id OPERATOR(wf.===) ANY (ARRAY[1, 2])), other int);
CREATE TABLE wf.checked_by_cast (id int CHECK ((id::wf.boxed).i > 0), other int);
CREATE TABLE wf.checked_in_case (id int CHECK (CASE WHEN id IS NULL THEN true ELSE wf.ok(id) END));
CREATE TABLE wf.checked_by_definer (id int CHECK (wf.definer(id)));
CREATE TABLE wf.checked_as_owner (id int CHECK (wf.as_owner(id)));
CREATE TABLE wf.checked_free (id int CHECK (wf.free(id)));
CREATE TABLE wf.checked_later (id int);
ALTER TABLE wf.checked_later ADD CHECK (wf.ok(id)) NOT VALID;
CREATE TABLE wf.not_enforced (id int);
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 180000 THEN
    EXECUTE 'ALTER TABLE wf.not_enforced ADD CHECK (wf.ok(id)) NOT ENFORCED';
  END IF;
END $$;
CREATE TABLE wf.checked_parent (id int CHECK (wf.ok(id)) NO INHERIT);
CREATE TABLE wf.child () INHERITS (wf.checked_parent);

-- what INSERT meets, and UPDATE of that column
CREATE TABLE wf.generated (id int, computed int GENERATED ALWAYS AS (wf.f(id)) STORED);
CREATE DOMAIN wf.checked_int AS int CHECK (wf.ok(VALUE));
CREATE DOMAIN wf.checked_int_again AS wf.checked_int;
CREATE TABLE wf.of_domain (id wf.checked_int, other int);
CREATE TABLE wf.of_domain_over_domain (id wf.checked_int_again, other int);
CREATE TABLE wf.of_domain_array (id wf.checked_int[], other int);
CREATE TABLE wf.indexed (id int, other int);
CREATE INDEX ON wf.indexed (wf.f(id));
CREATE TABLE wf.indexed_partly (id int, other int);
CREATE INDEX ON wf.indexed_partly (wf.f(id)) WHERE id > 100;
CREATE TABLE wf.index_predicate (id int, other int);
CREATE INDEX ON wf.index_predicate (other) WHERE wf.ok(id);
CREATE TABLE wf.excluded (id int, EXCLUDE (wf.f(id) WITH =));
CREATE TABLE wf.unique_key (id int, other int UNIQUE);

-- only where no value is given
CREATE TABLE wf.with_default (id int DEFAULT wf.f(1));
CREATE DOMAIN wf.with_default_of_its_own AS int DEFAULT wf.f(1);
CREATE TABLE wf.of_domain_with_default (id wf.with_default_of_its_own);

-- triggers: their conditions, never their functions
CREATE TABLE wf.fires (id int);
CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON wf.fires FOR EACH ROW EXECUTE FUNCTION wf.fired();
CREATE TABLE wf.when_inserted (id int);
CREATE TRIGGER t BEFORE INSERT ON wf.when_inserted FOR EACH ROW WHEN (wf.ok(new.id)) EXECUTE FUNCTION wf.fired();
CREATE TABLE wf.when_updated (id int);
CREATE TRIGGER t AFTER UPDATE ON wf.when_updated FOR EACH ROW WHEN (wf.ok(new.id)) EXECUTE FUNCTION wf.fired();
CREATE TABLE wf.when_column_updated (id int, other int);
CREATE TRIGGER t BEFORE UPDATE OF id ON wf.when_column_updated
  FOR EACH ROW WHEN (wf.ok(new.id)) EXECUTE FUNCTION wf.fired();
CREATE TABLE wf.when_deleted (id int);
CREATE TRIGGER t AFTER DELETE ON wf.when_deleted FOR EACH ROW WHEN (wf.ok(old.id)) EXECUTE FUNCTION wf.fired();
CREATE TABLE wf.when_stated (id int);
CREATE TRIGGER t BEFORE UPDATE ON wf.when_stated WHEN (wf.ok(1)) EXECUTE FUNCTION wf.fired();
CREATE TABLE wf.when_disabled (id int);
CREATE TRIGGER t BEFORE INSERT ON wf.when_disabled FOR EACH ROW WHEN (wf.ok(new.id)) EXECUTE FUNCTION wf.fired();
ALTER TABLE wf.when_disabled DISABLE TRIGGER t;
CREATE TABLE wf.when_replicated (id int);
CREATE TRIGGER t BEFORE INSERT ON wf.when_replicated FOR EACH ROW WHEN (wf.ok(new.id)) EXECUTE FUNCTION wf.fired();
ALTER TABLE wf.when_replicated ENABLE REPLICA TRIGGER t;

-- partitions: the keys above them; what only some of them ask is not every write's business
CREATE TABLE wf.parted (id int, other int) PARTITION BY LIST (wf.f(id));
CREATE TABLE wf.parted_1 PARTITION OF wf.parted FOR VALUES IN (1);
CREATE TABLE wf.parted_null PARTITION OF wf.parted DEFAULT PARTITION BY LIST (other);
CREATE TABLE wf.parted_null_null PARTITION OF wf.parted_null DEFAULT;
CREATE TABLE wf.parted_checked (id int CHECK (wf.ok(id))) PARTITION BY LIST (id);
CREATE TABLE wf.parted_checked_all PARTITION OF wf.parted_checked DEFAULT;
CREATE TABLE wf.parted_by_column (id int) PARTITION BY LIST (id);
CREATE TABLE wf.parted_by_column_1 PARTITION OF wf.parted_by_column (CHECK (wf.ok(id))) FOR VALUES IN (1);
CREATE TABLE wf.parted_by_column_all PARTITION OF wf.parted_by_column DEFAULT;
CREATE TABLE wf.parted_indexed (id int) PARTITION BY LIST (id);
CREATE INDEX ON wf.parted_indexed (wf.f(id));
CREATE TABLE wf.parted_indexed_all PARTITION OF wf.parted_indexed DEFAULT;

-- through views and rules it is still the role that runs the statement
CREATE VIEW wf.over_checked AS SELECT id, other FROM wf.checked;
CREATE VIEW wf.over_over_checked AS SELECT other FROM wf.over_checked;
CREATE VIEW wf.over_fires AS SELECT id FROM wf.fires;
CREATE TABLE wf.log (id int CHECK (wf.ok(id)));
CREATE TABLE wf.logged (id int);
CREATE RULE i AS ON INSERT TO wf.logged DO ALSO INSERT INTO wf.log VALUES (new.id);
CREATE TABLE wf.logged_instead (id int CHECK (wf.ok(id)));
CREATE RULE i AS ON INSERT TO wf.logged_instead DO INSTEAD INSERT INTO wf.plain VALUES (new.id);
CREATE RULE u AS ON UPDATE TO wf.logged_instead DO INSTEAD UPDATE wf.plain SET id = new.id WHERE id = old.id;
CREATE RULE d AS ON DELETE TO wf.logged_instead DO INSTEAD DELETE FROM wf.plain WHERE id = old.id;
RESET ROLE;
CREATE TABLE wf.built_in (id int CHECK (pg_read_file('PG_VERSION') IS NOT NULL));
CREATE TABLE wf.fires_if_built_in (id int);
CREATE TRIGGER t AFTER DELETE ON wf.fires_if_built_in
  FOR EACH ROW WHEN (pg_read_file('PG_VERSION') IS NOT NULL) EXECUTE FUNCTION wf.fired();
CREATE DOMAIN wf.built_in_domain AS int CHECK (pg_read_file('PG_VERSION') IS NOT NULL);
CREATE TABLE wf.of_built_in_domain (id wf.built_in_domain);
CREATE TABLE wf.built_in_index (id text);
CREATE INDEX ON wf.built_in_index (quote_ident(id));
REVOKE EXECUTE ON FUNCTION quote_ident(text) FROM PUBLIC;

DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT c.oid::regclass AS name, string_agg(quote_ident(a.attname), ', ') AS columns,
                  string_agg('NULL', ', ') AS nulls
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attgenerated = ''
           WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'r'
             AND c.relname NOT IN ('parted_1', 'parted_by_column_1')
           GROUP BY c.oid LOOP
    EXECUTE format('INSERT INTO %s (%s) VALUES (%s)', t.name, t.columns, t.nulls);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA wf TO er_calling, er_not_calling;
GRANT DELETE ON ALL TABLES IN SCHEMA wf TO er_only_deletes;
