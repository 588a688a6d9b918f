-- EXECUTE on what the server evaluates when a row is written: it is asked of the role that runs the
-- statement. EXPLAIN shows little of it: here rows are written, in every column a NULL.
\set ECHO none
\i sql/include/try.psql
\i tests/server/catalogs/written_functions.sql
\set ECHO all

-- beside the catalog that the program is tested with: what the planner finds out without calling
CREATE TABLE wf.checked_anyway (id int CHECK (true OR wf.ok(id)));
GRANT SELECT, INSERT, UPDATE, DELETE ON wf.checked_anyway TO er_calling, er_not_calling;
INSERT INTO wf.checked_anyway VALUES (NULL);
ALTER TABLE wf.checked_anyway OWNER TO er_table_owner;
CREATE FUNCTION tried.row_statements(relation regclass) RETURNS text[] LANGUAGE sql AS $$
  SELECT ARRAY[format('INSERT INTO %s (%s) VALUES (%s)', relation, string_agg(attname, ', '), string_agg('NULL', ', ')),
               format('UPDATE %s SET %s', relation, string_agg(attname || ' = NULL', ', ')),
               format('DELETE FROM %s', relation)]
  FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND attgenerated = ''
$$;

SELECT table_name, blocked_by FROM conncheck_permissions('er_not_calling', 'wf') WHERE NOT can_write;
SELECT table_name, blocked_by FROM conncheck_permissions('er_in_calling', 'wf') WHERE NOT can_write;
SELECT count(*) FROM conncheck_permissions('er_written_by_root', 'wf') WHERE NOT can_write;

-- every verdict against rows that are really written; a partition on its own takes its own rows only
CREATE FUNCTION tried.rows_written(role name, relation regclass) RETURNS boolean LANGUAGE sql AS $$
  SELECT bool_and(tried.outcome(role, s) = 'passes') FROM unnest(tried.row_statements(relation)) s
$$;
SELECT r, p.table_name, p.can_write
FROM unnest('{er_not_calling,er_calling,er_in_calling,er_written_by_root,er_table_owner}'::name[]) r,
     conncheck_permissions(r, 'wf') p
WHERE p.table_name NOT IN ('parted_1', 'parted_by_column_1')
  AND p.can_write <> tried.rows_written(r, format('wf.%I', p.table_name)::regclass);
SELECT tried.outcome('er_not_calling', 'INSERT INTO wf.parted_1 VALUES (1)');
SELECT tried.outcome('er_not_calling', 'INSERT INTO wf.parted_by_column_1 VALUES (1)');

-- of many relations those in question are found by the functions, of a few each is looked at: both judge alike
CREATE SCHEMA wf_others;
DO $$
BEGIN
  FOR i IN 1..100 LOOP
    EXECUTE format('CREATE TABLE wf_others.t%s (); GRANT INSERT ON wf_others.t%s TO er_not_calling', i, i);
  END LOOP;
END $$;
SELECT count(*) FROM
  (SELECT p::text FROM conncheck_permissions('er_not_calling', 'wf*') p WHERE schema_name = 'wf') among_many
  FULL JOIN (SELECT p::text FROM pg_class c, conncheck_permissions('er_not_calling', 'wf', c.relname::text) p
             WHERE c.relnamespace = 'wf'::regnamespace) alone USING (p)
WHERE among_many IS NULL OR alone IS NULL;
SELECT readable, writable FROM conncheck_schemas('er_not_calling') WHERE schema_name = 'wf';
DROP SCHEMA wf_others CASCADE;

-- what blocks one write only is reported to who holds that
CREATE ROLE regress_deleter;
CREATE ROLE regress_updater;
GRANT DELETE ON ALL TABLES IN SCHEMA wf TO regress_deleter;
GRANT UPDATE ON ALL TABLES IN SCHEMA wf TO regress_updater;
SELECT table_name FROM conncheck_permissions('regress_deleter', 'wf') WHERE 'function execute' = ANY (blocked_by);
SELECT table_name FROM conncheck_permissions('regress_updater', 'wf') WHERE 'function execute' = ANY (blocked_by);
SELECT object_name, usable FROM conncheck_objects('regress_deleter', '{table}') WHERE object_name LIKE 'when%';

-- explained where it is called
SELECT privilege, tbl, e.usable, e.source, e.detail, e.fix
FROM unnest('{INSERT,UPDATE,DELETE}'::text[]) privilege,
     unnest('{checked,generated,of_domain,of_domain_over_domain,of_domain_with_default,indexed,indexed_partly,
              index_predicate,with_default,when_column_updated,when_deleted,parted_null_null,over_checked,
              logged,logged_instead,not_enforced}'::text[]) tbl,
     conncheck_explain('wf.' || tbl, privilege, 'er_not_calling') e
WHERE e.source = 'obstacle';

GRANT EXECUTE ON FUNCTION quote_ident(text) TO PUBLIC;
DROP SCHEMA wf CASCADE;
DROP ROLE er_table_owner, er_in_calling, er_calling, er_not_calling, er_only_deletes, er_written_by_root,
  regress_deleter, regress_updater;
\set ECHO none
\i sql/include/try_done.psql
