// The catalog query: privileges on relations and on their columns.
#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "agent/probe/permissions_query.hpp"

namespace conncheck {
namespace {

std::vector<std::string_view> relation_privileges(int server_version_num) {
  std::vector<std::string_view> privileges = {"SELECT",   "INSERT",     "UPDATE", "DELETE",
                                              "TRUNCATE", "REFERENCES", "TRIGGER"};
  if (server_version_num >= postgres_17) {
    privileges.push_back("MAINTAIN");
  }
  return privileges;
}

/// SQL for the privileges on a relation, as bits; NULL if it is gone. Most roles hold nothing on
/// most relations, and fewer still with grant option: that is asked first, in one call.
std::string held_on_relation(std::string_view relation, int server_version_num) {
  const auto bits_with = [&](std::string_view option, int first_bit, std::string_view also) {
    std::string any;
    std::string bits;
    int bit = first_bit;
    for (const std::string_view privilege : relation_privileges(server_version_num)) {
      any += fmt::format("{}{}{}", any.empty() ? "" : ", ", privilege, option);
      bits += fmt::format("{}has_table_privilege(me.oid, {}, '{}{}')::int << {}",
                          bits.empty() ? "(" : ")\n      | (", relation, privilege, option, bit++);
    }
    return fmt::format(
        "CASE has_table_privilege(me.oid, {}, '{}') WHEN false THEN 0 WHEN true THEN\n      "
        "{}){} END",
        relation, any, bits, also);
  };
  return bits_with("", 0, "\n      | " + bits_with(" WITH GRANT OPTION", 8, ""));
}

// Catalogs have few distinct pairs of owner and ACL, and every relation that the server is asked
// about costs time and stays in the backend's cache: so it is asked about the first and the last
// relation of each such class. If the two answers differ, somebody is changing them: then, and if
// one of the two is gone, each relation is asked about. What is pinned in the catalogs has rules of
// its own in the server. Grouping by a seeded hash, too, changes nothing but its speed: the plain
// one of an ACL adds up the numbers in its items.
constexpr const char* relations_sql = R"sql(
me AS MATERIALIZED (
  SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls FROM pg_roles r WHERE r.rolname = $1::text
  UNION ALL
  SELECT 0::oid, 'public'::name, false, false WHERE $1::text = 'public'
),
schemas AS MATERIALIZED (
  SELECT n.oid, n.nspname, has_schema_privilege(me.oid, n.oid, 'USAGE') AS usage
  FROM pg_namespace n CROSS JOIN me
  WHERE (n.oid = pg_my_temp_schema() OR NOT starts_with(n.nspname::text, 'pg_temp_'))
    AND ($2::boolean OR NOT (n.nspname IN ('pg_catalog', 'information_schema')
                             OR starts_with(n.nspname::text, 'pg_toast')))
),
classes AS MATERIALIZED (
  SELECT k.members,
         CASE WHEN k.first = k.last OR f.held = {held_by_last} THEN f.held END AS held
  FROM (SELECT array_agg(c.oid) AS members, min(c.oid) AS first, max(c.oid) AS last
        FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        GROUP BY c.relowner, c.relacl, hash_array_extended(c.relacl, 1),
                 CASE WHEN c.oid < 16384 THEN c.oid ELSE 0 END) k
  CROSS JOIN me
  CROSS JOIN LATERAL (SELECT {held_by_first} AS held OFFSET 0) f
),
relations AS MATERIALIZED (
  SELECT c.oid, s.nspname, c.relname, s.usage, c.relkind, c.relowner,
         c.relrowsecurity, c.relforcerowsecurity, c.relhasrules,
         CASE WHEN k.held IS NOT NULL THEN k.held ELSE {held_by_each} END AS held
  FROM (SELECT k.held, unnest(k.members) AS oid FROM classes k) k
  JOIN pg_class c ON c.oid = k.oid
  JOIN schemas s ON s.oid = c.relnamespace CROSS JOIN me
),
)sql";

/// SQL for the privileges on a column by its own ACL, as bits, where `held` are those on its
/// relation; NULL if it is gone.
std::string held_on_column(std::string_view relation, std::string_view column,
                           std::string_view held) {
  struct ColumnPrivilege {
    std::string_view name;
    int bit;
  };
  std::string bits;
  for (const auto& [name, bit] :
       {ColumnPrivilege{"SELECT", 1}, ColumnPrivilege{"INSERT", 2}, ColumnPrivilege{"UPDATE", 4},
        ColumnPrivilege{"REFERENCES", 32}}) {
    bits += fmt::format(
        "{}CASE WHEN {} & {} <> 0 THEN 0 ELSE has_column_privilege(me.oid, {}, {}, '{}')::int * {} "
        "END",
        bits.empty() ? "" : "\n      | ", held, bit, relation, column, name, bit);
  }
  return bits;
}

// Only columns with an ACL of their own can add to the relation's privileges, and only where one of
// those that can be held by column (39) lacks. They are asked about by classes as relations are;
// relation and column of a class's first and last stand in one number each.
constexpr const char* columns_sql = R"sql(
column_acls AS MATERIALIZED (
  SELECT a.attrelid::int8 << 16 | (a.attnum::int8 + 32768) AS number, a.attrelid, a.attnum, a.attname,
         a.attgenerated = '' AND a.attnum > 0 AS plain, a.attacl, c.relowner, c.held & 39 AS held
  FROM pg_attribute a JOIN relations c ON c.oid = a.attrelid
  WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.held & 39 <> 39
),
column_classes AS MATERIALIZED (
  SELECT k.members,
         CASE WHEN k.first = k.last OR f.by_column = {held_by_last} THEN f.by_column END AS by_column
  FROM (SELECT g.held, array_agg(g.number) AS members, min(g.number) AS first, max(g.number) AS last
        FROM column_acls g GROUP BY g.relowner, g.attacl, hash_array_extended(g.attacl, 1), g.held) k
  CROSS JOIN me
  CROSS JOIN LATERAL (SELECT {held_by_first} AS by_column OFFSET 0) f
),
granted_columns AS MATERIALIZED (
  SELECT g.attrelid AS oid, g.attnum, g.attname, g.plain,
         CASE WHEN k.by_column IS NOT NULL THEN k.by_column ELSE {held_by_each} END AS held
  FROM (SELECT k.by_column, unnest(k.members) AS number FROM column_classes k) k
  JOIN column_acls g ON g.number = k.number
  CROSS JOIN me
),
by_column AS MATERIALIZED (
  SELECT g.oid,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.held & 1 <> 0) AS s,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.held & 2 <> 0) AS i,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.held & 4 <> 0) AS u,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.held & 32 <> 0) AS r,
         bit_or(g.held) AS held,
         -- of a table without columns none can be read, whatever is granted on system columns
         CASE WHEN n.live > 0 AND count(*) FILTER (WHERE g.held & 1 <> 0 AND g.attnum > 0) = n.live
              THEN 1 ELSE 0 END
           -- of generated columns alone an INSERT names none, and any will do
           | CASE WHEN CASE WHEN n.plain > 0 THEN count(*) FILTER (WHERE g.held & 2 <> 0 AND g.plain) = n.plain
                            ELSE bool_or(g.held & 2 <> 0 AND g.attnum > 0) END
              THEN 2 ELSE 0 END
           | CASE WHEN n.plain > 0 AND count(*) FILTER (WHERE g.held & 4 <> 0 AND g.plain) = n.plain
              THEN 4 ELSE 0 END AS on_every
  FROM granted_columns g
  CROSS JOIN LATERAL (
    SELECT count(*) AS live, count(*) FILTER (WHERE a.attgenerated = '') AS plain
    FROM pg_attribute a WHERE a.attrelid = g.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) n
  WHERE g.held <> 0
  GROUP BY g.oid, n.live, n.plain
),
)sql";

// What a foreign table takes, its wrapper says, which has to lock it: one that is locked already is
// not asked about. Whoever reads a parent of one reads it, too; rows are inserted beside it.
constexpr const char* foreign_tables_sql = R"sql(
foreign_tables AS MATERIALIZED (
  SELECT x.oid, x.ftserver, x.postgres_fdw, x.handled AND x.locked AS locked,
         CASE WHEN NOT x.handled THEN 0 WHEN x.locked THEN NULL
              ELSE pg_relation_is_updatable(x.oid, true) END AS takes,
         x.postgres_fdw AND {foreign_truncate} AND coalesce(
           (SELECT o.option_value::boolean FROM pg_options_to_table(x.ftoptions) o
            WHERE o.option_name = 'truncatable'),
           (SELECT o.option_value::boolean FROM pg_options_to_table(x.srvoptions) o
            WHERE o.option_name = 'truncatable'), true) AS truncatable
  FROM (SELECT t.ftrelid AS oid, t.ftserver, t.ftoptions, v.srvoptions, w.fdwhandler <> 0 AS handled,
               coalesce(p.prosrc = 'postgres_fdw_handler', false) AS postgres_fdw,
               EXISTS (SELECT FROM pg_locks l
                       WHERE l.locktype = 'relation' AND l.relation = t.ftrelid
                         AND l.database = (SELECT b.oid FROM pg_database b
                                           WHERE b.datname = current_database())
                         AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid()) AS locked
        FROM pg_foreign_table t
        JOIN pg_foreign_server v ON v.oid = t.ftserver
        JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw
        LEFT JOIN pg_proc p ON p.oid = w.fdwhandler) x
),
foreign_parents AS MATERIALIZED (
  WITH RECURSIVE above AS (
    SELECT i.inhparent AS oid, f.ftserver, f.postgres_fdw, f.truncatable
    FROM foreign_tables f JOIN pg_inherits i ON i.inhrelid = f.oid
    UNION
    SELECT i.inhparent, a.ftserver, a.postgres_fdw, a.truncatable
    FROM above a JOIN pg_inherits i ON i.inhrelid = a.oid
  )
  SELECT a.oid, a.ftserver, a.postgres_fdw, a.truncatable FROM above a
),
unmapped_parents AS MATERIALIZED (
  SELECT DISTINCT h.oid FROM foreign_parents h CROSS JOIN me
  WHERE h.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m WHERE m.srvid = h.ftserver AND m.umuser IN (me.oid, 0))
),
)sql";

}  // namespace

std::string relations_part(int server_version_num) {
  const auto held = [&](std::string_view relation) {
    return held_on_relation(relation, server_version_num);
  };
  return fmt::format(fmt::runtime(relations_sql), fmt::arg("held_by_first", held("k.first")),
                     fmt::arg("held_by_last", held("k.last")),
                     fmt::arg("held_by_each", held("c.oid")));
}

std::string columns_part() {
  const auto held = [](std::string_view number) {
    return held_on_column(fmt::format("({} >> 16)::oid", number),
                          fmt::format("(({} & 65535) - 32768)::int2", number), "k.held");
  };
  return fmt::format(fmt::runtime(columns_sql), fmt::arg("held_by_first", held("k.first")),
                     fmt::arg("held_by_last", held("k.last")),
                     fmt::arg("held_by_each", held_on_column("g.attrelid", "g.attnum", "g.held")));
}

std::string foreign_tables_part(int server_version_num) {
  return fmt::format(fmt::runtime(foreign_tables_sql),
                     fmt::arg("foreign_truncate", server_version_num >= postgres_14));
}

}  // namespace conncheck
