// Roles of the cluster.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "extension/rules/role.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// What pg_authid says of a role.
struct RoleRow {
  rules::RoleAttributes attributes;
  int connection_limit = -1;  ///< -1: none
  bool expires = false;
  TimestampTz valid_until = 0;  ///< if `expires`
};

/// Remembers each role, and its answers on membership, for the length of one SQL call.
class Roles {
 public:
  /// One that has been dropped meanwhile holds nothing of its own. Stays valid as long as *this.
  rules::Role& role(rules::RoleId id);
  /// `public` for PUBLIC; like pg_get_userbyid(), `unknown (OID=…)` for one that is gone.
  const std::string& name(rules::RoleId id);

 private:
  std::unordered_map<rules::RoleId, std::unique_ptr<rules::Role>> roles_;
  std::unordered_map<rules::RoleId, std::string> names_;
};

/// The role that an SQL argument names: NULL is current_user, `public` is PUBLIC.
/// Raises undefined_object (42704) if there is none.
[[nodiscard]] rules::RoleId role_argument(FunctionCallInfo fcinfo, int argument);

/// The server's own rule on membership, of this version.
[[nodiscard]] bool has_privileges_of(rules::RoleId member, rules::RoleId role);

/// All of them false if the role is gone.
[[nodiscard]] RoleRow role_row(rules::RoleId id);

/// What this session can become by SET ROLE and `current` does not have the privileges of already,
/// in C order. SET ROLE is judged by the session's user, whatever the current role: it may go back
/// to that user, and to the roles that are granted to it with SET. A session of a superuser could
/// become any role: only the superuser itself is named, as it has every right of the others.
[[nodiscard]] std::vector<std::string> reachable_roles(rules::RoleId session_user,
                                                       rules::RoleId current);

}  // namespace conncheck::server
