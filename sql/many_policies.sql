-- In a report on many tables, the policies of which the text says that they demand nothing are not read: the answers
-- are those of a report on one table.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_user;
CREATE SCHEMA cc;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
CREATE TABLE cc.secret (id int);
CREATE FUNCTION cc.refused(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION cc.with_default(int, boolean DEFAULT cc.refused(1)) RETURNS boolean
  LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION cc.allowed(int) RETURNS boolean STABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION cc.volatile(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION cc.is_below(int, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR cc.<< (FUNCTION = cc.is_below, LEFTARG = int, RIGHTARG = text);
CREATE DOMAIN cc.checked AS int CHECK (cc.refused(value));
CREATE DOMAIN cc.over_checked AS cc.checked;
REVOKE EXECUTE ON FUNCTION cc.refused, cc.is_below FROM PUBLIC;

CREATE TEMPORARY TABLE conditions (name text, condition text);
INSERT INTO conditions VALUES
  ('allowed', 'cc.allowed(id)'),
  ('allowed_and_refused', 'cc.allowed(id) AND cc.refused(id)'),
  ('any_of', 'id = ANY (ARRAY[1, 2, id])'),
  ('any_of_refused', 'id OPERATOR(cc.<<) ANY (ARRAY[name])'),
  ('between', 'id BETWEEN 1 AND 10 OR name IS NULL'),
  ('braces', 'name = ''{QUERY :funcid 1}'' OR name = ''\}{'''),
  ('case_refused', 'CASE WHEN id > 1 THEN cc.refused(id) ELSE true END'),
  ('coalesce_refused', 'COALESCE(cc.refused(id), true)'),
  ('constant', 'true'),
  ('current_user', 'name = current_user'),
  ('distinct_refused', '(id OPERATOR(cc.<<) name) IS DISTINCT FROM true'),
  ('domain', 'id::cc.checked = 1'),
  ('domain_array', '(ARRAY[id]::cc.over_checked[])[1] = 1'),
  ('in_default', 'cc.with_default(id)'),
  ('operator', 'id OPERATOR(cc.<<) name'),
  ('revoked_built_in', 'gcd(id, 2) = 1'),
  ('setting', 'name = current_setting(''cc.name'', true)'),
  ('subquery', 'id IN (SELECT id FROM cc.secret)'),
  ('volatile', 'cc.volatile(id)'),
  ('whole_row', '(long.*) IS NOT NULL');
-- long enough to be compressed or stored apart
INSERT INTO conditions SELECT 'long', string_agg(format('id <> %s', n), ' AND ') FROM generate_series(1, 3000) n;
INSERT INTO conditions SELECT 'long_refused', condition || ' AND cc.refused(id)' FROM conditions WHERE name = 'long';
DO $$
DECLARE
  each record;
BEGIN
  FOR each IN SELECT name, replace(condition, 'long.*', name || '.*') AS condition FROM conditions ORDER BY name LOOP
    EXECUTE format('CREATE TABLE cc.%I (id int, name text)', each.name);
    EXECUTE format('CREATE POLICY p ON cc.%I USING (%s)', each.name, each.condition);
    EXECUTE format('CREATE TABLE cc.%I (id int, name text)', 'new_' || each.name);
    EXECUTE format('CREATE POLICY p ON cc.%I USING (true) WITH CHECK (%s)', 'new_' || each.name,
                   replace(each.condition, each.name || '.*', 'new_' || each.name || '.*'));
    EXECUTE format('CREATE POLICY q ON cc.%I FOR DELETE USING (id > 0)', 'new_' || each.name);
    EXECUTE format('CREATE VIEW cc.%I AS SELECT id FROM cc.%I', 'over_' || each.name, each.name);
  END LOOP;
  FOR i IN 1..70 LOOP
    EXECUTE format('CREATE TABLE cc.other_%s (id int)', i);
  END LOOP;
  IF current_setting('server_version_num')::int >= 180000 THEN
    EXECUTE 'CREATE TABLE cc.virtual (id int, name int GENERATED ALWAYS AS (gcd(id, 2)) VIRTUAL)';
    CREATE POLICY p ON cc.virtual USING (name = 1);
  END IF;
  FOR each IN SELECT relname FROM pg_class WHERE relnamespace = 'cc'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE cc.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', each.relname);
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION gcd(int, int) FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cc TO regress_user;
REVOKE ALL ON cc.secret FROM regress_user;

SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_user', 'cc')
WHERE blocked_by <> '{}' AND table_name <> 'virtual';
SELECT count(*) > 130 AS many, count(*) FILTER (WHERE to_jsonb(p) IS DISTINCT FROM to_jsonb(alone)) AS other_answers
FROM conncheck_permissions('regress_user', 'cc') p,
     conncheck_permissions('regress_user', 'cc', p.table_name) alone;
SELECT relation ~ '^0 of [0-9]{3} facts disagree$' AS server_agrees FROM tried.compare('{regress_user}', 'cc');

GRANT EXECUTE ON FUNCTION gcd(int, int) TO PUBLIC;
DROP SCHEMA cc CASCADE;
DROP ROLE regress_user;
\set ECHO none
\i sql/include/try_done.psql
