// What stops a privilege, held or not, from being used.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "extension/rules/privilege.hpp"
#include "extension/rules/role.hpp"
#include "extension/server/object_catalog.hpp"
#include "extension/server/roles.hpp"

namespace conncheck::functions {

struct Obstacle {
  rules::RoleId role = rules::public_role;  ///< who lacks something, or is stopped
  std::string detail;
  std::optional<std::string> fix;  ///< nullopt: no GRANT takes it away
  /// False: a lock was in the way, and it may be none.
  bool certain = true;
};

/// All that stands in the way of the plain statement: `TRUNCATE t`, an INSERT that leaves columns
/// to their defaults, … Waits for no relation's lock.
[[nodiscard]] std::vector<Obstacle> find_obstacles(server::Roles& roles, rules::Role& role,
                                                   const server::CatalogObject& object,
                                                   Privilege privilege);

}  // namespace conncheck::functions
