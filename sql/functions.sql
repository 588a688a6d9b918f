-- EXECUTE on what a view, a rule or an updatable view's condition calls is asked of the role itself.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_view_owner;
CREATE ROLE regress_user;
CREATE ROLE regress_group;
CREATE ROLE regress_in_group IN ROLE regress_group;
CREATE ROLE regress_super SUPERUSER;
CREATE SCHEMA cc AUTHORIZATION regress_view_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
SET ROLE regress_view_owner;
CREATE TABLE cc.base (id int, name text);
CREATE TABLE cc.other (id int);
CREATE TABLE cc.secret (id int);

CREATE FUNCTION cc.f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION cc.stable(int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION cc.rows(int) RETURNS SETOF int LANGUAGE plpgsql AS 'BEGIN RETURN NEXT $1; END';
CREATE FUNCTION cc.same(int, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR cc.=== (FUNCTION = cc.same, LEFTARG = int, RIGHTARG = text);
CREATE FUNCTION cc.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR cc.=== (FUNCTION = cc.equal, LEFTARG = text, RIGHTARG = text);
CREATE AGGREGATE cc.total(int) (SFUNC = int4pl, STYPE = int);
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA cc FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA cc TO regress_group;

-- where it is called
CREATE VIEW cc.in_column AS SELECT cc.f(id) AS v FROM cc.base;
CREATE VIEW cc.in_where AS SELECT id FROM cc.base WHERE cc.f(id) > 0;
CREATE VIEW cc.in_from AS SELECT * FROM cc.rows(1);
CREATE VIEW cc.in_order AS SELECT id FROM cc.base ORDER BY cc.f(id);
CREATE VIEW cc.in_subquery AS SELECT (SELECT max(cc.f(id)) FROM cc.other) AS v FROM cc.base;
CREATE VIEW cc.in_union AS SELECT id FROM cc.base UNION ALL SELECT cc.f(id) FROM cc.other;
CREATE VIEW cc.in_having AS SELECT id FROM cc.base GROUP BY id HAVING cc.f(id) > 0;
CREATE VIEW cc.in_limit AS SELECT id FROM cc.base LIMIT cc.f(1);
CREATE VIEW cc.in_lateral AS SELECT r FROM cc.base, LATERAL cc.rows(base.id) r;
CREATE VIEW cc.in_join AS SELECT base.id FROM cc.base JOIN cc.other ON cc.f(base.id) > other.id;
CREATE VIEW cc.in_grouping AS SELECT cc.f(id) AS v FROM cc.base GROUP BY cc.f(id);
CREATE VIEW cc.in_sample AS SELECT id FROM cc.base TABLESAMPLE bernoulli (cc.f(1));
CREATE VIEW cc.by_operator AS SELECT id FROM cc.base WHERE id OPERATOR(cc.===) name;
CREATE VIEW cc.by_any AS SELECT id FROM cc.base WHERE name OPERATOR(cc.===) ANY ('{a,b}');
CREATE VIEW cc.by_nullif AS SELECT NULLIF(id, cc.f(1)) AS v FROM cc.base;
CREATE VIEW cc.aggregated AS SELECT cc.total(id) AS v FROM cc.base;
CREATE VIEW cc.over_window AS SELECT cc.total(id) OVER () AS v FROM cc.base;
CREATE VIEW cc.beneath AS SELECT * FROM cc.in_column;
CREATE VIEW cc.two_beneath AS SELECT * FROM cc.beneath;
CREATE VIEW cc.and_relation AS SELECT cc.f(id) AS v FROM cc.secret;

-- the planner drops what nobody asks for: a function there is not called, a table not read
CREATE VIEW cc.wide AS SELECT id, cc.stable(id) AS v, (SELECT max(id) FROM cc.secret) AS s FROM cc.base;
CREATE VIEW cc.narrow AS SELECT id FROM cc.wide;
CREATE VIEW cc.narrow_subquery AS
  SELECT id FROM (SELECT id, cc.stable(id) AS v, (SELECT max(id) FROM cc.secret) AS s FROM cc.base) w;
CREATE VIEW cc.wide_again AS SELECT * FROM cc.wide;
CREATE VIEW cc.narrow_below AS SELECT id FROM cc.wide_again;
CREATE VIEW cc.half AS SELECT id, v FROM cc.wide_again;
CREATE VIEW cc.whole_row AS SELECT wide FROM cc.wide;
CREATE VIEW cc.narrow_join AS SELECT id FROM cc.base JOIN cc.wide USING (id);
CREATE VIEW cc.joined_column AS SELECT j.v FROM (cc.other JOIN cc.wide USING (id)) AS j;
CREATE VIEW cc.filtered_by AS SELECT id FROM cc.wide WHERE v > 0;
CREATE VIEW cc.ordered_by AS SELECT id FROM cc.wide ORDER BY v;
CREATE VIEW cc.outer_reference AS
  SELECT id FROM cc.wide WHERE EXISTS (SELECT FROM cc.other WHERE other.id = wide.v);
CREATE VIEW cc.limited AS SELECT id, cc.stable(id) AS v FROM cc.base LIMIT 3;
CREATE VIEW cc.narrow_limited AS SELECT id FROM cc.limited;
CREATE VIEW cc.barrier WITH (security_barrier) AS SELECT id, cc.stable(id) AS v FROM cc.base;
CREATE VIEW cc.narrow_barrier AS SELECT id FROM cc.barrier;
CREATE VIEW cc.grouped AS SELECT id, max(cc.stable(id)) AS v FROM cc.base GROUP BY id;
CREATE VIEW cc.narrow_grouped AS SELECT id FROM cc.grouped;
CREATE VIEW cc.unioned AS SELECT id, cc.stable(id) AS v FROM cc.base UNION ALL SELECT id, id FROM cc.other;
CREATE VIEW cc.narrow_unioned AS SELECT id FROM cc.unioned;
CREATE VIEW cc.second_leaf AS SELECT id, id AS v FROM cc.base UNION ALL SELECT id, cc.stable(id) FROM cc.other;
CREATE VIEW cc.column_of_leaf AS SELECT v FROM cc.second_leaf;
CREATE VIEW cc.distinct_on AS SELECT DISTINCT ON (id) id, cc.stable(id) AS v FROM cc.base;
CREATE VIEW cc.narrow_distinct_on AS SELECT id FROM cc.distinct_on;
CREATE VIEW cc.narrow_with AS WITH w AS (SELECT id, cc.stable(id) AS v FROM cc.base) SELECT id FROM w;
CREATE VIEW cc.column_of_with AS WITH w AS (SELECT id, cc.stable(id) AS v FROM cc.base) SELECT v FROM w;
CREATE VIEW cc.exists_only AS SELECT id FROM cc.base WHERE EXISTS (SELECT cc.f(id) FROM cc.other);
CREATE VIEW cc.true_anyway AS
  SELECT id FROM cc.base WHERE true OR cc.f(id) > 0 OR id IN (SELECT id FROM cc.secret);
-- but these it keeps
CREATE VIEW cc.volatile AS SELECT id, cc.f(id) AS v FROM cc.base;
CREATE VIEW cc.narrow_volatile AS SELECT id FROM cc.volatile;
CREATE VIEW cc.returning_sets AS SELECT id, generate_series(1, cc.stable(id)) AS v FROM cc.base;
CREATE VIEW cc.narrow_sets AS SELECT id FROM cc.returning_sets;
CREATE VIEW cc.distinct_rows AS SELECT DISTINCT id, cc.stable(id) AS v FROM cc.base;
CREATE VIEW cc.narrow_distinct AS SELECT id FROM cc.distinct_rows;
CREATE VIEW cc.united AS SELECT id, cc.stable(id) AS v FROM cc.base UNION SELECT id, id FROM cc.other;
CREATE VIEW cc.narrow_united AS SELECT id FROM cc.united;
CREATE VIEW cc.limited_union AS SELECT id, cc.stable(id) AS v FROM cc.base UNION ALL SELECT id, id FROM cc.other LIMIT 1;
CREATE VIEW cc.narrow_limited_union AS SELECT id FROM cc.limited_union;
CREATE VIEW cc.sorted AS SELECT id, cc.stable(id) AS v FROM cc.base ORDER BY v;
CREATE VIEW cc.narrow_sorted AS SELECT id FROM cc.sorted;
CREATE VIEW cc.narrow_kept_with AS
  WITH w AS MATERIALIZED (SELECT id, cc.stable(id) AS v FROM cc.base) SELECT id FROM w;
CREATE VIEW cc.narrow_with_twice AS
  WITH w AS (SELECT id, cc.stable(id) AS v FROM cc.base) SELECT a.id FROM w a JOIN w b USING (id);
CREATE VIEW cc.exists_aggregated AS
  SELECT id FROM cc.base WHERE EXISTS (SELECT max(cc.stable(id)) FROM cc.other);

-- writing: what is called by conditions and rules
CREATE VIEW cc.write_column AS SELECT id, cc.stable(id) AS v FROM cc.base;
CREATE VIEW cc.write_where AS SELECT id FROM cc.base WHERE cc.f(id) > 0;
CREATE VIEW cc.write_checked AS SELECT id FROM cc.base WHERE cc.f(id) > 0 WITH CHECK OPTION;
CREATE VIEW cc.write_below AS SELECT id FROM cc.write_where;
CREATE VIEW cc.write_where_below AS SELECT id FROM cc.write_column WHERE v > 0;
CREATE VIEW cc.write_by_rule AS SELECT id FROM cc.base GROUP BY id;
CREATE RULE i AS ON INSERT TO cc.write_by_rule DO INSTEAD INSERT INTO cc.other VALUES (cc.f(new.id));
CREATE RULE u AS ON UPDATE TO cc.write_by_rule DO INSTEAD NOTHING;
CREATE RULE d AS ON DELETE TO cc.write_by_rule DO INSTEAD NOTHING;
CREATE TABLE cc.table_with_rule (id int);
CREATE RULE d AS ON DELETE TO cc.table_with_rule WHERE cc.f(old.id) > 0 DO INSTEAD NOTHING;
CREATE TABLE cc.table_with_idle_rule (id int);
CREATE RULE d AS ON DELETE TO cc.table_with_idle_rule WHERE cc.f(old.id) > 0 DO ALSO NOTHING;
GRANT ALL ON ALL TABLES IN SCHEMA cc TO regress_user, regress_in_group;
RESET ROLE;
REVOKE ALL ON cc.secret FROM regress_view_owner;

SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_user', 'cc');
SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_in_group', 'cc')
WHERE 'function execute' = ANY (blocked_by);
SELECT * FROM tried.compare('{regress_user,regress_in_group,regress_view_owner,regress_super}', 'cc');

-- INSERT alone meets a condition only with CHECK OPTION
CREATE ROLE regress_inserter;
GRANT INSERT ON cc.write_where, cc.write_checked TO regress_inserter;
SELECT table_name, privileges, blocked_by FROM conncheck_permissions('regress_inserter', 'cc');
SELECT v, tried.outcome('regress_inserter', format('EXPLAIN INSERT INTO cc.%s VALUES (1)', v))
FROM unnest('{write_where,write_checked}'::text[]) v;

-- what only stands for its name is not read: NEW of a rule for INSERT
CREATE VIEW cc.insert_only AS SELECT id FROM cc.secret;
ALTER VIEW cc.insert_only OWNER TO regress_view_owner;
CREATE RULE i AS ON INSERT TO cc.insert_only DO INSTEAD INSERT INTO cc.other VALUES (new.id);
GRANT INSERT ON cc.insert_only TO regress_inserter;
SELECT blocked_by FROM conncheck_permissions('regress_inserter', 'cc', 'insert_only');
SELECT tried.outcome('regress_inserter', 'INSERT INTO cc.insert_only VALUES (1)');

-- a rule's statement on a view reads it, too, if it asks for rows; a rule's condition does as well
CREATE TABLE cc.updating (id int);
CREATE VIEW cc.updated AS SELECT id FROM cc.other;
ALTER TABLE cc.updating OWNER TO regress_view_owner;
ALTER VIEW cc.updated OWNER TO regress_view_owner;
CREATE RULE u AS ON UPDATE TO cc.updating DO ALSO UPDATE cc.updated SET id = new.id WHERE id = old.id;
CREATE VIEW cc.deleted AS SELECT id FROM cc.other;
ALTER VIEW cc.deleted OWNER TO regress_view_owner;
CREATE RULE d AS ON DELETE TO cc.deleted WHERE old.id > 3 DO ALSO DELETE FROM cc.base;
CREATE VIEW cc.deleted_anyway AS SELECT id FROM cc.other;
ALTER VIEW cc.deleted_anyway OWNER TO regress_view_owner;
CREATE RULE d AS ON DELETE TO cc.deleted_anyway DO ALSO DELETE FROM cc.base;
GRANT INSERT, UPDATE, DELETE ON cc.updating, cc.deleted, cc.deleted_anyway TO regress_user;
SELECT * FROM tried.rows('regress_user', 'cc', '*d*ed*') WHERE tbl ~ 'delete';
SELECT * FROM tried.rows('regress_user', 'cc', 'updating');
REVOKE SELECT ON cc.other FROM regress_view_owner;
SELECT * FROM tried.rows('regress_user', 'cc', '*d*ed*') WHERE tbl ~ 'delete';
SELECT * FROM tried.rows('regress_user', 'cc', 'updating');
SELECT * FROM tried.compare('{regress_user,regress_view_owner}', 'cc', '*d*ed*');
SELECT * FROM tried.compare('{regress_user}', 'cc', 'updating');

-- EXPLAIN does not show it here, running it does
CREATE VIEW cc.in_values AS VALUES (cc.f(1)), (2);
GRANT SELECT ON cc.in_values TO regress_user;
SELECT blocked_by FROM conncheck_permissions('regress_user', 'cc', 'in_values');
SELECT tried.outcome('regress_user', 'SELECT * FROM cc.in_values');

-- built-in functions are no different
GRANT SELECT ON cc.other TO regress_view_owner;
CREATE VIEW cc.reads_file AS SELECT pg_read_file('PG_VERSION') AS content;
CREATE VIEW cc.reads_setting AS SELECT current_setting('port') AS port;
GRANT SELECT ON cc.reads_file, cc.reads_setting TO regress_user;
SELECT * FROM tried.rows('regress_user', 'cc', 'reads_*');
SELECT * FROM tried.compare('{regress_user,regress_super}', 'cc', 'reads_*');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_view_owner, regress_user, regress_in_group, regress_group, regress_super,
  regress_inserter;
\set ECHO none
\i sql/include/try_done.psql
