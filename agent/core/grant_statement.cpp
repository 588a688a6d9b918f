#include "agent/core/grant_statement.hpp"

#include <fmt/format.h>

#include "agent/core/sql_identifier.hpp"

namespace conncheck {

std::string list_privileges(PrivilegeSet privileges) {
  std::string list;
  for (const Privilege privilege : relation_privileges) {
    if (privileges.has(privilege)) {
      list += list.empty() ? "" : ", ";
      list += to_string(privilege);
    }
  }
  return list;
}

std::string grant_statements(std::string_view role, std::string_view schema,
                             std::span<const std::string> tables, bool usage,
                             PrivilegeSet privileges) {
  const std::string grantee = quote_grantee(role);
  std::string statements;
  if (usage) {
    statements =
        fmt::format("GRANT USAGE ON SCHEMA {} TO {};", quote_ident_visibly(schema), grantee);
  }
  if (!privileges.empty() && !tables.empty()) {
    std::string relations;
    for (const std::string& table : tables) {
      relations += relations.empty() ? "" : ", ";
      relations += quote_relation(schema, table);
    }
    statements += statements.empty() ? "" : "\n";
    statements +=
        fmt::format("GRANT {} ON TABLE {} TO {};", list_privileges(privileges), relations, grantee);
  }
  return statements;
}

}  // namespace conncheck
