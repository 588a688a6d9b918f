// The catalog query: what stored rules, views among them, ask for beneath.
#include <fmt/format.h>

#include <tuple>

#include "agent/probe/permissions_query.hpp"
#include "agent/probe/stored_rule_text.hpp"

namespace conncheck {
namespace {

// The rules and row security policies of every relation that may matter: the queries of views, what
// rules do instead of or besides a write, what policies ask. Reads are checked as the view's owner,
// or as the reader with security_invoker; what rules do is always checked as the owner, what a
// policy asks as the role that its table is asked about. requiredPerms has the bits INSERT 1,
// SELECT 2, UPDATE 4, DELETE 8; the sets of columns hold attnum + 7.
// A materialized view is read without what lies beneath.
//
// What is judged are nodes: a relation, an event and the role that is asked. Events are 1 (a view's
// query), 2 (locking its rows), 4, 8, 16 (rules for UPDATE, INSERT, DELETE), and 100 plus a step of
// row security: 1 SELECT, 2 UPDATE's old rows, 4 its new rows, 8 DELETE, 16 INSERT.
//
// A rule has a row for each statement of its action, and one without any if it is INSTEAD; NOTIFY
// asks for nothing, not even what would have been written instead. Beside a write in WITH all that
// is inserted counts as ON CONFLICT, where one is.
//
// `secured`: the tables whose policies bind a role. `conditions`: the policies that apply then; a
// permissive one that is always true leaves the others to be expanded, but not planned. Without a
// permissive one the server looks at none. FOR UPDATE of a view locks whatever its query reads.
constexpr const char* rules_sql = R"sql(
write_rules AS MATERIALIZED (
  SELECT EXISTS (SELECT FROM pg_rewrite w
                 WHERE w.oid >= 16384 -- pg_settings' acts besides
                   AND w.is_instead AND w.ev_type IN ('2', '3', '4') AND w.ev_qual::text = '<>') AS some_may_vanish
),
reached AS MATERIALIZED (
  WITH RECURSIVE beneath AS (
    SELECT c.oid FROM relations c LEFT JOIN by_column b ON b.oid = c.oid
    WHERE ((c.relhasrules AND c.relkind <> 'm') OR c.relrowsecurity)
      AND (c.held & 15 <> 0 OR b.held & 7 <> 0 OR (SELECT o.some_may_vanish FROM write_rules o))
    UNION
    SELECT v.oid
    FROM beneath x
    CROSS JOIN LATERAL (
      SELECT w.ev_action::text || w.ev_qual::text AS stored FROM pg_rewrite w WHERE w.ev_class = x.oid
      UNION ALL
      SELECT concat(p.polqual::text, p.polwithcheck::text) FROM pg_policy p WHERE p.polrelid = x.oid) w
    CROSS JOIN LATERAL unnest((string_to_array(w.stored, '{relation}'))[2:]) e
    JOIN pg_class v ON v.oid = split_part(e, ' ', 1)::oid AND ((v.relhasrules AND v.relkind <> 'm') OR v.relrowsecurity)
  )
  SELECT x.oid FROM beneath x
),
all_rules AS MATERIALIZED (
  SELECT row_number() OVER () AS id, v.oid, v.relkind, v.reloptions,
         CASE w.ev_type WHEN '1' THEN 1 WHEN '2' THEN 4 WHEN '3' THEN 8 ELSE 16 END AS event,
         w.is_instead AND w.ev_qual::text = '<>' AS instead,
         w.is_instead AND w.ev_qual::text <> '<>' AS conditional,
         s.statement <> '' AS acts,
         strpos(s.statement, ':hasModifyingCTE true ') = 0 AS writes_once,
         strpos(s.statement, '{{ONCONFLICTEXPR ') <> 0 AS on_conflict,
         w.ev_type <> '1' AND (left(s.statement, 40) ~ ':commandType [24] ' OR strpos(s.statement, ':rowMarks (') <> 0) AS marks_rows,
         {rule_text} AS action,
         strpos(w.ev_qual::text, '{{VAR :varno 1 ') <> 0
           OR (s.statement <> '' AND strpos(w.ev_qual::text, '{{VAR :varno 2 ') <> 0) AS asks_for_rows,
         CASE WHEN w.ev_type = '1' AND coalesce(
                (SELECT o.option_value::boolean FROM pg_options_to_table(v.reloptions) o
                 WHERE o.option_name = 'security_invoker'), false)
              THEN me.oid ELSE v.relowner END AS checked_as
  FROM reached x JOIN pg_class v ON v.oid = x.oid AND v.relkind <> 'm'
  JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_enabled IN ('O', 'A') CROSS JOIN me
  CROSS JOIN LATERAL unnest(CASE
    WHEN w.ev_type = '1' THEN ARRAY[w.ev_action::text]
    ELSE string_to_array(regexp_replace(replace(w.ev_action::text, E'\x01', ''), ':stmt_len [-0-9]+\}} (?=\{{QUERY )', E'\x01(', 'g'), E'\x01')
      || CASE WHEN w.is_instead THEN ARRAY[''] END END) s(statement)
  WHERE NOT starts_with(s.statement, '{nothing}') AND NOT starts_with(s.statement, '{utility}')
),
-- INSERT with ON CONFLICT is an error there, unless it is a view that passes it on.
meeting_conflicts AS MATERIALIZED (
  SELECT DISTINCT w.ev_class AS oid
  FROM pg_rewrite w
  WHERE EXISTS (SELECT FROM all_rules r WHERE r.on_conflict)
    AND CASE w.ev_type WHEN '2' THEN true
                       WHEN '3' THEN w.ev_enabled IN ('O', 'A') AND NOT starts_with(w.ev_action::text, '{nothing}') END
),
policies AS MATERIALIZED (
  SELECT p.oid AS policy, p.polrelid AS oid, p.polpermissive, p.polroles, 100 + s.step AS event,
         {policy_text} AS condition, c.stored LIKE '%{{SUBLINK %' AS expands,
         c.stored LIKE '{{CONST :consttype 16 %:constisnull false %'
           AND c.stored NOT LIKE '% [ 0 0 0 0 0 0 0 0 ]}}' AS always_true
  FROM reached x JOIN pg_class v ON v.oid = x.oid AND v.relrowsecurity
  JOIN pg_policy p ON p.polrelid = v.oid
  JOIN (VALUES ('r', 1, false), ('w', 2, false), ('w', 4, true), ('d', 8, false), ('a', 16, true)) s(command, step, checks)
    ON p.polcmd = '*' OR p.polcmd = s.command::"char"
  CROSS JOIN LATERAL (
    SELECT CASE WHEN s.checks AND p.polwithcheck IS NOT NULL THEN p.polwithcheck ELSE p.polqual END::text AS stored OFFSET 0) c
  WHERE c.stored IS NOT NULL
),
all_stored AS MATERIALIZED (
  SELECT r.id, r.oid AS holder, r.event, 0::oid AS policy, r.checked_as, r.action, r.on_conflict,
         r.event <> 1 AND NOT EXISTS (
           SELECT FROM unnest((string_to_array(r.action, '{relation}' || r.oid || ' '))[2:]) e
           WHERE NOT starts_with(split_part(e, ':inFromCl ', 2), 'false')) AS outside_from
  FROM all_rules r
  UNION ALL
  SELECT 0, p.oid, p.event, p.policy, NULL, p.condition, false, false FROM policies p
),
all_entries AS MATERIALIZED (
  SELECT x.*, (x.perms & 2) / 2 | (x.perms & 4) / 2 | (x.perms & 8) | (x.perms & 1) * 16
                | (CASE WHEN x.perms & 9 <> 0 OR x.updated <> '{{}}' THEN x.perms & 4 ELSE 1 END) AS steps
  FROM (
    SELECT x.id, x.holder, x.event, x.policy, x.n, x.checked_as, x.outside_from AND x.holder = c.oid AS outside_from,
           c.oid, c.relkind, c.relhasrules, c.relrowsecurity, x.perms::int AS perms,
           x.on_conflict AND x.perms::int & 1 <> 0 AS on_conflict,
           string_to_array(split_part(split_part(x.columns, ':selectedCols (b', 2), ')', 1), ' ') AS selected,
           string_to_array(split_part(split_part(x.columns, ':insertedCols (b', 2), ')', 1), ' ') AS inserted,
           string_to_array(split_part(split_part(x.columns, ':updatedCols (b', 2), ')', 1), ' ') AS updated
    FROM (SELECT r.id, r.holder, r.event, r.policy, p.n, r.checked_as, r.outside_from, r.on_conflict, split_part(e.entry, ' ', 1)::oid AS relid,
                 split_part(f.required, ' ', 1) AS perms, split_part(f.required, '{{', 1) AS columns
          FROM all_stored r
          CROSS JOIN LATERAL unnest(string_to_array(r.action, '{checks}')) WITH ORDINALITY AS p(piece, n)
          CROSS JOIN LATERAL (SELECT split_part(p.piece, '{relation_of_check}', 2) AS entry OFFSET 0) e
          CROSS JOIN LATERAL (SELECT split_part(e.entry, ':requiredPerms ', 2) AS required OFFSET 0) f
          WHERE p.n > 1 AND e.entry <> '' AND NOT starts_with(f.required, '0 ')) x
    JOIN pg_class c ON c.oid = x.relid) x
),
)sql";

// What is denied of what is left of them (see permissions_query_vanishing.cpp).
constexpr const char* denied_sql = R"sql(
secured AS MATERIALIZED (
  WITH RECURSIVE asked AS (
    (SELECT x.oid, me.oid AS role FROM relations c JOIN reached x ON x.oid = c.oid CROSS JOIN me WHERE c.relrowsecurity
     UNION
     SELECT e.oid, e.checked_as FROM entries e WHERE e.event < 100 AND e.relrowsecurity)
    UNION
    SELECT e.oid, a.role FROM asked a JOIN entries e ON e.holder = a.oid AND e.event > 100 AND e.relrowsecurity
  )
  SELECT a.oid, a.role
  FROM asked a JOIN pg_class c ON c.oid = a.oid LEFT JOIN pg_roles r ON r.oid = a.role
  WHERE c.relkind IN ('r', 'p') AND NOT coalesce(r.rolsuper OR r.rolbypassrls, false)
    AND CASE WHEN a.role = 0 OR c.relforcerowsecurity THEN true ELSE NOT pg_has_role(a.role, c.relowner, 'USAGE') END
),
conditions AS MATERIALIZED (
  SELECT k.*
  FROM (SELECT s.oid AS holder, p.event, s.role, p.policy, p.expands,
               NOT p.polpermissive OR NOT bool_or(p.polpermissive AND p.always_true) OVER together AS planned,
               bool_or(p.polpermissive) OVER together AS passable
        FROM secured s JOIN policies p ON p.oid = s.oid
        WHERE EXISTS (SELECT FROM unnest(p.polroles) r
                      WHERE CASE WHEN r = 0 THEN true WHEN s.role = 0 THEN false ELSE pg_has_role(s.role, r, 'USAGE') END)
        WINDOW together AS (PARTITION BY s.oid, p.event, s.role)) k
  WHERE k.passable
),
locked_views AS MATERIALIZED (
  WITH RECURSIVE beneath AS (
    SELECT e.oid FROM entries e WHERE e.relkind = 'v' AND e.perms & 13 = 4 AND e.updated = '{{}}'
    UNION
    SELECT e.oid FROM beneath b JOIN entries e ON e.holder = b.oid AND e.event = 1 AND e.relkind = 'v'
  )
  SELECT b.oid FROM beneath b
),
checks AS MATERIALIZED (
  SELECT e.holder, e.event, e.policy, e.n, e.checked_as, e.outside_from, e.oid, e.relkind, e.relhasrules, e.relrowsecurity,
         e.perms, e.selected, e.inserted, e.updated, e.steps, e.on_conflict, true AS planned
  FROM entries e WHERE e.event < 100
  UNION ALL
  SELECT e.holder, e.event, e.policy, e.n, k.role, false, e.oid, e.relkind, e.relhasrules, e.relrowsecurity, e.perms,
         e.selected, e.inserted, e.updated, e.steps, false, k.planned
  FROM conditions k JOIN entries e ON e.holder = k.holder AND e.event = k.event AND e.policy = k.policy
  UNION ALL
  SELECT e.holder, 2, e.policy, e.n, e.checked_as, false, e.oid, e.relkind, e.relhasrules, e.relrowsecurity, 4,
         '{{}}', '{{}}', '{{}}', 3, false, true
  FROM locked_views l JOIN entries e ON e.holder = l.oid AND e.event = 1
),
denied AS MATERIALIZED (
  SELECT r.holder, r.event, r.checked_as AS role, r.n, r.planned
  FROM checks r LEFT JOIN foreign_tables f ON f.oid = r.oid
  WHERE (f.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m
                                        WHERE m.srvid = f.ftserver AND m.umuser IN (r.checked_as, 0)))
     OR (r.perms & 14 <> 0 AND EXISTS (
           SELECT FROM foreign_parents h
           WHERE h.oid = r.oid AND h.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m
                                               WHERE m.srvid = h.ftserver AND m.umuser IN (r.checked_as, 0))))
     OR (r.perms & 8 <> 0 AND NOT has_table_privilege(r.checked_as, r.oid, 'DELETE'))
     {column_checks}
  UNION ALL
  SELECT e.holder, e.event, e.checked_as, e.n, true FROM given_in_vain g JOIN entries e ON e.id = g.id AND e.n = g.n
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

// A node fails if one of its own checks is denied, if it is expanded within itself, whatever role
// is asked, or if one that it leads to fails. Some edge of a cycle of views leads to a relation
// that is not older: there the search begins; tables may come again with another role. A function
// that is called must be executable by the role itself, never by a view's owner.
constexpr const char* edges_sql = R"sql(
edges AS MATERIALIZED (
  SELECT c.holder, c.event, c.checked_as AS role, c.n, c.planned,
         c.oid, t.event AS to_event, v.checked_as AS to_role, t.event = 1 AS expands, c.selected
  FROM checks c JOIN rules v ON v.oid = c.oid AND v.event = 1 AND v.relkind = 'v'
  JOIN (VALUES (2, 1), (4, 2)) t(perm, event)
    ON c.perms & t.perm <> 0 AND (t.event = 1 OR (c.perms & 9 = 0 AND c.updated = '{}'))
  -- NEW of a rule for INSERT is what is written: the view itself is not read. From 16 on OLD and NEW
  -- are checked where nothing asks for them, too, but only FROM would read a view without any column.
  WHERE NOT (c.outside_from AND c.perms = 2 AND (c.event = 8 OR c.selected = '{}'))
  UNION ALL
  -- a condition on the view's rows, old or new (varno 1 or 2), makes the action read them
  SELECT r.oid, r.event, r.checked_as, 1, true, v.oid, 1, v.checked_as, true, '{}'
  FROM rules r JOIN rules v ON v.oid = r.oid AND v.event = 1 AND v.relkind = 'v'
  WHERE r.asks_for_rows AND r.event <> 8
  UNION ALL
  SELECT c.holder, c.event, c.checked_as, c.n, c.planned, c.oid, k.event, k.role, k.expands, '{}'
  FROM checks c
  JOIN (SELECT k.holder, k.event, k.role, bool_or(k.expands) AS expands
        FROM conditions k GROUP BY k.holder, k.event, k.role) k
    ON k.holder = c.oid AND k.role = c.checked_as AND c.steps & (k.event - 100) <> 0
),
endless AS MATERIALIZED (
  WITH RECURSIVE below AS (
    SELECT e.holder AS root, e.event AS root_event, e.role AS root_role, e.oid, e.to_event, e.to_role, e.expands
    FROM edges e WHERE (e.event = 1 AND e.oid >= e.holder) OR e.event > 100
    UNION
    SELECT b.root, b.root_event, b.root_role, e.oid, e.to_event, e.to_role, e.expands
    FROM below b JOIN edges e ON e.holder = b.oid AND e.event = b.to_event AND e.role = b.to_role
    WHERE b.oid <> b.root
  )
  SELECT DISTINCT b.root AS holder, b.root_event AS event, b.root_role AS role FROM below b WHERE b.oid = b.root AND b.expands
),
)sql";

// What fails in a column of a view only, carries its number: it passes on to what reads that
// column, and may stand in a column there again. Where nothing depends on what is read, that is 0.
// Where rows are marked (extension/server/row_marks.hpp), whole rows are taken beneath as well:
// what would fail then carries -1, and all that the planner merges counts as if it were not.
constexpr const char* failing_sql = R"sql(
failing_nodes AS MATERIALIZED (
  WITH RECURSIVE above AS (
    (SELECT e.holder, e.event, e.role, 0 AS reason, 0 AS attnum FROM endless e
     UNION
     SELECT d.holder, d.event, d.role, 1, coalesce(k.attnum, 0)
     FROM denied d LEFT JOIN column_checks k ON k.oid = d.holder AND k.n = d.n AND d.event = 1 WHERE d.planned
     UNION
     SELECT c.holder, c.event, c.checked_as, 2, coalesce(k.attnum, 0)
     FROM calls c LEFT JOIN column_calls k ON k.oid = c.holder AND c.event = 1 WHERE c.event < 100
     UNION
     SELECT k.holder, k.event, k.role, 2, 0
     FROM calls c JOIN conditions k ON k.holder = c.holder AND k.event = c.event AND k.policy = c.policy AND k.planned)
    UNION
    SELECT e.holder, e.event, e.role, a.reason, x.attnum
    FROM above a JOIN edges e ON e.oid = a.holder AND e.to_event = a.event AND e.to_role = a.role
    LEFT JOIN column_checks k ON k.oid = e.holder AND k.n = e.n AND e.event = 1
    LEFT JOIN view_shapes s ON a.attnum <> 0 AND s.oid = e.holder AND e.event = 1 AND s.unlocked
    LEFT JOIN column_uses u ON s.names_no_join AND u.holder = e.holder AND u.oid = a.holder AND u.used IN (0, a.attnum)
    CROSS JOIN LATERAL (
      SELECT CASE WHEN a.reason = 0 THEN 0 ELSE coalesce(k.attnum, u.attnum, 0) END
      WHERE a.attnum >= 0 AND (s.oid IS NULL OR e.selected && ARRAY['7', (a.attnum + 7)::text])
      UNION ALL
      SELECT CASE WHEN s.oid IS NULL THEN 0 ELSE -1 END WHERE a.attnum <> 0 AND e.event < 100) x(attnum)
    WHERE e.planned OR a.reason = 0
  )
  SELECT a.holder, a.event, a.role, a.reason = 2 AS by_call, a.attnum FROM above a
),
unreadable AS MATERIALIZED (
  SELECT DISTINCT f.holder AS oid FROM failing_nodes f CROSS JOIN me
  WHERE (f.event = 1 OR (f.event = 101 AND f.role = me.oid)) AND NOT f.by_call AND f.attnum >= 0
),
uncallable_columns AS MATERIALIZED (
  SELECT DISTINCT f.holder AS oid, f.attnum FROM failing_nodes f CROSS JOIN me
  WHERE (f.event = 1 OR (f.event = 101 AND f.role = me.oid)) AND f.by_call AND f.attnum >= 0
),
uncallable AS MATERIALIZED (SELECT DISTINCT u.oid FROM uncallable_columns u),
unmarkable AS MATERIALIZED (SELECT DISTINCT f.holder AS oid, f.by_call FROM failing_nodes f WHERE f.event = 1 AND f.attnum = -1),
failing AS MATERIALIZED (
  SELECT d.holder, d.event, d.n, false AS by_call FROM denied d WHERE d.event < 100
  UNION
  SELECT e.holder, e.event, e.n, f.by_call
  FROM edges e JOIN failing_nodes f ON f.holder = e.oid AND f.event = e.to_event AND f.role = e.to_role
  LEFT JOIN view_shapes s ON f.attnum <> 0 AND s.oid = e.holder AND e.event = 1 AND s.unlocked
  WHERE e.event < 100 AND (s.oid IS NULL OR (f.attnum > 0 AND e.selected && ARRAY['7', (f.attnum + 7)::text]))
),
-- What the policies of a relation itself refuse, as events.
refused_by_policies AS MATERIALIZED (
  SELECT f.holder AS oid, f.by_call,
         bit_or(CASE f.event - 100 WHEN 2 THEN 4 WHEN 4 THEN 4 WHEN 8 THEN 16 WHEN 16 THEN 8
                                   ELSE CASE WHEN c.relhasrules THEN 28 ELSE 0 END END) AS events
  FROM failing_nodes f CROSS JOIN me JOIN pg_class c ON c.oid = f.holder
  WHERE f.event > 100 AND f.role = me.oid
  GROUP BY f.holder, f.by_call
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
  const std::string written = fmt::format(
      fmt::runtime(rules_sql), fmt::arg("rule_text", text.of("s.statement || w.ev_qual::text")),
      fmt::arg("nothing", text.nothing), fmt::arg("utility", text.utility),
      fmt::arg("policy_text", text.of("c.stored")), fmt::arg("relation", text.relation),
      fmt::arg("checks", text.check), fmt::arg("relation_of_check", text.relation_of_check));
  const std::string denied =
      fmt::format(fmt::runtime(denied_sql), fmt::arg("column_checks", column_checks()));
  return written + updatable_views_part(server_version_num) + vanishing_part() + denied +
         edges_sql + dropped_part(server_version_num) + failing_sql;
}

}  // namespace conncheck
