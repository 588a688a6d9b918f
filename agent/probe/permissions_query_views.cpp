// The catalog query: writes to views, and to whatever has rules.
#include <fmt/format.h>

#include "agent/probe/permissions_query.hpp"
#include "agent/probe/stored_rule_text.hpp"

namespace conncheck {
namespace {

// What the rules beneath write.
constexpr const char* targets_sql = R"sql(
-- only what is written is required to be updated by column: FOR UPDATE names none
rule_targets AS MATERIALIZED (
  SELECT DISTINCT c.holder, c.event AS rule_event, c.oid AS target, e.event AS asks,
         CASE WHEN c.on_conflict THEN 8 ELSE e.event END AS event, c.on_conflict,
         ARRAY(SELECT n::int - 7 FROM unnest(e.columns) n WHERE n <> '') AS columns
  FROM checks c JOIN beneath_written b ON b.oid = c.holder
  CROSS JOIN LATERAL (VALUES (1, 8, c.inserted), (4, 4, c.updated), (8, 16, '{}'::text[])) e(perm, event, columns)
  WHERE c.event IN (4, 8, 16) AND c.perms & e.perm <> 0 AND (e.perm <> 4 OR c.updated <> '{}')
    AND (c.relkind IN ('v', 'f') OR c.relhasrules OR EXISTS (SELECT FROM refused_writes x WHERE x.oid = c.oid))
),
rule_effects AS MATERIALIZED (
  SELECT r.oid, r.event, bool_or(r.instead) AS instead, bool_or(r.acts) AS acts,
         coalesce(bool_or(r.marks_rows) FILTER (WHERE r.acts), false) AS marks_rows
  FROM rules r WHERE r.event > 2 GROUP BY r.oid, r.event
),
)sql";

// What is refused of what the views themselves ask for.
constexpr const char* view_events_sql = R"sql(
view_events AS MATERIALIZED (
  SELECT v.oid, v.checked_as,
         v.by_rule, v.refused, v.by_trigger, v.base, v.of_view, v.of_base, v.check_option, v.named, v.view_naming, v.base_named,
         v.base IS NOT NULL AND EXISTS (
           SELECT FROM failing f WHERE NOT f.by_call AND f.holder = v.oid AND f.event = 1 AND f.n <> {base_entry} + 1
             AND f.n <= v.checks) AS condition_fails,
         v.condition LIKE '%{{VAR %' AS condition_reads,
         EXISTS (SELECT FROM failing f
                 WHERE NOT f.by_call AND f.holder = v.oid AND f.event = 1 AND f.n <> {base_entry} + 1) AS fails_beside_base,
         v.base IS NOT NULL AND (EXISTS (
           SELECT FROM failing f WHERE f.by_call AND f.holder = v.oid AND f.event = 1 AND f.n <> {base_entry} + 1
             AND f.n <= v.checks) OR EXISTS (
           SELECT FROM uncallable_columns u
           WHERE u.oid = v.base AND CASE u.attnum WHEN 0 THEN v.condition LIKE '%{{VAR %'
             ELSE strpos(v.condition, ':varattno ' || u.attnum || ' ') <> 0 OR strpos(v.condition, ':varattno 0 ') <> 0 END) OR EXISTS (
           SELECT FROM unnest((string_to_array(v.condition, ':resulttype '))[2:]) t
           JOIN forbidden_domains d ON d.number = split_part(t, ' ', 1)) OR EXISTS (
           SELECT FROM refused_columns r WHERE r.oid = v.base AND strpos(v.condition, ':varattno ' || r.attnum || ' ') <> 0) OR EXISTS (
           SELECT FROM unnest((string_to_array(v.condition, 'funcid '))[2:] || (string_to_array(v.condition, 'fnoid '))[2:]) f
           JOIN forbidden_functions d ON d.number = split_part(f, ' ', 1))) AS condition_refused,
         -- a subquery may become a join: = ANY, or one that refers to what is around it
         v.base IS NOT NULL AND (v.condition LIKE '%:subLinkType 2 %' OR EXISTS (
           SELECT FROM rules r WHERE r.oid = v.oid AND r.event = 1 AND r.action ~ ':varlevelsup [1-9]')) AND EXISTS (
           SELECT FROM edges e JOIN failing_nodes f ON f.holder = e.oid AND f.event = e.to_event AND f.role = e.to_role
           WHERE e.holder = v.oid AND e.event = 1 AND e.to_event = 1 AND e.n <> {base_entry} + 1 AND f.attnum <> 0) AS condition_marked
  FROM updatable_views v
),
)sql";

// A write to a view is passed on from relation to relation until one takes it; on the way rules may
// start further writes. The columns of a chain are those of its start that are still there, and
// what they are called in each relation; a start that names no columns means all that get through.
// `event` is how it is rewritten, `asks` what is asked for: two things only for UPDATE in ON
// CONFLICT.
constexpr const char* chains_sql = R"sql(
starts AS MATERIALIZED (
  SELECT row_number() OVER () AS id, x.* FROM (
    SELECT h.oid, e.event, e.event AS asks, false AS on_conflict, NULL::int[] AS columns
    FROM written h CROSS JOIN (VALUES (4, 4), (8, 2), (16, 8)) e(event, privilege)
    WHERE h.held & e.privilege <> 0 OR (SELECT o.some_may_vanish FROM write_rules o)
    UNION
    SELECT t.target, t.event, t.asks, t.on_conflict, t.columns FROM rule_targets t
  ) x
),
chains AS MATERIALIZED (
  WITH RECURSIVE chain AS (
    SELECT s.id, s.oid AS start, s.columns AS named, s.event, s.asks, s.on_conflict, s.oid, s.columns AS started, s.columns AS columns,
           false AS checks_option, '{}'::int[] AS conditions_name, 0 AS depth
    FROM starts s
    UNION ALL
    SELECT c.id, c.start, c.named, c.event, c.asks, c.on_conflict, v.base, m.started, m.columns,
           c.checks_option OR coalesce(v.check_option = 'cascaded', false),
           ARRAY(SELECT n FROM unnest(v.named) n
                 UNION
                 SELECT p.of_base FROM unnest(v.view_naming, v.base_named) AS p(of_view, of_base)
                 WHERE c.conditions_name && ARRAY[0, p.of_view]), c.depth + 1
    FROM chain c JOIN view_events v ON v.oid = c.oid
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(coalesce(p.started, a.of_view)), '{}') AS started,
             coalesce(array_agg(a.of_base), '{}') AS columns
      FROM unnest(v.of_view, v.of_base) AS a(of_view, of_base)
      LEFT JOIN unnest(c.started, c.columns) AS p(started, of_view) ON p.of_view = a.of_view
      WHERE (c.columns IS NULL OR p.started IS NOT NULL)
        -- through a view UPDATE sets even DEFAULT to a value, and these columns take none
        AND (c.asks <> 4 OR NOT EXISTS (
          SELECT FROM pg_attribute g
          WHERE g.attrelid = v.base AND g.attnum = a.of_base AND (g.attgenerated <> '' OR g.attidentity = 'a')))
    ) m
    WHERE v.base IS NOT NULL AND c.depth < 1000 AND (c.event & (v.by_rule | v.by_trigger | v.refused)) = 0
      AND (c.event = 16 OR m.columns <> '{}')
  ), links AS (
    SELECT c.*, k.relkind, v.by_rule, v.by_trigger, v.fails_beside_base, v.condition_reads, v.condition_fails, v.condition_refused, v.condition_marked, v.check_option, v.checked_as,
           -- UPDATE in ON CONFLICT needs a unique index
           CASE WHEN k.relkind IN ('v', 'f') AND c.asks <> c.event AND NOT coalesce(e.instead, false) THEN 0
                WHEN k.relkind = 'v' THEN c.event & (v.by_rule | v.by_trigger)
                WHEN k.relkind = 'f' THEN f.takes & c.event WHEN k.relkind = 'm' THEN 0 ELSE c.event END AS takes,
           coalesce(e.instead, false) AS instead, coalesce(e.acts, false) AS acts, e.marks_rows,
           c.on_conflict AND c.oid = ANY (ARRAY(SELECT m.oid FROM meeting_conflicts m)) AS meets_conflicts,
           coalesce(x.events, 0) & c.asks <> 0 AS refused
    FROM chain c JOIN pg_class k ON k.oid = c.oid
    LEFT JOIN rule_effects e ON e.oid = c.oid AND e.event = c.event
    LEFT JOIN refused_writes x ON x.oid = c.oid
    LEFT JOIN view_events v ON v.oid = c.oid LEFT JOIN foreign_tables f ON f.oid = c.oid
  )
  SELECT l.*, lead(l.vanishes) OVER down AS base_vanishes
  FROM (
  SELECT l.id, l.start, l.depth, l.named, l.event, l.asks, l.on_conflict, l.oid, l.checks_option, l.relkind,
         l.acts, l.marks_rows, l.conditions_name,
         l.by_rule, l.by_trigger, l.condition_refused, l.condition_marked, l.instead, l.refused, l.meets_conflicts,
         first_value(l.instead AND NOT l.meets_conflicts) OVER up AND NOT bool_or(l.acts) OVER up AS vanishes,
         -- a condition may ask for columns that are computed further down
         l.condition_fails OR (l.condition_reads AND coalesce(bool_or(l.fails_beside_base) OVER (
           PARTITION BY l.id ORDER BY l.depth ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), false)) AS condition_fails,
         l.check_option, l.checked_as,
         lead(l.oid) OVER down AS base, lead(l.started) OVER down AS base_started, lead(l.columns) OVER down AS base_columns,
         first_value(l.takes) OVER up AS taken, first_value(l.started) OVER up AS arriving
  FROM links l
  WINDOW down AS (PARTITION BY l.id ORDER BY l.depth), up AS (PARTITION BY l.id ORDER BY l.depth DESC)
  ) l
  WINDOW down AS (PARTITION BY l.id ORDER BY l.depth)
),
failing_chains AS MATERIALIZED (
  SELECT DISTINCT c.id, false AS by_call
  FROM chains c
  LEFT JOIN (SELECT DISTINCT d.holder, d.event FROM failing d WHERE NOT d.by_call) r ON r.holder = c.oid AND r.event = c.event
  LEFT JOIN unreadable n ON n.oid = c.oid
  LEFT JOIN foreign_tables f ON f.oid = c.base
  WHERE NOT c.vanishes AND (r.holder IS NOT NULL
     OR (c.base IS NULL AND c.relkind = 'v' AND (
           (c.event & (c.by_rule | c.by_trigger)) = 0
           -- a trigger for UPDATE and DELETE is handed the view's rows
           OR (c.event <> 8 AND (c.event & c.by_rule) = 0
               AND (n.oid IS NOT NULL OR EXISTS (SELECT FROM unmarkable m WHERE m.oid = c.oid AND NOT m.by_call)))))
     OR (c.base IS NULL AND c.meets_conflicts)
     OR (c.named IS NOT NULL AND (c.taken = 0
           OR (c.relkind = 'v' AND c.base IS NOT NULL AND c.event <> 16 AND NOT c.named <@ c.arriving)))
     OR (c.base IS NOT NULL AND NOT c.base_vanishes AND (
           (c.condition_fails AND (c.event <> 8 OR c.checks_option OR c.check_option IS NOT NULL))
           OR (f.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m
                                              WHERE m.srvid = f.ftserver AND m.umuser IN (c.checked_as, 0)))
           OR (c.asks <> 8 AND EXISTS (
                 SELECT FROM foreign_parents h
                 WHERE h.oid = c.base AND h.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m
                                                      WHERE m.srvid = h.ftserver AND m.umuser IN (c.checked_as, 0))))
           OR (NOT has_table_privilege(c.checked_as, c.base, CASE c.asks WHEN 4 THEN 'UPDATE' WHEN 8 THEN 'INSERT' ELSE 'DELETE' END)
               AND (c.event = 16 OR NOT coalesce((
                 -- generated columns alone take DEFAULT
                 SELECT coalesce(bool_and(h.held) FILTER (WHERE a.attgenerated = ''), bool_and(h.held))
                 FROM unnest(c.base_started, c.base_columns) AS p(started, attnum)
                 JOIN pg_attribute a ON a.attrelid = c.base AND a.attnum = p.attnum
                 CROSS JOIN LATERAL has_column_privilege(c.checked_as, c.base, a.attnum,
                   CASE c.asks WHEN 4 THEN 'UPDATE' ELSE 'INSERT' END) h(held)
                 WHERE p.started = ANY (c.arriving)), false))))))
  UNION
  SELECT c.id, true
  FROM chains c LEFT JOIN uncallable n ON n.oid = c.oid
  WHERE NOT c.vanishes AND (EXISTS (SELECT FROM failing_nodes f WHERE f.by_call AND f.holder = c.oid AND f.event = c.event)
     OR (c.base IS NULL AND c.relkind = 'v' AND c.event <> 8 AND (c.event & c.by_rule) = 0
         AND (c.event & c.by_trigger) <> 0
         AND (n.oid IS NOT NULL OR EXISTS (SELECT FROM unmarkable m WHERE m.oid = c.oid AND m.by_call)))
     -- the table that is written in the end, or a trigger that stands in
     OR (c.base IS NULL AND c.refused AND NOT c.instead)
     OR (c.base IS NOT NULL AND NOT c.base_vanishes AND c.condition_marked AND c.event <> 8)
     OR (c.base IS NOT NULL AND NOT c.base_vanishes AND c.condition_refused
         AND (c.event <> 8 OR c.checks_option OR c.check_option IS NOT NULL)))
  UNION
  -- what a rule does reads the view where a condition further out names its columns (see Rewriting::read_by_rule)
  SELECT c.id, f.by_call
  FROM chains c JOIN failing_nodes f ON f.holder = c.oid AND f.event = 1
  WHERE NOT c.vanishes AND c.acts AND c.relkind = 'v' AND c.event <> 8 AND c.conditions_name <> '{}'
    AND (c.marks_rows OR f.attnum = 0 OR (f.attnum > 0 AND c.conditions_name && ARRAY[0, f.attnum]))
  UNION
  SELECT c.id, f.by_call
  FROM chains c
  JOIN failing_nodes f ON f.holder = c.base AND f.role = c.checked_as AND f.event > 100
  -- a rule may read what it writes
  WHERE NOT c.vanishes AND NOT c.base_vanishes AND (f.event - 100) & (CASE c.asks WHEN 4 THEN 6 WHEN 8 THEN 16 ELSE 8 END | CASE WHEN c.named IS NULL THEN 0 ELSE 1 END) <> 0
),
writes_started AS MATERIALIZED (
  SELECT c.id AS by_id, s.id
  FROM rule_targets t
  JOIN chains c ON c.oid = t.holder AND c.event = t.rule_event
  JOIN starts s ON s.oid = t.target AND s.event = t.event AND s.asks = t.asks
    AND s.on_conflict = t.on_conflict AND s.columns = t.columns
),
-- a write that leads back to itself never ends
failing_starts AS MATERIALIZED (
  WITH RECURSIVE below AS (
    SELECT e.by_id AS root, e.id FROM writes_started e
    UNION
    SELECT b.root, e.id FROM below b JOIN writes_started e ON e.by_id = b.id WHERE b.id <> b.root
  ), above AS (
    (SELECT f.id, f.by_call FROM failing_chains f UNION SELECT b.root, false FROM below b WHERE b.id = b.root)
    UNION
    SELECT e.by_id, a.by_call FROM above a JOIN writes_started e ON e.id = a.id
  )
  SELECT a.id, a.by_call FROM above a
),
view_writes AS MATERIALIZED (
  SELECT c.start AS oid, coalesce(bit_or(c.taken), 0) AS takes, bool_or(c.taken IS NULL) AS locked,
         28 & ~coalesce(bit_or(c.event) FILTER (WHERE NOT f.by_call), 0) AS usable,
         28 & ~coalesce(bit_or(c.event) FILTER (WHERE f.by_call), 0) AS callable,
         coalesce(bit_or(c.event) FILTER (WHERE c.vanishes AND c.depth = 0), 0) & coalesce(bit_or(c.taken), 0) AS vanishing
  FROM chains c LEFT JOIN failing_starts f ON f.id = c.id
  WHERE c.named IS NULL
  GROUP BY c.start
),
)sql";

}  // namespace

std::string view_writes_part(int server_version_num) {
  const StoredRuleText text = stored_rule_text(server_version_num);
  return targets_sql +
         fmt::format(fmt::runtime(view_events_sql), fmt::arg("base_entry", text.base_entry)) +
         chains_sql;
}

}  // namespace conncheck
