// The catalog query: what stored rules, views among them, ask for beneath.
#include <fmt/format.h>

#include <tuple>

#include "agent/probe/permissions_query.hpp"
#include "agent/probe/stored_rule_text.hpp"

namespace conncheck {
namespace {

// The rules of every relation that may matter: the queries of views, and what rules do instead of
// or besides a write. Reads are checked as the view's owner, or as the reader with
// security_invoker; what rules do is always checked as the owner. requiredPerms has the bits INSERT
// 1, SELECT 2, UPDATE 4, DELETE 8; the sets of columns hold attnum + 7.
// A materialized view is read without what lies beneath.
constexpr const char* rules_sql = R"sql(
rules AS MATERIALIZED (
  WITH RECURSIVE reached AS (
    SELECT c.oid FROM relations c LEFT JOIN by_column b ON b.oid = c.oid
    WHERE c.relhasrules AND c.relkind <> 'm' AND (c.held & 15 <> 0 OR b.held & 7 <> 0)
    UNION
    SELECT v.oid
    FROM reached x
    JOIN pg_rewrite w ON w.ev_class = x.oid
    CROSS JOIN LATERAL unnest((string_to_array(w.ev_action::text || w.ev_qual::text, '{relation}'))[2:]) e
    JOIN pg_class v ON v.oid = split_part(e, ' ', 1)::oid AND v.relhasrules AND v.relkind <> 'm'
  )
  SELECT v.oid, v.relkind, v.reloptions,
         CASE w.ev_type WHEN '1' THEN 1 WHEN '2' THEN 4 WHEN '3' THEN 8 ELSE 16 END AS event,
         w.is_instead AND w.ev_qual::text = '<>' AS instead,
         w.is_instead AND w.ev_qual::text <> '<>' AS conditional,
         {rule_text} AS action,
         CASE WHEN w.ev_type = '1' AND coalesce(
                (SELECT o.option_value::boolean FROM pg_options_to_table(v.reloptions) o
                 WHERE o.option_name = 'security_invoker'), false)
              THEN me.oid ELSE v.relowner END AS checked_as
  FROM reached x JOIN pg_class v ON v.oid = x.oid
  JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_enabled IN ('O', 'A') CROSS JOIN me
),
checks AS MATERIALIZED (
  SELECT x.holder, x.event, x.n, x.checked_as, c.oid, c.relkind, c.relhasrules, x.perms::int AS perms,
         string_to_array(split_part(split_part(x.columns, ':selectedCols (b', 2), ')', 1), ' ') AS selected,
         string_to_array(split_part(split_part(x.columns, ':insertedCols (b', 2), ')', 1), ' ') AS inserted,
         string_to_array(split_part(split_part(x.columns, ':updatedCols (b', 2), ')', 1), ' ') AS updated
  FROM (SELECT r.oid AS holder, r.event, p.n, r.checked_as, split_part(e.entry, ' ', 1)::oid AS relid,
               split_part(f.required, ' ', 1) AS perms, split_part(f.required, '{{', 1) AS columns
        FROM rules r
        CROSS JOIN LATERAL unnest(string_to_array(r.action, '{checks}')) WITH ORDINALITY AS p(piece, n)
        CROSS JOIN LATERAL (SELECT split_part(p.piece, '{relation_of_check}', 2) AS entry OFFSET 0) e
        CROSS JOIN LATERAL (SELECT split_part(e.entry, ':requiredPerms ', 2) AS required OFFSET 0) f
        WHERE p.n > 1 AND e.entry <> '' AND NOT starts_with(f.required, '0 ')) x
  JOIN pg_class c ON c.oid = x.relid
),
denied AS MATERIALIZED (
  SELECT r.holder, r.event, r.n
  FROM checks r LEFT JOIN foreign_tables f ON f.oid = r.oid
  WHERE (f.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m
                                        WHERE m.srvid = f.ftserver AND m.umuser IN (r.checked_as, 0)))
     OR (r.perms & 8 <> 0 AND NOT has_table_privilege(r.checked_as, r.oid, 'DELETE'))
     {column_checks}
),
)sql";

/// One more way for a check to be denied: a privilege that can be held by column. No column named
/// means any, the whole row (7) means all.
constexpr const char* column_check = R"sql(
     OR (r.perms & {bit} <> 0 AND CASE
          WHEN has_table_privilege(r.checked_as, r.oid, '{privilege}') THEN false
          WHEN r.{columns} = '{{}}' THEN NOT has_any_column_privilege(r.checked_as, r.oid, '{privilege}')
          ELSE EXISTS (SELECT FROM pg_attribute a
                       WHERE a.attrelid = r.oid AND NOT a.attisdropped
                         AND ((a.attnum + 7)::text = ANY (r.{columns}) OR ('7' = ANY (r.{columns}) AND a.attnum > 0))
                         AND NOT has_column_privilege(r.checked_as, r.oid, a.attnum, '{privilege}'))
            -- a whole row without any column
            OR ('7' = ANY (r.{columns}) AND NOT EXISTS (SELECT FROM pg_attribute a
                                                        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped))
        END))sql";

// A view cannot be read if one of its own checks is denied, if it reads itself, or if it reads
// another one that cannot be read. Some edge of a cycle leads to a relation that is not older:
// there the search for cycles begins.
// A function that a view calls must be executable by the role itself, never by the view's owner.
// Without an ACL it is everybody's. One in a column that another view above does not read counts,
// too.
constexpr const char* unreadable_sql = R"sql(
views_read AS MATERIALIZED (
  SELECT DISTINCT c.holder, c.oid FROM checks c WHERE c.event = 1 AND c.relkind = 'v'
),
unreadable AS MATERIALIZED (
  WITH RECURSIVE below AS (
    SELECT e.holder AS root, e.oid FROM views_read e WHERE e.oid >= e.holder
    UNION
    SELECT b.root, e.oid FROM below b JOIN views_read e ON e.holder = b.oid WHERE b.oid <> b.root
  ), above AS (
    (SELECT d.holder AS oid FROM denied d WHERE d.event = 1 UNION SELECT b.root FROM below b WHERE b.oid = b.root)
    UNION
    SELECT e.holder FROM above a JOIN views_read e ON e.oid = a.oid
  )
  SELECT a.oid FROM above a
),
forbidden_functions AS MATERIALIZED (
  SELECT p.oid::text AS number FROM pg_proc p CROSS JOIN me
  WHERE p.proacl IS NOT NULL AND NOT has_function_privilege(me.oid, p.oid, 'EXECUTE')
),
uncallable AS MATERIALIZED (
  WITH RECURSIVE above AS (
    SELECT r.oid
    FROM rules r
    CROSS JOIN LATERAL unnest((string_to_array(r.action, 'funcid '))[2:] || (string_to_array(r.action, 'fnoid '))[2:]) f
    JOIN forbidden_functions d ON d.number = split_part(f, ' ', 1)
    WHERE r.event = 1
    UNION
    SELECT e.holder FROM above a JOIN views_read e ON e.oid = a.oid
  )
  SELECT a.oid FROM above a
),
failing AS MATERIALIZED (
  SELECT d.holder, d.event, d.n FROM denied d
  UNION
  SELECT c.holder, c.event, c.n FROM checks c JOIN unreadable u ON u.oid = c.oid WHERE c.perms & 2 <> 0
),
)sql";

std::string column_checks() {
  std::string checks;
  for (const auto& [bit, privilege, columns] :
       {std::tuple{1, "INSERT", "inserted"}, std::tuple{2, "SELECT", "selected"},
        std::tuple{4, "UPDATE", "updated"}}) {
    checks += fmt::format(fmt::runtime(column_check), fmt::arg("bit", bit),
                          fmt::arg("privilege", privilege), fmt::arg("columns", columns));
  }
  return checks;
}

}  // namespace

std::string stored_rules_part(int server_version_num) {
  const StoredRuleText text = stored_rule_text(server_version_num);
  return fmt::format(fmt::runtime(rules_sql), fmt::arg("rule_text", text.sql),
                     fmt::arg("relation", text.relation), fmt::arg("checks", text.check),
                     fmt::arg("relation_of_check", text.relation_of_check),
                     fmt::arg("column_checks", column_checks())) +
         unreadable_sql;
}

}  // namespace conncheck
