// Grants of membership, as pg_auth_members has them.
#pragma once

#include <vector>

#include "extension/rules/membership_paths.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// The role's INHERIT. From 16 on it only decides what new grants of membership to it say.
[[nodiscard]] bool inherits(rules::RoleId role);

/// What `member` is directly a member of, with each grant's options by this version's rules. The
/// owner of this database is a member of pg_database_owner without a grant.
[[nodiscard]] std::vector<rules::MembershipGrant> memberships_of(rules::RoleId member);

}  // namespace conncheck::server
