// Row security policies: which of them a statement brings along, and what they ask for in turn.
#pragma once

#include <optional>
#include <vector>

#include "extension/rules/demands.hpp"
#include "extension/rules/role.hpp"

namespace conncheck::rules {

/// USING or WITH CHECK of a policy.
struct PolicyCondition {
  Demands demands;
  bool always_true = false;  ///< the constant
  bool has_subqueries = false;
};

/// One row of pg_policy. `command`: nullopt is ALL; the rest as StatementPart names them.
struct Policy {
  enum class Command { all, select, insert, update, delete_ };
  Command command = Command::all;
  bool permissive = true;
  std::vector<RoleId> roles;  ///< public_role among them: everybody
  std::optional<PolicyCondition> using_rows;
  std::optional<PolicyCondition> with_check;
};

/// How a statement meets a table.
struct TableUse {
  std::optional<Write> write;  ///< nullopt: it only reads
  /// As the executor checks them: SELECT beside a write brings SELECT's policies, UPDATE beside a
  /// read (FOR UPDATE) brings UPDATE's.
  PrivilegeSet required;
};

/// A condition that the server adds to the statement.
struct AddedCondition {
  const PolicyCondition* condition;
  /// One that is always true stands beside it, joined by OR: the planner drops both. Rewriting
  /// comes before: it still fails where the policies lead back to their table.
  bool planned = true;
};

/// In the policies' order. Where no permissive policy applies there are none: no row is visible,
/// and restrictive ones are not looked at.
[[nodiscard]] std::vector<AddedCondition> added_conditions(const std::vector<Policy>& policies,
                                                           Role& role, const TableUse& use);

}  // namespace conncheck::rules
