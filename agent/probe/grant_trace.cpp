#include "agent/probe/grant_trace.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "agent/core/grant_plan.hpp"
#include "agent/probe/rows.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

constexpr int postgres_16 = 160000;

/// Every item of the ACLs of the relations in $1, those of their columns too.
constexpr const char* items = R"sql(
wanted AS MATERIALIZED (
  SELECT n.oid AS schema, n.nspname, c.oid, c.relname, c.relowner, c.relacl
  FROM json_to_recordset($1::json) AS w(s text, t text)
  JOIN pg_namespace n ON n.nspname = w.s::name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.t::name
                 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
), item AS MATERIALIZED (
  SELECT w.schema, w.nspname, w.relname, w.relowner, NULL::name AS attname, a.*
  FROM wanted w CROSS JOIN aclexplode(coalesce(w.relacl, acldefault('r', w.relowner))) a
  UNION ALL
  SELECT w.schema, w.nspname, w.relname, w.relowner, t.attname, a.*
  FROM wanted w
  JOIN pg_attribute t ON t.attrelid = w.oid AND NOT t.attisdropped AND t.attacl IS NOT NULL
  CROSS JOIN aclexplode(t.attacl) a
))sql";

// oids below are those that initdb gives.
constexpr const char* predefined = R"sql(
predefined AS MATERIALIZED (
  SELECT oid, rolname FROM pg_roles
  WHERE rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_maintain') AND oid < 16384
))sql";

std::string items_query() {
  return fmt::format(R"sql(
WITH {}
SELECT i.nspname, i.relname, i.attname, i.privilege_type,
       CASE i.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(i.grantee) END,
       pg_get_userbyid(i.grantor), i.is_grantable, i.grantee = i.relowner, i.grantor = i.relowner,
       coalesce(NOT g.rolsuper AND NOT pg_has_role(g.oid, i.relowner, 'USAGE')
                AND has_schema_privilege(g.oid, i.schema, 'USAGE'), false)
FROM item i LEFT JOIN pg_roles g ON g.oid = i.grantor
ORDER BY i.nspname COLLATE "C", i.relname COLLATE "C", i.attname COLLATE "C", 4, 5, 6
)sql",
                     items);
}

std::string uses_query() {
  return fmt::format(R"sql(
WITH {}, {}, used AS MATERIALIZED (
  SELECT grantee AS oid FROM item
  UNION SELECT oid FROM predefined
  UNION SELECT m.member FROM pg_auth_members m JOIN predefined p ON p.oid = m.roleid
)
SELECT g.rolname, m.rolname
FROM used u JOIN pg_roles g ON g.oid = u.oid
JOIN pg_roles m ON m.oid <> g.oid AND m.oid >= 16384 AND NOT m.rolsuper
               AND pg_has_role(m.oid, g.oid, 'USAGE')
UNION ALL
SELECT 'public', m.rolname FROM pg_roles m WHERE m.oid >= 16384 AND NOT m.rolsuper
ORDER BY 1, 2
)sql",
                     items, predefined);
}

/// Memberships whose privileges are inherited: by the role up to 15, by the grant from 16 on, where
/// a grant has its grantor; those of the first superuser (10) are what a superuser's REVOKE means.
std::string memberships_query(int server_version_num) {
  const bool has_options = server_version_num >= postgres_16;
  return fmt::format(
      R"sql(
WITH {}
SELECT p.rolname, m.rolname, {}
FROM pg_auth_members a JOIN predefined p ON p.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
WHERE {}
ORDER BY 1, 2, 3
)sql",
      predefined,
      has_options ? "CASE a.grantor WHEN 10 THEN '' ELSE pg_get_userbyid(a.grantor)::text END"
                  : "''::text",
      has_options ? "a.inherit_option" : "m.rolinherit");
}

std::string text(const std::optional<std::string_view>& column) {
  return std::string(column.value_or(""));
}

GrantItem item_row(const Columns& columns) {
  require_columns(columns, 10);
  GrantItem item;
  item.schema_name = text(columns[0]);
  item.table_name = text(columns[1]);
  item.column = text(columns[2]);
  const auto privilege = privilege_from(text(columns[3]));
  if (!privilege) {
    throw MalformedAnswer{"the server names a privilege that relations do not have"};
  }
  item.privilege = *privilege;
  item.grantee = text(columns[4]);
  item.grantor = text(columns[5]);
  item.grantable = columns[6] == "t";
  item.to_owner = columns[7] == "t";
  item.by_owner = columns[8] == "t";
  item.grantor_can_revoke = columns[9] == "t";
  return item;
}

void add_traced(const RoleObservation& role, std::span<const RoleObservation> reachable,
                const GrantTrace& trace, RelationNames& relations) {
  const PolicySubject subject{.connection = {},
                              .role_name = role.role_name,
                              .relations = role.relations,
                              .schemas = role.schemas,
                              .reachable = reachable};
  for (const ForbiddenHold& hold : forbidden_holds(subject, trace.require, trace.forbid)) {
    relations.emplace(hold.relation->schema_name, hold.relation->table_name);
  }
}

}  // namespace

RelationNames traced_relations(const Observation& observation, const GrantTrace& trace) {
  RelationNames relations;
  add_traced(observation.login, observation.reachable, trace, relations);
  for (const RoleObservation& role : observation.roles) {
    add_traced(role, {}, trace, relations);
  }
  return relations;
}

asio::awaitable<std::optional<StatementError>> run_grant_trace(
    PostgresLink& link, const RelationNames& relations, const std::function<void()>& keep_row,
    GrantFacts& facts) {
  boost::json::array names;
  for (const auto& [schema, table] : relations) {
    names.push_back(boost::json::object{{"s", schema}, {"t", table}});
  }
  const std::string wanted = boost::json::serialize(names);
  std::vector<Statement> statements;
  statements.push_back({items_query(), {wanted}, [&](const Columns& columns) {
                          keep_row();
                          facts.items.push_back(item_row(columns));
                        }});
  statements.push_back({uses_query(), {wanted}, [&](const Columns& columns) {
                          require_columns(columns, 2);
                          keep_row();
                          facts.uses.push_back({text(columns[0]), text(columns[1])});
                        }});
  statements.push_back(
      {memberships_query(PQserverVersion(link.connection())), {}, [&](const Columns& columns) {
         require_columns(columns, 3);
         keep_row();
         facts.predefined.push_back({text(columns[0]), text(columns[1]), text(columns[2])});
       }});
  statements.push_back(
      {"SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY 1", {}, [&](const Columns& columns) {
         require_columns(columns, 1);
         keep_row();
         facts.superusers.push_back(text(columns[0]));
       }});
  statements.push_back({"COMMIT", {}, {}});
  const std::optional<StatementError> error = co_await link.round_trip(statements);
  co_return error;
}

}  // namespace conncheck
