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
// `secured`: the tables whose policies bind a role. `conditions`: the policies that apply then; a
// permissive one that is always true leaves the others to be expanded, but not planned. Without a
// permissive one the server looks at none. FOR UPDATE of a view locks whatever its query reads.
constexpr const char* rules_sql = R"sql(
write_rules AS MATERIALIZED (
  SELECT EXISTS (SELECT FROM pg_rewrite w
                 WHERE w.is_instead AND w.ev_type IN ('2', '3', '4') AND w.ev_qual::text = '<>') AS some_may_vanish
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
rules AS MATERIALIZED (
  SELECT v.oid, v.relkind, v.reloptions,
         CASE w.ev_type WHEN '1' THEN 1 WHEN '2' THEN 4 WHEN '3' THEN 8 ELSE 16 END AS event,
         w.is_instead AND w.ev_qual::text = '<>' AS instead,
         w.is_instead AND w.ev_qual::text <> '<>' AS conditional,
         NOT a.nothing AS acts,
         {rule_text} AS action,
         strpos(w.ev_qual::text, '{{VAR :varno 1 ') <> 0
           OR (NOT a.nothing AND strpos(w.ev_qual::text, '{{VAR :varno 2 ') <> 0) AS asks_for_rows,
         CASE WHEN w.ev_type = '1' AND coalesce(
                (SELECT o.option_value::boolean FROM pg_options_to_table(v.reloptions) o
                 WHERE o.option_name = 'security_invoker'), false)
              THEN me.oid ELSE v.relowner END AS checked_as
  FROM reached x JOIN pg_class v ON v.oid = x.oid AND v.relkind <> 'm'
  JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_enabled IN ('O', 'A') CROSS JOIN me
  CROSS JOIN LATERAL (SELECT starts_with(w.ev_action::text, '{nothing}') AS nothing) a
  WHERE w.is_instead OR NOT a.nothing
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
stored AS MATERIALIZED (
  SELECT r.oid AS holder, r.event, 0::oid AS policy, r.checked_as, r.action,
         r.event <> 1 AND NOT EXISTS (
           SELECT FROM unnest((string_to_array(r.action, '{relation}' || r.oid || ' '))[2:]) e
           WHERE NOT starts_with(split_part(e, ':inFromCl ', 2), 'false')) AS outside_from
  FROM rules r
  UNION ALL
  SELECT p.oid, p.event, p.policy, NULL, p.condition, false FROM policies p
),
entries AS MATERIALIZED (
  SELECT x.*, (x.perms & 2) / 2 | (x.perms & 4) / 2 | (x.perms & 8) | (x.perms & 1) * 16
                | (CASE WHEN x.perms & 9 <> 0 OR x.updated <> '{{}}' THEN x.perms & 4 ELSE 1 END) AS steps
  FROM (
    SELECT x.holder, x.event, x.policy, x.n, x.checked_as, x.outside_from AND x.holder = c.oid AS outside_from,
           c.oid, c.relkind, c.relhasrules, c.relrowsecurity, x.perms::int AS perms,
           string_to_array(split_part(split_part(x.columns, ':selectedCols (b', 2), ')', 1), ' ') AS selected,
           string_to_array(split_part(split_part(x.columns, ':insertedCols (b', 2), ')', 1), ' ') AS inserted,
           string_to_array(split_part(split_part(x.columns, ':updatedCols (b', 2), ')', 1), ' ') AS updated
    FROM (SELECT r.holder, r.event, r.policy, p.n, r.checked_as, r.outside_from, split_part(e.entry, ' ', 1)::oid AS relid,
                 split_part(f.required, ' ', 1) AS perms, split_part(f.required, '{{', 1) AS columns
          FROM stored r
          CROSS JOIN LATERAL unnest(string_to_array(r.action, '{checks}')) WITH ORDINALITY AS p(piece, n)
          CROSS JOIN LATERAL (SELECT split_part(p.piece, '{relation_of_check}', 2) AS entry OFFSET 0) e
          CROSS JOIN LATERAL (SELECT split_part(e.entry, ':requiredPerms ', 2) AS required OFFSET 0) f
          WHERE p.n > 1 AND e.entry <> '' AND NOT starts_with(f.required, '0 ')) x
    JOIN pg_class c ON c.oid = x.relid) x
),
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
  SELECT e.*, true AS planned FROM entries e WHERE e.event < 100
  UNION ALL
  SELECT e.holder, e.event, e.policy, e.n, k.role, false, e.oid, e.relkind, e.relhasrules, e.relrowsecurity, e.perms,
         e.selected, e.inserted, e.updated, e.steps, k.planned
  FROM conditions k JOIN entries e ON e.holder = k.holder AND e.event = k.event AND e.policy = k.policy
  UNION ALL
  SELECT e.holder, 2, e.policy, e.n, e.checked_as, false, e.oid, e.relkind, e.relhasrules, e.relrowsecurity, 4,
         '{{}}', '{{}}', '{{}}', 3, true
  FROM locked_views l JOIN entries e ON e.holder = l.oid AND e.event = 1
),
denied AS MATERIALIZED (
  SELECT r.holder, r.event, r.checked_as AS role, r.n, r.planned
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

// A node fails if one of its own checks is denied, if it is expanded within itself, whatever role
// is asked, or if one that it leads to fails. Some edge of a cycle of views leads to a relation
// that is not older: there the search begins; tables may come again with another role. A function
// that is called must be executable by the role itself, never by a view's owner. Without an ACL it
// is everybody's. One in a column that nobody reads counts, too.
constexpr const char* unreadable_sql = R"sql(
edges AS MATERIALIZED (
  SELECT c.holder, c.event, c.checked_as AS role, c.n, c.planned,
         c.oid, t.event AS to_event, v.checked_as AS to_role, t.event = 1 AS expands
  FROM checks c JOIN rules v ON v.oid = c.oid AND v.event = 1 AND v.relkind = 'v'
  JOIN (VALUES (2, 1), (4, 2)) t(perm, event)
    ON c.perms & t.perm <> 0 AND (t.event = 1 OR (c.perms & 9 = 0 AND c.updated = '{}'))
  -- NEW of a rule for INSERT is what is written: the view itself is not read. From 16 on OLD and NEW
  -- are checked where nothing asks for them, too, but only FROM would read a view without any column.
  WHERE NOT (c.outside_from AND c.perms = 2 AND (c.event = 8 OR c.selected = '{}'))
  UNION ALL
  -- a condition on the view's rows, old or new (varno 1 or 2), makes the action read them
  SELECT r.oid, r.event, r.checked_as, 1, true, v.oid, 1, v.checked_as, true
  FROM rules r JOIN rules v ON v.oid = r.oid AND v.event = 1 AND v.relkind = 'v'
  WHERE r.asks_for_rows AND r.event <> 8
  UNION ALL
  SELECT c.holder, c.event, c.checked_as, c.n, c.planned, c.oid, k.event, k.role, k.expands
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
-- Functions call those that stand in for arguments, too (counted even where all are given); an aggregate calls what it
-- consists of as its owner.
forbidden_functions AS MATERIALIZED (
  WITH RECURSIVE refused AS (
    SELECT p.oid, p.provolatile = 'i' AS immutable FROM pg_proc p CROSS JOIN me
    WHERE p.proacl IS NOT NULL AND NOT has_function_privilege(me.oid, p.oid, 'EXECUTE')
    UNION
    SELECT c.oid, c.immutable
    FROM refused r
    JOIN (SELECT p.oid, p.provolatile = 'i' AS immutable, split_part(f, ' ', 1) AS called
          FROM pg_proc p CROSS JOIN LATERAL unnest((string_to_array(p.proargdefaults::text, 'funcid '))[2:]) f
          WHERE p.proargdefaults IS NOT NULL) c ON c.called = r.oid::text
  )
  SELECT r.oid::text AS number, r.immutable FROM refused r
  UNION ALL
  SELECT p.oid::text, false
  FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
  CROSS JOIN LATERAL (VALUES (a.aggtransfn::oid), (a.aggfinalfn::oid)) s(part)
  JOIN pg_proc f ON f.oid = s.part AND f.proacl IS NOT NULL AND NOT has_function_privilege(p.proowner, f.oid, 'EXECUTE')
),
-- A cast to a domain calls what that checks, and the domains beneath it.
forbidden_domains AS MATERIALIZED (
  WITH RECURSIVE domains AS (
    SELECT k.contypid AS oid
    FROM pg_constraint k CROSS JOIN LATERAL unnest((string_to_array(k.conbin::text, 'funcid '))[2:]) f
    JOIN forbidden_functions d ON d.number = split_part(f, ' ', 1)
    WHERE k.contype = 'c' AND k.contypid <> 0
    UNION
    SELECT t.oid FROM domains d
    CROSS JOIN LATERAL (
      SELECT t.oid FROM pg_depend p JOIN pg_type t ON t.oid = p.objid AND t.typbasetype = d.oid AND t.typtype = 'd'
      WHERE p.refclassid = 'pg_catalog.pg_type'::regclass AND p.refobjid = d.oid
        AND p.classid = 'pg_catalog.pg_type'::regclass OFFSET 0) t
  )
  SELECT d.oid, d.oid::text AS number FROM domains d
),
-- Virtual columns (18), which are computed when they are read, call built-in functions alone.
refused_columns AS MATERIALIZED (
  SELECT DISTINCT a.attrelid AS oid, a.attnum
  FROM pg_attrdef e JOIN pg_attribute a ON a.attrelid = e.adrelid AND a.attnum = e.adnum AND a.attgenerated = 'v'
  CROSS JOIN LATERAL unnest((string_to_array(e.adbin::text, 'funcid '))[2:]) f
  JOIN forbidden_functions d ON d.number = split_part(f, ' ', 1)
  WHERE (SELECT bool_or(d.immutable) FROM forbidden_functions d)
),
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
  FROM entries e JOIN refused_columns c ON c.oid = e.oid AND ((c.attnum + 7)::text = ANY (e.selected) OR '7' = ANY (e.selected))
  UNION
  SELECT p.oid, p.event, p.policy, NULL
  FROM policies p JOIN refused_columns c ON c.oid = p.oid AND strpos(p.condition, ':varattno ' || c.attnum || ' ') <> 0
),
failing_nodes AS MATERIALIZED (
  WITH RECURSIVE above AS (
    (SELECT e.holder, e.event, e.role, 0 AS reason FROM endless e
     UNION
     SELECT d.holder, d.event, d.role, 1 FROM denied d WHERE d.planned
     UNION
     SELECT c.holder, c.event, c.checked_as, 2 FROM calls c WHERE c.event < 100
     UNION
     SELECT k.holder, k.event, k.role, 2
     FROM calls c JOIN conditions k ON k.holder = c.holder AND k.event = c.event AND k.policy = c.policy AND k.planned)
    UNION
    SELECT e.holder, e.event, e.role, a.reason
    FROM above a JOIN edges e ON e.oid = a.holder AND e.to_event = a.event AND e.to_role = a.role
    WHERE e.planned OR a.reason = 0
  )
  SELECT a.holder, a.event, a.role, a.reason = 2 AS by_call FROM above a
),
unreadable AS MATERIALIZED (
  SELECT DISTINCT f.holder AS oid FROM failing_nodes f CROSS JOIN me
  WHERE (f.event = 1 OR (f.event = 101 AND f.role = me.oid)) AND NOT f.by_call
),
uncallable AS MATERIALIZED (
  SELECT DISTINCT f.holder AS oid FROM failing_nodes f CROSS JOIN me
  WHERE (f.event = 1 OR (f.event = 101 AND f.role = me.oid)) AND f.by_call
),
failing AS MATERIALIZED (
  SELECT d.holder, d.event, d.n, false AS by_call FROM denied d WHERE d.event < 100
  UNION
  SELECT e.holder, e.event, e.n, f.by_call
  FROM edges e JOIN failing_nodes f ON f.holder = e.oid AND f.event = e.to_event AND f.role = e.to_role
  WHERE e.event < 100
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
  return fmt::format(
             fmt::runtime(rules_sql),
             fmt::arg(
                 "rule_text",
                 text.of(
                     "CASE WHEN a.nothing THEN '' ELSE w.ev_action::text END || w.ev_qual::text")),
             fmt::arg("nothing", text.nothing), fmt::arg("policy_text", text.of("c.stored")),
             fmt::arg("relation", text.relation), fmt::arg("checks", text.check),
             fmt::arg("relation_of_check", text.relation_of_check),
             fmt::arg("column_checks", column_checks())) +
         unreadable_sql;
}

}  // namespace conncheck
