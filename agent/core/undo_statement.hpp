// The statements that take back a change of privileges.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/report.hpp"

namespace conncheck {

using ColumnPrivileges = std::map<Privilege, std::vector<std::string>, ListingOrder>;

/// `SELECT, UPDATE (a, b)`: what is held, as GRANT takes it, columns quoted and sorted.
[[nodiscard]] std::string privilege_list(PrivilegeSet whole, const ColumnPrivileges& columns);

/// One relation and one role, in statements. Privileges that are empty give no statement.
class UndoStatements {
 public:
  UndoStatements(std::string_view role, std::string_view schema, std::string_view table);

  void grant(PrivilegeSet whole, const ColumnPrivileges& columns, bool with_option);
  /// On the whole relation; the server revokes what is held by column with it.
  void revoke(PrivilegeSet whole, const ColumnPrivileges& columns);
  void revoke_grant_option(PrivilegeSet whole);

  [[nodiscard]] std::vector<std::string> take() { return std::move(statements_); }

 private:
  std::string relation_;
  std::string role_;
  std::vector<std::string> statements_;
};

}  // namespace conncheck
