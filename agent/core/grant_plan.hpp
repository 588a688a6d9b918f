// The GRANT and REVOKE statements that would meet `require` and `forbid`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/core/grant_facts.hpp"
#include "agent/core/observation.hpp"
#include "agent/core/policy.hpp"

namespace conncheck {

/// Statements to be run as a superuser, in order, and what none can mend.
struct GrantPlan {
  struct Step {
    std::vector<std::string> reasons;  ///< sentences
    std::string sql;                   ///< one statement a line
  };
  std::vector<Step> steps;
  std::vector<std::string> impossible;  ///< sentences
};

/// The plan of one check, and for whom it is.
struct ConnectionPlan {
  std::string connection;
  std::string target;
  GrantPlan plan;
};

/// A forbidden privilege on a relation, and the role by which it is held: the subject itself or one
/// that it reaches by SET ROLE.
struct ForbiddenHold {
  std::string_view holder;
  const RelationPermissions* relation = nullptr;
  PrivilegeSet privileges;
};

/// Without what is required of the same relation too. Refers to what `subject` refers to.
[[nodiscard]] std::vector<ForbiddenHold> forbidden_holds(const PolicySubject& subject,
                                                         std::span<const PolicyRule> require,
                                                         std::span<const PolicyRule> forbid);

/// `facts`: of all relations of forbidden_holds(), or nothing where they cannot be had.
[[nodiscard]] GrantPlan grant_plan(const PolicySubject& subject,
                                   std::span<const PolicyRule> require,
                                   std::span<const PolicyRule> forbid, const GrantFacts* facts);

/// The plan for all roles that `connection` audits, or for its own. `observation` is that of a
/// check with `trace_grants`.
[[nodiscard]] GrantPlan grant_plan(const Connection& connection, const Observation& observation);

}  // namespace conncheck
