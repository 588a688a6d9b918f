// The catalog query: what can be written, and which views the server updates by itself.
#include <fmt/format.h>

#include "agent/probe/permissions_query.hpp"
#include "agent/probe/stored_rule_text.hpp"

namespace conncheck {
namespace {

// The relations with rules that the role may write to, and the rules beneath them. Most roles write
// to no view, and then nothing of what follows costs anything.
constexpr const char* written_sql = R"sql(
written AS MATERIALIZED (
  SELECT c.oid, (c.held | coalesce(b.held, 0)) & 14 AS held
  FROM relations c LEFT JOIN by_column b ON b.oid = c.oid
  WHERE c.relhasrules AND c.relkind <> 'm'
    AND ((c.held | coalesce(b.held, 0)) & 14 <> 0 OR (SELECT o.some_may_vanish FROM write_rules o))
),
beneath_written AS MATERIALIZED (
  WITH RECURSIVE beneath AS (
    SELECT h.oid FROM written h
    UNION
    SELECT c.oid FROM beneath b JOIN all_entries c ON c.holder = b.oid
  )
  SELECT b.oid FROM beneath b
),
)sql";

// What views take: by INSTEAD rule or trigger, or by passing it on to the one relation beneath.
// Events are bits as in pg_relation_is_updatable: UPDATE 4, INSERT 8, DELETE 16.
// Of a view's query only the outermost level counts for this, so what stands in queries within it
// is cut out, but for a mark for each check that was there, and the base's columns that it reads.
// The parts of the text are told apart by position: regular expressions would cost ten times as
// much. What is not written is left out before (OFFSET 0), whatever the planner thinks of that.
constexpr const char* updatable_views_sql = R"sql(
updatable_views AS MATERIALIZED (
  SELECT v.oid, v.checked_as,
         coalesce(w.instead, 0) AS by_rule, coalesce(w.conditional, 0) AS refused,
         coalesce(t.by_trigger, 0) AS by_trigger,
         x.base, x.of_view, x.of_base, o.check_option, z.condition, z.checks, n.named, n.view_naming, n.base_named
  FROM (SELECT r.* FROM all_rules r
        WHERE r.relkind = 'v' AND r.event = 1 AND r.oid IN (SELECT b.oid FROM beneath_written b) OFFSET 0) v
  LEFT JOIN (SELECT r.oid, bit_or(r.event) FILTER (WHERE r.instead) AS instead,
                    bit_or(r.event) FILTER (WHERE r.conditional) AS conditional
             FROM all_rules r GROUP BY r.oid) w ON w.oid = v.oid
  LEFT JOIN (SELECT t.tgrelid, bit_or(((t.tgtype & 4) << 1) | ((t.tgtype & 8) << 1) | ((t.tgtype & 16) >> 2)) AS by_trigger
             FROM pg_trigger t WHERE (t.tgtype & 64) <> 0 AND NOT t.tgisinternal GROUP BY t.tgrelid) t ON t.tgrelid = v.oid
  CROSS JOIN LATERAL (
    SELECT CASE
      WHEN split_part(v.action, '{{RANGETBLENTRY ', 1)
             NOT LIKE '%:hasAggs false :hasWindowFuncs false :hasTargetSRFs false %:cteList <> %' THEN NULL
      WHEN strpos(substr(v.action, 9), '{{QUERY ') = 0 THEN v.action
      ELSE (
        SELECT string_agg(CASE WHEN d.depth = 1 THEN substr(d.piece, 2)
                          ELSE repeat('{checks}', array_length(string_to_array(d.piece, '{checks}'), 1) - 1)
                            || array_to_string(ARRAY(
                                 SELECT 'funcid ' || split_part(f, ' ', 1) || ' '
                                 FROM unnest((string_to_array(d.piece, 'funcid '))[2:] || (string_to_array(d.piece, 'fnoid '))[2:]) f), '')
                            || array_to_string(ARRAY(
                                 SELECT '{{VAR :varno {base_entry} :varattno ' || split_part(r, ' ', 3) || ' '
                                 FROM unnest((string_to_array(d.piece, '{{VAR :varno '))[2:]) r
                                 WHERE starts_with(r, '{base_entry} ')
                                   AND split_part(split_part(r, ':varlevelsup ', 2), ' ', 1) = (d.depth - 1)::text), '') END,
                          '' ORDER BY d.n)
        FROM (SELECT p.piece, p.n, sum(CASE left(p.piece, 1) WHEN '+' THEN 1 WHEN '-' THEN -1 ELSE 0 END)
                                     OVER (ORDER BY p.n) AS depth
              FROM unnest(string_to_array(
                     regexp_replace(replace(v.action, '{{QUERY ', E'\x01+'), ':stmt_len [-0-9]+\}}', E'\x01-', 'g'),
                     E'\x01')) WITH ORDINALITY AS p(piece, n)) d) END AS outermost OFFSET 0
  ) q
  CROSS JOIN LATERAL (SELECT c.condition, array_length(string_to_array(c.condition, '{checks}'), 1) AS checks
                      FROM (SELECT split_part(q.outermost, ':targetList (', 1) AS condition OFFSET 0) c OFFSET 0) z
  CROSS JOIN LATERAL (SELECT (string_to_array(q.outermost, '{{RANGETBLENTRY '))[{base_entry} + 1] AS entry,
                             string_to_array(q.outermost, ':groupClause ') AS tails OFFSET 0) e
  CROSS JOIN LATERAL (
    SELECT c.oid AS base, a.of_view, a.of_base
    FROM (SELECT array_agg(split_part(split_part(p.target, ':resno ', 2), ' ', 1)::int) AS of_view,
                 array_agg(split_part(split_part(p.variable, ':varattno ', 2), ' ', 1)::int) AS of_base
          FROM unnest(string_to_array(q.outermost, '{{TARGETENTRY ')) AS t(piece)
          CROSS JOIN LATERAL (SELECT split_part(t.piece, '}}', 1) AS variable, split_part(t.piece, '}}', 2) AS target) p
          WHERE t.piece LIKE ':expr {{VAR :varno {base_entry} :varattno %'
            AND p.variable NOT LIKE ':expr {{VAR :varno {base_entry} :varattno -%'
            AND p.variable NOT LIKE ':expr {{VAR :varno {base_entry} :varattno 0 %'
            AND p.variable LIKE '% :varlevelsup 0 %' AND p.target LIKE ' :resno % :resjunk false') a
    LEFT JOIN pg_class c ON c.oid = CASE
      WHEN e.entry LIKE '%:tablesample <> %:jointree {{FROMEXPR :fromlist ({{RANGETBLREF :rtindex {base_entry}}}) %'
       AND e.tails[cardinality(e.tails)] ~ '^<> (?:[a-zA-Z:]+ false )*:groupingSets <> :havingQual <> '
       AND e.tails[cardinality(e.tails)] LIKE '%:distinctClause <> %:limitOffset <> :limitCount <> %:setOperations <> %'
      THEN nullif(split_part(split_part(e.entry, ':rtekind 0 :relid ', 2), ' ', 1), '')::oid END
      AND c.relkind IN ('r', 'p', 'f', 'v')
  ) x
  CROSS JOIN LATERAL (SELECT max(lower(o.option_value)) FILTER (WHERE o.option_name = 'check_option') AS check_option,
                             coalesce(bool_or(o.option_value::boolean) FILTER (WHERE o.option_name = 'security_barrier'), false) AS is_barrier
                      FROM pg_options_to_table(v.reloptions) o) o
  -- which columns of the base the condition names, and which each column of the view (see UpdatableView::named)
  LEFT JOIN LATERAL (
    SELECT CASE WHEN o.is_barrier THEN '{{}}'
           ELSE ARRAY(SELECT split_part(r, ' ', 1)::int
                      FROM unnest((string_to_array(z.condition, '{{VAR :varno {base_entry} :varattno '))[2:]) r) END AS named,
           t.view_naming, t.base_named
    FROM (SELECT array_agg(split_part(split_part(t.piece, ':resno ', 2), ' ', 1)::int) AS view_naming,
                 array_agg(split_part(r, ' ', 1)::int) AS base_named
          FROM unnest(string_to_array(q.outermost, '{{TARGETENTRY ')) AS t(piece)
          CROSS JOIN LATERAL unnest((string_to_array(t.piece, '{{VAR :varno {base_entry} :varattno '))[2:]) r
          WHERE starts_with(t.piece, ':expr ')) t) n
    ON EXISTS (SELECT FROM all_rules r WHERE r.relkind = 'v' AND r.event IN (4, 16) AND r.acts)
),
)sql";

}  // namespace

std::string updatable_views_part(int server_version_num) {
  const StoredRuleText text = stored_rule_text(server_version_num);
  return written_sql + fmt::format(fmt::runtime(updatable_views_sql),
                                   fmt::arg("checks", text.check),
                                   fmt::arg("base_entry", text.base_entry));
}

}  // namespace conncheck
