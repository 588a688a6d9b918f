// The REVOKE statements that take a privilege from a role, and whom else they hit.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/grant_facts.hpp"

namespace conncheck {

/// Privileges on one relation that a role must not hold, by whatever way.
struct Revocation {
  std::string_view role;  ///< whose privileges they are
  std::string_view schema_name;
  std::string_view table_name;
  PrivilegeSet privileges;
};

/// What must be done for one Revocation.
struct RevokeSteps {
  struct Step {
    std::string sql;                  ///< one statement a line
    std::set<std::string> also_hits;  ///< roles that lose something by it
    std::string also_takes;           ///< a sentence on what else it takes; empty: nothing
  };
  std::vector<Step> steps;
  std::vector<std::string> impossible;  ///< sentences: why no statement helps
  /// What leaving predefined roles takes from the role on every other relation too.
  PrivilegeSet lost_elsewhere;
};

/// As a superuser runs them, in this order.
[[nodiscard]] RevokeSteps revoke_steps(const GrantFacts& facts, const Revocation& revocation);

}  // namespace conncheck
