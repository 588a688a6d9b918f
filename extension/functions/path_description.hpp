// How a role comes to a grant, in words.
#pragma once

#include <string>
#include <vector>

#include "extension/rules/grant_paths.hpp"
#include "extension/server/roles.hpp"

namespace conncheck::functions {

/// The roles on the way, the role itself first, `public` last where PUBLIC holds the grant.
[[nodiscard]] std::vector<std::string> role_path(server::Roles& roles, rules::RoleId role,
                                                 const rules::GrantPath& path);

/// `reader is a member of "Group" (inherit, set), that of top (inherit)`
[[nodiscard]] std::string describe(server::Roles& roles, rules::RoleId role,
                                   const rules::MembershipPath& path);

/// How the privilege is held, and over which memberships.
[[nodiscard]] std::string describe(server::Roles& roles, rules::RoleId role,
                                   const rules::GrantPath& path);

/// `columns a, "B"`
[[nodiscard]] std::string columns(const std::vector<std::string>& names);

}  // namespace conncheck::functions
