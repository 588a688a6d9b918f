// The catalog query: conncheck_permissions() without the extension.
#include "agent/probe/permissions_query.hpp"

#include <fmt/format.h>

#include "agent/probe/catalog_queries.hpp"

namespace conncheck {
namespace {

// What is held is turned into words once for each combination: catalogs have few of them.
constexpr const char* verdicts_sql = R"sql(
words AS MATERIALIZED (
  SELECT h.held,
         array_to_json(array_remove(ARRAY[
           CASE WHEN h.held & 1 <> 0 THEN 'SELECT' END, CASE WHEN h.held & 2 <> 0 THEN 'INSERT' END,
           CASE WHEN h.held & 4 <> 0 THEN 'UPDATE' END, CASE WHEN h.held & 8 <> 0 THEN 'DELETE' END,
           CASE WHEN h.held & 16 <> 0 THEN 'TRUNCATE' END, CASE WHEN h.held & 32 <> 0 THEN 'REFERENCES' END,
           CASE WHEN h.held & 64 <> 0 THEN 'TRIGGER' END, CASE WHEN h.held & 128 <> 0 THEN 'MAINTAIN' END],
           NULL)) AS list
  FROM (SELECT c.held & 255 AS held FROM relations c UNION SELECT c.held & (c.held >> 8) & 255 FROM relations c) h
),
judged AS (
  SELECT c.*, b.s AS cs, b.i AS ci, b.u AS cu, b.r AS cr,
         c.held & 15 | coalesce(b.on_every, 0) AS usable,
         CASE c.relkind WHEN 'v' THEN coalesce(w.takes, 0) WHEN 'm' THEN 0 WHEN 'f' THEN f.takes ELSE 28 END AS takes,
         (coalesce(w.usable, 28) & ~coalesce(p.events, 0)) | coalesce(w.vanishing, 0) AS passes,
         (coalesce(w.callable, 28) & ~coalesce(q.events, 0) & ~coalesce(x.events, 0)) | coalesce(w.vanishing, 0) AS callable,
         coalesce(w.vanishing, 0) AS vanishing,
         (c.held | coalesce(b.held, 0)) & 1 AS reads,
         (c.held | coalesce(b.held, 0)) & 4 | ((c.held | coalesce(b.held, 0)) & 2) * 4 | (c.held & 8) * 2 AS writes,
         c.held & 255 <> 0 OR b.oid IS NOT NULL AS visible,
         n.oid IS NOT NULL AS unreadable, y.oid IS NOT NULL OR v.oid IS NOT NULL AS uncallable,
         z.oid IS NOT NULL OR coalesce(f.postgres_fdw, false) AND NOT EXISTS (
           SELECT FROM pg_user_mappings m
           WHERE m.srvid = f.ftserver AND m.umuser IN (me.oid, 0)) AS unmapped,
         coalesce(f.locked, w.locked, false) AS locked,
         CASE c.relkind WHEN 'f' THEN f.truncatable
              ELSE c.relkind IN ('r', 'p') AND c.oid >= 12000
                AND c.oid NOT IN (SELECT h.oid FROM foreign_parents h WHERE NOT h.truncatable) END AS truncatable,
         CASE WHEN NOT c.relrowsecurity THEN 'none'
              WHEN me.rolsuper OR me.rolbypassrls THEN 'bypassed'
              WHEN me.oid <> 0 AND pg_has_role(me.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity THEN 'bypassed'
              ELSE 'applies' END AS row_security
  FROM relations c CROSS JOIN me
  LEFT JOIN by_column b ON b.oid = c.oid
  {foreign_tables}
  {rules}
  {refused_writes}
  WHERE c.held IS NOT NULL
)
SELECT me.rolname AS role_name, j.nspname AS schema_name, j.relname AS table_name,
       CASE j.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
            WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END AS kind,
       j.usage AND j.usable & 1 <> 0 AND NOT j.unreadable AND NOT j.uncallable AND NOT j.unmapped AS can_read,
       j.usage AND NOT j.unmapped
         AND ((((j.usable & 4) | (j.usable & 2) * 4 | (j.usable & 8) * 2) & j.passes & j.callable) | j.vanishing)
             & j.takes & 28 = 28 AS can_write,
       j.usage AND j.held & 16 <> 0 AND coalesce(j.truncatable, false) AND NOT j.unmapped AS can_truncate,
       p.list AS privileges, g.list AS grantable,
       CASE WHEN j.cs IS NOT NULL OR j.ci IS NOT NULL OR j.cu IS NOT NULL OR j.cr IS NOT NULL THEN
         json_strip_nulls(json_build_object('SELECT', j.cs, 'INSERT', j.ci, 'UPDATE', j.cu, 'REFERENCES', j.cr))
       END AS column_privileges,
       pg_get_userbyid(j.relowner) AS owner, j.row_security,
       CASE WHEN j.usage AND j.takes = 28 AND (j.passes & j.callable) = 28
              AND NOT (j.unreadable OR j.uncallable OR j.unmapped OR j.locked) THEN '[]'
       ELSE array_to_json(array_remove(ARRAY[
         CASE WHEN j.visible AND NOT j.usage THEN 'schema usage' END,
         CASE WHEN j.writes & ~j.takes <> 0 THEN 'not updatable' END,
         CASE WHEN (j.reads <> 0 AND j.unreadable) OR j.writes & j.takes & ~j.passes <> 0 THEN 'underlying relation' END,
         CASE WHEN (j.reads <> 0 AND j.uncallable) OR j.writes & j.takes & ~j.callable <> 0 THEN 'function execute' END,
         CASE WHEN j.visible AND j.unmapped THEN 'user mapping' END,
         CASE WHEN j.writes <> 0 AND j.locked THEN 'locked' END], NULL)) END AS blocked_by
FROM judged j CROSS JOIN me
JOIN words p ON p.held = j.held & 255
JOIN words g ON g.held = j.held & (j.held >> 8) & 255
WHERE $3::boolean OR j.visible
ORDER BY j.nspname COLLATE "C", j.relname COLLATE "C"
)sql";

/// What a relation is joined with: where the catalogs hold nothing of the kind, with constants,
/// which cost nothing.
struct Joined {
  const char* facts;
  const char* nothing;
};

constexpr Joined foreign_tables = {
    "LEFT JOIN foreign_tables f ON f.oid = c.oid LEFT JOIN unmapped_parents z ON z.oid = c.oid",
    "CROSS JOIN (SELECT NULL::oid AS oid) z CROSS JOIN (SELECT 0::oid AS ftserver, false AS "
    "postgres_fdw, false AS locked, 0 AS takes, "
    "false AS truncatable) f"};

constexpr Joined rules = {
    R"(LEFT JOIN view_writes w ON w.oid = c.oid
  LEFT JOIN refused_by_policies p ON p.oid = c.oid AND NOT p.by_call
  LEFT JOIN refused_by_policies q ON q.oid = c.oid AND q.by_call
  LEFT JOIN unreadable n ON n.oid = c.oid
  LEFT JOIN uncallable y ON y.oid = c.oid)",
    R"(CROSS JOIN (SELECT 0 AS takes, 28 AS usable, 28 AS callable, 0 AS vanishing, false AS locked) w
  CROSS JOIN (SELECT 0 AS events) p CROSS JOIN (SELECT 0 AS events) q
  CROSS JOIN (SELECT NULL::oid AS oid) n CROSS JOIN (SELECT NULL::oid AS oid) y)"};

constexpr Joined refused_writes = {
    "LEFT JOIN refused_writes x ON x.oid = c.oid AND NOT c.relhasrules "
    "LEFT JOIN (SELECT DISTINCT r.oid FROM refused_columns r) v ON v.oid = c.oid",
    "CROSS JOIN (SELECT 0 AS events) x CROSS JOIN (SELECT NULL::oid AS oid) v"};

const char* joined(const Joined& what, bool is_there) {
  return is_there ? what.facts : what.nothing;
}

// What is asked about all the same is there, but empty.
constexpr const char* no_foreign_tables = R"sql(
foreign_tables AS NOT MATERIALIZED (
  SELECT 0::oid AS oid, 0::oid AS ftserver, false AS postgres_fdw, false AS locked, 0 AS takes,
         false AS truncatable WHERE false
),
foreign_parents AS NOT MATERIALIZED (
  SELECT 0::oid AS oid, 0::oid AS ftserver, false AS postgres_fdw, false AS truncatable WHERE false
),
)sql";

constexpr const char* no_refused_writes = R"sql(
refused_columns AS NOT MATERIALIZED (SELECT 0::oid AS oid, 0 AS attnum WHERE false),
refused_writes AS NOT MATERIALIZED (SELECT 0::oid AS oid, 0 AS events WHERE false),
)sql";

}  // namespace

const char* catalog_contents_query() {
  // What initdb makes has lower oids.
  return R"sql(
SELECT x.unasked OR EXISTS (SELECT FROM pg_policy)
         OR EXISTS (SELECT FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class
                    WHERE w.oid >= 16384 AND c.relkind <> 'm'),
       x.unasked OR EXISTS (SELECT FROM pg_foreign_table),
       x.unasked OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'c' AND k.oid >= 16384)
         OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgqual IS NOT NULL)
         OR EXISTS (SELECT FROM pg_proc p WHERE p.proacl IS NOT NULL AND p.provolatile = 'i')
FROM (SELECT $1::boolean AND EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'conncheck') AS unasked OFFSET 0) x
)sql";
}

const char* rules_memory_statement() {
  return "SELECT pg_catalog.set_config('work_mem', '1MB', true), "
         "pg_catalog.set_config('hash_mem_multiplier', '1', true)";
}

std::string permissions_query(int server_version_num, const CatalogContents& contents) {
  std::string query = "WITH " + relations_part(server_version_num) + columns_part();
  if (contents.foreign_tables) {
    query += foreign_tables_part(server_version_num);
  } else {
    query += no_foreign_tables;
  }
  if (contents.rules || contents.written_expressions) {
    query += forbidden_functions_part();
  }
  if (contents.written_expressions) {
    query += written_expressions_part(server_version_num);
  } else if (contents.rules) {
    query += no_refused_writes;
  }
  if (contents.rules) {
    query += stored_rules_part(server_version_num) + view_writes_part(server_version_num);
  }
  return query +
         fmt::format(
             fmt::runtime(verdicts_sql),
             fmt::arg("foreign_tables", joined(foreign_tables, contents.foreign_tables)),
             fmt::arg("rules", joined(rules, contents.rules)),
             fmt::arg("refused_writes", joined(refused_writes, contents.written_expressions)));
}

}  // namespace conncheck
