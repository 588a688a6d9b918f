// The catalog query: functions that are called when a row is written.
#include <fmt/format.h>

#include "agent/probe/permissions_query.hpp"

namespace conncheck {
namespace {

// As the extension judges it (extension/rules/written_expression.hpp). Events are bits: UPDATE 4,
// INSERT 8, DELETE 16. What has to be immutable calls hardly ever a function that somebody refuses:
// where none of those is immutable, it is not read at all. Unlike the extension, this counts a call
// beside TRUE in an OR, which the planner drops.
// pg_depend is asked for each of the few domains that matter: hence OFFSET 0.
constexpr const char* written_expressions_sql = R"sql(
-- Virtual columns (18), which are computed when they are read, call built-in functions alone.
refused_columns AS MATERIALIZED (
  SELECT DISTINCT a.attrelid AS oid, a.attnum
  FROM pg_attrdef e JOIN pg_attribute a ON a.attrelid = e.adrelid AND a.attnum = e.adnum AND a.attgenerated = 'v'
  CROSS JOIN LATERAL unnest((string_to_array(e.adbin::text, 'funcid '))[2:]) f
  JOIN forbidden_functions d ON d.number = split_part(f, ' ', 1)
  WHERE (SELECT bool_or(d.immutable) FROM forbidden_functions d)
),
calling AS MATERIALIZED (
  SELECT DISTINCT e.oid, e.events, e.kinds, e.is_key
  FROM (
    SELECT k.conrelid AS oid, 12 AS events, '{{r,p}}'::"char"[] AS kinds, false AS is_key, k.conbin::text AS stored
    FROM pg_constraint k WHERE k.contype = 'c' AND k.conrelid <> 0 {enforced}
    UNION ALL
    SELECT t.tgrelid, ((t.tgtype & 4) << 1) | ((t.tgtype & 8) << 1) | ((t.tgtype & 16) >> 2), '{{r,p,v,f}}', false, t.tgqual::text
    FROM pg_trigger t WHERE t.tgqual IS NOT NULL AND t.tgenabled IN ('O', 'A')
    UNION ALL
    SELECT i.indrelid, 8, '{{r,p}}', false, coalesce(i.indpred, i.indexprs)::text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND i.indisready AND (c.relkind <> 'p' OR i.indisvalid)
      AND ((SELECT bool_or(d.immutable) FROM forbidden_functions d) OR EXISTS (SELECT FROM forbidden_domains))
    UNION ALL
    SELECT d.adrelid, 12, '{{r,p,f}}', false, d.adbin::text
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND (a.attgenerated = 's' OR (a.attgenerated = 'v' AND a.attnotnull))
    WHERE ((SELECT bool_or(d.immutable) FROM forbidden_functions d) OR EXISTS (SELECT FROM forbidden_domains))
    UNION ALL
    SELECT p.partrelid, 12, '{{r,p}}', true, p.partexprs::text FROM pg_partitioned_table p
    WHERE p.partexprs IS NOT NULL AND ((SELECT bool_or(d.immutable) FROM forbidden_functions d) OR EXISTS (SELECT FROM forbidden_domains))) e
  CROSS JOIN LATERAL (
    SELECT 'f' || split_part(f, ' ', 1) AS called FROM unnest((string_to_array(e.stored, 'funcid '))[2:]) f
    UNION ALL
    SELECT 'd' || split_part(t, ' ', 1)
    FROM unnest((string_to_array(CASE WHEN EXISTS (SELECT FROM forbidden_domains) THEN e.stored END, ':resulttype '))[2:]) t) x
  JOIN (SELECT 'f' || f.number AS called FROM forbidden_functions f
        UNION ALL
        SELECT 'd' || d.number FROM forbidden_domains d) d ON d.called = x.called
),
-- A row of a partition is held against the keys above it.
keyed AS MATERIALIZED (
  WITH RECURSIVE beneath AS (
    SELECT c.oid FROM calling c WHERE c.is_key
    UNION
    SELECT i.inhrelid FROM beneath b
    CROSS JOIN LATERAL (SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = b.oid OFFSET 0) i
  )
  SELECT b.oid FROM beneath b
),
refused_writes AS MATERIALIZED (
  SELECT x.oid, bit_or(x.events) AS events
  FROM (
    SELECT c.oid, c.events, c.kinds FROM calling c WHERE NOT c.is_key
    UNION ALL
    SELECT k.oid, 12, '{{r,p}}' FROM keyed k
    UNION ALL
    SELECT r.oid, 12, '{{r,p}}'
    FROM refused_columns r JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype = 'c' {enforced}
    WHERE strpos(k.conbin::text, ':varattno ' || r.attnum || ' ') <> 0
    UNION ALL
    SELECT r.oid, ((t.tgtype & 4) << 1) | ((t.tgtype & 8) << 1) | ((t.tgtype & 16) >> 2), '{{r,p,f}}'
    FROM refused_columns r JOIN pg_trigger t ON t.tgrelid = r.oid AND t.tgenabled IN ('O', 'A')
    WHERE strpos(t.tgqual::text, ':varattno ' || r.attnum || ' ') <> 0
    UNION ALL
    SELECT p.objid, 12, '{{r,p,f}}' FROM forbidden_domains d
    CROSS JOIN LATERAL (
      SELECT p.objid FROM pg_depend p
      WHERE p.refclassid = 'pg_catalog.pg_type'::regclass AND p.refobjid = d.oid
        AND p.classid = 'pg_catalog.pg_class'::regclass AND p.objsubid > 0 OFFSET 0) p) x
  JOIN pg_class k ON k.oid = x.oid AND k.relkind = ANY (x.kinds)
  GROUP BY x.oid
),
)sql";

// Without an ACL a function is everybody's.
constexpr const char* forbidden_functions_sql = R"sql(
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
)sql";

}  // namespace

std::string forbidden_functions_part() { return forbidden_functions_sql; }

std::string written_expressions_part(int server_version_num) {
  return fmt::format(
      fmt::runtime(written_expressions_sql),
      fmt::arg("enforced", server_version_num >= postgres_18 ? "AND k.conenforced" : ""));
}

}  // namespace conncheck
