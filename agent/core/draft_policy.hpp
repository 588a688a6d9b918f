// The policy that holds today: what a starter configuration begins with.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/core/observation.hpp"

namespace conncheck {

struct DraftRule {
  std::vector<std::string> tables;  ///< patterns that match one relation each
  PrivilegeSet privileges;
};

/// Rules that find nothing now, and each privilege on a relation that is lost or won later.
struct DraftPolicy {
  std::vector<DraftRule> require;
  std::vector<DraftRule> forbid;
  std::vector<std::string> left_out;  ///< sentences: what no rule watches, and why
};

/// What a policy is drafted of, and for which connection.
struct ConnectionDraft {
  std::string role_name;
  std::string database_name;
  std::optional<Source> source;  ///< information_schema's would be no policy
  DraftPolicy policy;
};

/// `login`: with every relation, visible or not. What is usable is required, what is neither held
/// nor reachable by SET ROLE is forbidden. System schemas are left out.
[[nodiscard]] DraftPolicy draft_policy(const RoleObservation& login,
                                       std::span<const RoleObservation> reachable,
                                       int server_version_num);

/// A pattern that matches this relation and no other; both names are valid UTF-8.
[[nodiscard]] std::string pattern_of(const std::string& schema, const std::string& table);

}  // namespace conncheck
