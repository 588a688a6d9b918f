// The catalog query: what the planner drops of a view's query where nobody reads a column.
#include <fmt/format.h>

#include "agent/probe/permissions_query.hpp"
#include "agent/probe/stored_rule_text.hpp"

namespace conncheck {
namespace {

// With the column goes what it calls, and its subqueries with what they read, as the extension
// judges it (extension/server/query_walk.cpp). Here only the columns of the outermost level of a
// view's query are told apart; in doubt something counts whatever is read, which is column 0.
//
// The stored text of a view in which something is refused, or that reads such a view, is cut into
// pieces at what matters; the first letter of a piece is what it begins with: a query (+) and its
// end (-), a range table entry (e), the permissions of one (c), the jointree (j), the target list
// (L) and what follows it (O), a target entry (t) and its end (r), of which aggregates have their
// own. Nothing that these marks are made from can stand in a name.
constexpr const char* dropped_sql = R"sql(
calls AS MATERIALIZED (
  SELECT r.holder, r.event, r.policy, r.checked_as
  FROM stored r
  CROSS JOIN LATERAL unnest((string_to_array(r.action, 'funcid '))[2:] || (string_to_array(r.action, 'fnoid '))[2:]) f
  JOIN forbidden_functions d ON d.number = split_part(f, ' ', 1)
  UNION
  SELECT r.holder, r.event, r.policy, r.checked_as
  FROM stored r
  CROSS JOIN LATERAL unnest((string_to_array(r.action, ':resulttype '))[2:]) t
  JOIN forbidden_domains d ON d.number = split_part(t, ' ', 1)
  WHERE EXISTS (SELECT FROM forbidden_domains)
  UNION
  SELECT e.holder, e.event, e.policy, e.checked_as
  FROM entries e JOIN refused_columns c ON c.oid = e.oid AND e.selected && ARRAY['7', (c.attnum + 7)::text]
  UNION
  SELECT p.oid, p.event, p.policy, NULL
  FROM policies p JOIN refused_columns c ON c.oid = p.oid AND strpos(p.condition, ':varattno ' || c.attnum || ' ') <> 0
),
refused_views AS MATERIALIZED (
  WITH RECURSIVE above AS (
    (SELECT c.holder AS oid FROM calls c UNION SELECT d.holder FROM denied d)
    UNION
    SELECT e.holder FROM above a JOIN edges e ON e.oid = a.oid
  )
  SELECT a.oid FROM above a
),
pieces AS MATERIALIZED (
  SELECT p.oid, p.mark, p.piece, p.depth, p.inner_entries, p.varno, p.checks,
         CASE WHEN p.listed = 1 AND p.inner_entries > 0
              THEN sum((p.listed = 1 AND p.depth = 1 AND p.mark = 't' AND p.inner_entries = 1)::int) OVER so_far
              ELSE 0 END::int AS entry
  FROM (
    SELECT p.*,
           sum((p.depth = 1 AND p.mark = 'e')::int) OVER so_far AS varno,
           1 + sum((p.mark = '{check_mark}')::int) OVER so_far AS checks,
           sum((p.depth = 1 AND p.mark = 'L')::int - (p.depth = 1 AND p.mark = 'O')::int) OVER so_far AS listed,
           sum((p.depth = 1 AND p.mark = 't')::int - (p.depth = 1 AND p.mark = 'r')::int) OVER so_far AS inner_entries
    FROM (
      SELECT r.oid, p.n, p.piece, left(p.piece, 1) AS mark,
             sum((left(p.piece, 1) = '+')::int - (left(p.piece, 1) = '-')::int) OVER (PARTITION BY r.oid ORDER BY p.n) AS depth
      FROM (SELECT r.oid, r.action FROM rules r
            WHERE r.relkind = 'v' AND r.event = 1 AND r.oid IN (SELECT c.oid FROM refused_views c) OFFSET 0) r
      CROSS JOIN LATERAL unnest(string_to_array(regexp_replace(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(r.action,
          '{{QUERY ', E'\x01+'), '{{RANGETBLENTRY ', E'\x01e'), '{{RTEPERMISSIONINFO ', E'\x01c'), ':jointree {{', E'\x01j'),
          ':targetList (', E'\x01L'), ':override 0', E'\x01O'), '{{TARGETENTRY ', E'\x01t'),
          ' :resjunk false}}', E'\x01r'), ' :resjunk true}}', E'\x01r'),
        ':stmt_len [-0-9]+\}}', E'\x01-', 'g'), E'\x01')) WITH ORDINALITY AS p(piece, n)) p
    WINDOW so_far AS (PARTITION BY p.oid ORDER BY p.n)) p
  WINDOW so_far AS (PARTITION BY p.oid ORDER BY p.n)
),
view_shapes AS MATERIALIZED (
  SELECT p.oid,
         NOT bool_or(strpos(p.piece, '{{ROWMARKCLAUSE ') <> 0) AS unlocked,
         bool_or(p.depth = 1 AND strpos(p.piece, ':distinctClause <> ') <> 0)
           AND bool_or(p.depth = 1 AND strpos(p.piece, ':setOperations <> ') <> 0) AS drops_columns,
         -- what is asked of a join by its own name hides what it is asked of
         NOT bool_or(p.depth = 1 AND p.mark = 'e' AND starts_with(p.piece, 'e:alias {{')
                     AND strpos(p.piece, ':rtekind 2 ') <> 0) AS names_no_join
  FROM pieces p GROUP BY p.oid
),
-- Columns with subqueries that call something volatile, if only in a view or policy far beneath: the
-- rewriter has put that into the subquery before the planner looks.
varying_subqueries AS MATERIALIZED (
  WITH RECURSIVE beneath AS (
    SELECT p.oid AS holder, p.entry, nullif(split_part(split_part(p.piece, ':rtekind 0 :relid ', 2), ' ', 1), '')::oid AS oid
    FROM pieces p WHERE p.mark = 'e' AND p.entry <> 0
    UNION
    SELECT b.holder, b.entry, e.oid FROM beneath b JOIN entries e ON e.holder = b.oid AND (e.event = 1 OR e.event > 100)
  )
  SELECT DISTINCT b.holder AS oid, b.entry
  FROM beneath b
  JOIN (SELECT DISTINCT r.holder
        FROM (SELECT r.holder, r.action FROM stored r
              WHERE (r.event = 1 OR r.event > 100) AND r.holder IN (SELECT b.oid FROM beneath b) OFFSET 0) r
        CROSS JOIN LATERAL unnest((string_to_array(r.action, 'funcid '))[2:] || (string_to_array(r.action, 'fnoid '))[2:]) f
        JOIN pg_proc v ON v.oid = CASE WHEN f ~ '^[0-9]+ ' THEN split_part(f, ' ', 1)::oid END AND v.provolatile = 'v') v
    ON v.holder = b.oid
),
-- Columns that are dropped where nobody reads them: not those that the query itself goes by, and
-- not what has to run, a set or something volatile.
droppable AS MATERIALIZED (
  SELECT p.oid, p.entry
  FROM pieces p JOIN view_shapes s ON s.oid = p.oid AND s.unlocked AND s.drops_columns
  WHERE p.entry <> 0 AND NOT EXISTS (SELECT FROM varying_subqueries v WHERE v.oid = p.oid AND v.entry = p.entry)
  GROUP BY p.oid, p.entry
  HAVING bool_or(p.depth = 1 AND p.inner_entries = 1 AND strpos(p.piece, ':ressortgroupref 0 :resorigtbl ') <> 0)
     AND NOT bool_or(p.piece ~ 'retset true |{{(?:COERCEVIAIO|ROWCOMPARE|NEXTVALUE)')
     AND NOT bool_or(EXISTS (
       SELECT FROM unnest((string_to_array(p.piece, 'funcid '))[2:] || (string_to_array(p.piece, 'fnoid '))[2:]) f
       JOIN pg_proc v ON v.oid = CASE WHEN f ~ '^[0-9]+ ' THEN split_part(f, ' ', 1)::oid END AND v.provolatile = 'v'))
),
-- Checks are numbered as in `checks`; those that are missing here are made whatever is read.
column_checks AS MATERIALIZED (
  SELECT p.oid, p.checks AS n, d.entry AS attnum
  FROM pieces p JOIN droppable d ON d.oid = p.oid AND d.entry = p.entry
  WHERE p.mark = '{check_mark}'
),
column_calls AS MATERIALIZED (
  SELECT DISTINCT p.oid, coalesce(d.entry, 0) AS attnum
  FROM pieces p
  CROSS JOIN LATERAL unnest((string_to_array(p.piece, 'funcid '))[2:] || (string_to_array(p.piece, 'fnoid '))[2:]) f
  JOIN forbidden_functions x ON x.number = split_part(f, ' ', 1)
  LEFT JOIN droppable d ON d.oid = p.oid AND d.entry = p.entry
  UNION
  SELECT p.oid, coalesce(d.entry, 0)
  FROM pieces p
  CROSS JOIN LATERAL unnest((string_to_array(p.piece, ':resulttype '))[2:]) t
  JOIN forbidden_domains x ON x.number = split_part(t, ' ', 1)
  LEFT JOIN droppable d ON d.oid = p.oid AND d.entry = p.entry
  UNION
  -- virtual columns are read somewhere
  SELECT e.holder, 0
  FROM entries e JOIN refused_columns c ON c.oid = e.oid AND e.selected && ARRAY['7', (c.attnum + 7)::text]
  WHERE e.event = 1
),
views_in_from AS MATERIALIZED (
  SELECT p.oid AS holder, p.varno, c.oid
  FROM pieces p
  JOIN refused_views c ON c.oid = nullif(split_part(split_part(p.piece, ':rtekind 0 :relid ', 2), ' ', 1), '')::oid
  WHERE p.mark = 'e' AND p.depth = 1
),
-- What the columns of a view in FROM are used for: for which columns, or for 0, whatever is read.
-- Column 0 that is used is the whole row. A join lists the columns of both sides, used or not.
column_uses AS MATERIALIZED (
  SELECT DISTINCT v.holder, v.oid, split_part(r.variable, ' ', 3)::int AS used, coalesce(d.entry, 0) AS attnum
  FROM pieces p
  CROSS JOIN LATERAL unnest((string_to_array(p.piece, '{{VAR :varno '))[2:]) r(variable)
  JOIN views_in_from v ON v.holder = p.oid AND v.varno::text = split_part(r.variable, ' ', 1)
  LEFT JOIN droppable d ON d.oid = p.oid AND d.entry = p.entry
  WHERE split_part(split_part(r.variable, ':varlevelsup ', 2), ' ', 1) = (p.depth - 1)::text
    AND NOT (p.depth = 1 AND p.mark = 'e' AND strpos(p.piece, ':rtekind 2 ') <> 0)
),
)sql";

}  // namespace

std::string dropped_part(int server_version_num) {
  const StoredRuleText text = stored_rule_text(server_version_num);
  return fmt::format(fmt::runtime(dropped_sql), fmt::arg("check_mark", text.check_mark()));
}

}  // namespace conncheck
