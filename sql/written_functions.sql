-- EXECUTE on what the server evaluates when a row is written: it is asked of the role that runs the
-- statement. EXPLAIN shows little of it: here rows are written, in every column a NULL.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_table_owner;
CREATE ROLE regress_caller;
CREATE ROLE regress_guest;
CREATE ROLE regress_in_callers IN ROLE regress_caller;
CREATE ROLE regress_super SUPERUSER;
CREATE SCHEMA cw AUTHORIZATION regress_table_owner;
GRANT USAGE ON SCHEMA cw TO PUBLIC;
SET ROLE regress_table_owner;
CREATE FUNCTION cw.f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION cw.ok(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION cw.same(int, int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR cw.=== (FUNCTION = cw.same, LEFTARG = int, RIGHTARG = int);
CREATE TYPE cw.boxed AS (i int);
CREATE FUNCTION cw.box(int) RETURNS cw.boxed IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN ROW($1)::cw.boxed; END';
CREATE CAST (int AS cw.boxed) WITH FUNCTION cw.box(int);
CREATE FUNCTION cw.free(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION cw.as_owner(int) RETURNS boolean IMMUTABLE SECURITY DEFINER LANGUAGE sql AS 'SELECT cw.ok($1)';
CREATE FUNCTION cw.definer(int) RETURNS boolean IMMUTABLE SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION cw.fired() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN IF tg_op = ''DELETE'' THEN RETURN old; END IF; RETURN new; END';
REVOKE EXECUTE ON FUNCTION cw.f, cw.ok, cw.same, cw.box, cw.definer, cw.fired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cw.f, cw.ok, cw.same, cw.box, cw.definer TO regress_caller;

-- CHECK constraints: calls by name, by operator and by cast
CREATE TABLE cw.plain (id int, other int);
CREATE TABLE cw.checked (id int CHECK (cw.ok(id)), other int);
CREATE TABLE cw.checked_by_operator (id int CHECK (id OPERATOR(cw.===) 1), other int);
CREATE TABLE cw.checked_by_any (id int CHECK (id OPERATOR(cw.===) ANY (ARRAY[1, 2])), other int);
CREATE TABLE cw.checked_by_cast (id int CHECK ((id::cw.boxed).i > 0), other int);
CREATE TABLE cw.checked_in_case (id int CHECK (CASE WHEN id IS NULL THEN true ELSE cw.ok(id) END));
CREATE TABLE cw.checked_by_definer (id int CHECK (cw.definer(id)));
CREATE TABLE cw.checked_as_owner (id int CHECK (cw.as_owner(id)));
CREATE TABLE cw.checked_free (id int CHECK (cw.free(id)));
CREATE TABLE cw.checked_anyway (id int CHECK (true OR cw.ok(id)));
CREATE TABLE cw.checked_later (id int);
ALTER TABLE cw.checked_later ADD CHECK (cw.ok(id)) NOT VALID;
CREATE TABLE cw.not_enforced (id int);
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 180000 THEN
    EXECUTE 'ALTER TABLE cw.not_enforced ADD CHECK (cw.ok(id)) NOT ENFORCED';
  END IF;
END $$;
CREATE TABLE cw.checked_parent (id int CHECK (cw.ok(id)) NO INHERIT);
CREATE TABLE cw.child () INHERITS (cw.checked_parent);

-- what INSERT meets, and UPDATE of that column
CREATE TABLE cw.generated (id int, computed int GENERATED ALWAYS AS (cw.f(id)) STORED);
CREATE DOMAIN cw.checked_int AS int CHECK (cw.ok(VALUE));
CREATE DOMAIN cw.checked_int_again AS cw.checked_int;
CREATE TABLE cw.of_domain (id cw.checked_int, other int);
CREATE TABLE cw.of_domain_over_domain (id cw.checked_int_again, other int);
CREATE TABLE cw.of_domain_array (id cw.checked_int[], other int);
CREATE TABLE cw.indexed (id int, other int);
CREATE INDEX ON cw.indexed (cw.f(id));
CREATE TABLE cw.indexed_partly (id int, other int);
CREATE INDEX ON cw.indexed_partly (cw.f(id)) WHERE id > 100;
CREATE TABLE cw.index_predicate (id int, other int);
CREATE INDEX ON cw.index_predicate (other) WHERE cw.ok(id);
CREATE TABLE cw.excluded (id int, EXCLUDE (cw.f(id) WITH =));
CREATE TABLE cw.unique_key (id int, other int UNIQUE);

-- only where no value is given
CREATE TABLE cw.with_default (id int DEFAULT cw.f(1));
CREATE DOMAIN cw.with_default_of_its_own AS int DEFAULT cw.f(1);
CREATE TABLE cw.of_domain_with_default (id cw.with_default_of_its_own);

-- triggers: their conditions, never their functions
CREATE TABLE cw.fires (id int);
CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON cw.fires FOR EACH ROW EXECUTE FUNCTION cw.fired();
CREATE TABLE cw.when_inserted (id int);
CREATE TRIGGER t BEFORE INSERT ON cw.when_inserted FOR EACH ROW WHEN (cw.ok(new.id)) EXECUTE FUNCTION cw.fired();
CREATE TABLE cw.when_updated (id int);
CREATE TRIGGER t AFTER UPDATE ON cw.when_updated FOR EACH ROW WHEN (cw.ok(new.id)) EXECUTE FUNCTION cw.fired();
CREATE TABLE cw.when_column_updated (id int, other int);
CREATE TRIGGER t BEFORE UPDATE OF id ON cw.when_column_updated
  FOR EACH ROW WHEN (cw.ok(new.id)) EXECUTE FUNCTION cw.fired();
CREATE TABLE cw.when_deleted (id int);
CREATE TRIGGER t AFTER DELETE ON cw.when_deleted FOR EACH ROW WHEN (cw.ok(old.id)) EXECUTE FUNCTION cw.fired();
CREATE TABLE cw.when_stated (id int);
CREATE TRIGGER t BEFORE UPDATE ON cw.when_stated WHEN (cw.ok(1)) EXECUTE FUNCTION cw.fired();
CREATE TABLE cw.when_disabled (id int);
CREATE TRIGGER t BEFORE INSERT ON cw.when_disabled FOR EACH ROW WHEN (cw.ok(new.id)) EXECUTE FUNCTION cw.fired();
ALTER TABLE cw.when_disabled DISABLE TRIGGER t;
CREATE TABLE cw.when_replicated (id int);
CREATE TRIGGER t BEFORE INSERT ON cw.when_replicated FOR EACH ROW WHEN (cw.ok(new.id)) EXECUTE FUNCTION cw.fired();
ALTER TABLE cw.when_replicated ENABLE REPLICA TRIGGER t;

-- partitions: the keys above them; what only some of them ask is not every write's business
CREATE TABLE cw.parted (id int, other int) PARTITION BY LIST (cw.f(id));
CREATE TABLE cw.parted_1 PARTITION OF cw.parted FOR VALUES IN (1);
CREATE TABLE cw.parted_null PARTITION OF cw.parted DEFAULT PARTITION BY LIST (other);
CREATE TABLE cw.parted_null_null PARTITION OF cw.parted_null DEFAULT;
CREATE TABLE cw.parted_checked (id int CHECK (cw.ok(id))) PARTITION BY LIST (id);
CREATE TABLE cw.parted_checked_all PARTITION OF cw.parted_checked DEFAULT;
CREATE TABLE cw.parted_by_column (id int) PARTITION BY LIST (id);
CREATE TABLE cw.parted_by_column_1 PARTITION OF cw.parted_by_column (CHECK (cw.ok(id))) FOR VALUES IN (1);
CREATE TABLE cw.parted_by_column_all PARTITION OF cw.parted_by_column DEFAULT;
CREATE TABLE cw.parted_indexed (id int) PARTITION BY LIST (id);
CREATE INDEX ON cw.parted_indexed (cw.f(id));
CREATE TABLE cw.parted_indexed_all PARTITION OF cw.parted_indexed DEFAULT;

-- through views and rules it is still the role that runs the statement
CREATE VIEW cw.over_checked AS SELECT id, other FROM cw.checked;
CREATE VIEW cw.over_over_checked AS SELECT other FROM cw.over_checked;
CREATE VIEW cw.over_fires AS SELECT id FROM cw.fires;
CREATE TABLE cw.log (id int CHECK (cw.ok(id)));
CREATE TABLE cw.logged (id int);
CREATE RULE i AS ON INSERT TO cw.logged DO ALSO INSERT INTO cw.log VALUES (new.id);
CREATE TABLE cw.logged_instead (id int CHECK (cw.ok(id)));
CREATE RULE i AS ON INSERT TO cw.logged_instead DO INSTEAD INSERT INTO cw.plain VALUES (new.id);
CREATE RULE u AS ON UPDATE TO cw.logged_instead DO INSTEAD UPDATE cw.plain SET id = new.id WHERE id = old.id;
CREATE RULE d AS ON DELETE TO cw.logged_instead DO INSTEAD DELETE FROM cw.plain WHERE id = old.id;
RESET ROLE;
CREATE TABLE cw.built_in (id int CHECK (pg_read_file('PG_VERSION') IS NOT NULL));
CREATE TABLE cw.fires_if_built_in (id int);
CREATE TRIGGER t AFTER DELETE ON cw.fires_if_built_in
  FOR EACH ROW WHEN (pg_read_file('PG_VERSION') IS NOT NULL) EXECUTE FUNCTION cw.fired();
CREATE DOMAIN cw.built_in_domain AS int CHECK (pg_read_file('PG_VERSION') IS NOT NULL);
CREATE TABLE cw.of_built_in_domain (id cw.built_in_domain);
CREATE TABLE cw.built_in_index (id text);
CREATE INDEX ON cw.built_in_index (quote_ident(id));
REVOKE EXECUTE ON FUNCTION quote_ident(text) FROM PUBLIC;

CREATE FUNCTION tried.row_statements(relation regclass) RETURNS text[] LANGUAGE sql AS $$
  SELECT ARRAY[format('INSERT INTO %s (%s) VALUES (%s)', relation, string_agg(attname, ', '), string_agg('NULL', ', ')),
               format('UPDATE %s SET %s', relation, string_agg(attname || ' = NULL', ', ')),
               format('DELETE FROM %s', relation)]
  FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND attgenerated = ''
$$;
DO $$
DECLARE
  relation regclass;
BEGIN
  FOR relation IN SELECT oid FROM pg_class
                  WHERE relnamespace = 'cw'::regnamespace AND relkind IN ('r', 'p') AND relname NOT LIKE 'parted\_%'
                  ORDER BY oid LOOP
    EXECUTE (tried.row_statements(relation))[1];
  END LOOP;
END $$;
INSERT INTO cw.parted_checked VALUES (1);
INSERT INTO cw.parted_by_column VALUES (NULL);
INSERT INTO cw.parted_indexed VALUES (1);
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cw TO regress_guest, regress_caller;

SELECT table_name, blocked_by FROM conncheck_permissions('regress_guest', 'cw') WHERE NOT can_write;
SELECT table_name, blocked_by FROM conncheck_permissions('regress_in_callers', 'cw') WHERE NOT can_write;
SELECT count(*) FROM conncheck_permissions('regress_super', 'cw') WHERE NOT can_write;

-- every verdict against rows that are really written; a partition on its own takes its own rows only
CREATE FUNCTION tried.rows_written(role name, relation regclass) RETURNS boolean LANGUAGE sql AS $$
  SELECT bool_and(tried.outcome(role, s) = 'passes') FROM unnest(tried.row_statements(relation)) s
$$;
SELECT r, p.table_name, p.can_write
FROM unnest('{regress_guest,regress_caller,regress_in_callers,regress_super,regress_table_owner}'::name[]) r,
     conncheck_permissions(r, 'cw') p
WHERE p.table_name NOT IN ('parted_1', 'parted_by_column_1')
  AND p.can_write <> tried.rows_written(r, format('cw.%I', p.table_name)::regclass);
SELECT tried.outcome('regress_guest', 'INSERT INTO cw.parted_1 VALUES (1)');
SELECT tried.outcome('regress_guest', 'INSERT INTO cw.parted_by_column_1 VALUES (1)');

-- of many relations those in question are found by the functions, of a few each is looked at: both judge alike
CREATE SCHEMA cw_others;
DO $$
BEGIN
  FOR i IN 1..100 LOOP
    EXECUTE format('CREATE TABLE cw_others.t%s (); GRANT INSERT ON cw_others.t%s TO regress_guest', i, i);
  END LOOP;
END $$;
SELECT count(*) FROM
  (SELECT p::text FROM conncheck_permissions('regress_guest', 'cw*') p WHERE schema_name = 'cw') among_many
  FULL JOIN (SELECT p::text FROM pg_class c, conncheck_permissions('regress_guest', 'cw', c.relname::text) p
             WHERE c.relnamespace = 'cw'::regnamespace) alone USING (p)
WHERE among_many IS NULL OR alone IS NULL;
SELECT readable, writable FROM conncheck_schemas('regress_guest') WHERE schema_name = 'cw';
DROP SCHEMA cw_others CASCADE;

-- what blocks one write only is reported to who holds that
CREATE ROLE regress_deleter;
CREATE ROLE regress_updater;
GRANT DELETE ON ALL TABLES IN SCHEMA cw TO regress_deleter;
GRANT UPDATE ON ALL TABLES IN SCHEMA cw TO regress_updater;
SELECT table_name FROM conncheck_permissions('regress_deleter', 'cw') WHERE 'function execute' = ANY (blocked_by);
SELECT table_name FROM conncheck_permissions('regress_updater', 'cw') WHERE 'function execute' = ANY (blocked_by);
SELECT object_name, usable FROM conncheck_objects('regress_deleter', '{table}') WHERE object_name LIKE 'when%';

-- explained where it is called
SELECT privilege, tbl, e.usable, e.source, e.detail, e.fix
FROM unnest('{INSERT,UPDATE,DELETE}'::text[]) privilege,
     unnest('{checked,generated,of_domain,of_domain_over_domain,of_domain_with_default,indexed,indexed_partly,
              index_predicate,with_default,when_column_updated,when_deleted,parted_null_null,over_checked,
              logged,logged_instead,not_enforced}'::text[]) tbl,
     conncheck_explain('cw.' || tbl, privilege, 'regress_guest') e
WHERE e.source = 'obstacle';

GRANT EXECUTE ON FUNCTION quote_ident(text) TO PUBLIC;
DROP SCHEMA cw CASCADE;
DROP ROLE regress_table_owner, regress_in_callers, regress_caller, regress_guest, regress_super, regress_deleter,
  regress_updater;
\set ECHO none
\i sql/include/try_done.psql
