// What has changed about one relation, for one role.
#pragma once

#include <string>
#include <vector>

#include "agent/core/drift.hpp"

namespace conncheck {

/// What is known of the role as a whole in both states, as far as it bears on its relations.
struct DriftContext {
  std::string role_name;
  bool is_login = false;
  bool knows_gains = true;   ///< what the earlier state does not say was not held
  bool knows_losses = true;  ///< what the later one does not say is not held
  bool superuser_changed = false;
  bool bypass_rls_changed = false;
};

/// What became of USAGE on the relation's schema.
enum class UsageChange { none, gained, lost };

/// Appends the changes; `before` or `after` is null where the role saw no such relation.
void append_relation_changes(const DriftContext& context, const RelationPermissions* before,
                             const RelationPermissions* after, UsageChange usage,
                             std::vector<Change>& changes);

/// One of can_* is not what it was, as far as both are known.
[[nodiscard]] bool access_differs(const RelationPermissions& before,
                                  const RelationPermissions& after);

}  // namespace conncheck
