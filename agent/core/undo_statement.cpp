#include "agent/core/undo_statement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/core/grant_statement.hpp"
#include "agent/core/sql_identifier.hpp"

namespace conncheck {

std::string privilege_list(PrivilegeSet whole, const ColumnPrivileges& columns) {
  std::string list = list_privileges(whole);
  for (const auto& [privilege, names] : columns) {
    std::vector<std::string> sorted = names;  // by name, in whatever order they came
    std::sort(sorted.begin(), sorted.end());
    std::string quoted;
    for (const std::string& name : sorted) {
      quoted += quoted.empty() ? "" : ", ";
      quoted += quote_ident_visibly(name);
    }
    if (!quoted.empty()) {
      list += list.empty() ? "" : ", ";
      list += fmt::format("{} ({})", to_string(privilege), quoted);
    }
  }
  return list;
}

UndoStatements::UndoStatements(std::string_view role, std::string_view schema,
                               std::string_view table)
    : relation_(quote_relation(schema, table)), role_(quote_grantee(role)) {}

void UndoStatements::grant(PrivilegeSet whole, const ColumnPrivileges& columns, bool with_option) {
  const std::string list = privilege_list(whole, columns);
  if (!list.empty()) {
    statements_.push_back(fmt::format("GRANT {} ON TABLE {} TO {}{};", list, relation_, role_,
                                      with_option ? " WITH GRANT OPTION" : ""));
  }
}

void UndoStatements::revoke(PrivilegeSet whole, const ColumnPrivileges& columns) {
  const std::string list = privilege_list(whole, columns);
  if (!list.empty()) {
    statements_.push_back(fmt::format("REVOKE {} ON TABLE {} FROM {};", list, relation_, role_));
  }
}

void UndoStatements::revoke_grant_option(PrivilegeSet whole) {
  if (!whole.empty()) {
    statements_.push_back(fmt::format("REVOKE GRANT OPTION FOR {} ON TABLE {} FROM {};",
                                      list_privileges(whole), relation_, role_));
  }
}

}  // namespace conncheck
