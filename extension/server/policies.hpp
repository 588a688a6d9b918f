// Row security policies, as pg_policy has them.
#pragma once

#include <vector>

#include "extension/rules/policies.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// All policies of one table, by name.
[[nodiscard]] std::vector<rules::Policy> read_policies(rules::RelationId table);

/// The tables that have any, sorted.
struct TablesWithPolicies {
  std::vector<rules::RelationId> all;
  /// Left out are those of whose policies none demands anything (see plain_conditions.hpp).
  std::vector<rules::RelationId> demanding;
};
[[nodiscard]] TablesWithPolicies tables_with_policies();

}  // namespace conncheck::server
