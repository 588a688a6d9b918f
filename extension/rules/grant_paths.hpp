// Every way in which a role holds a privilege on an object, or could hold it by SET ROLE.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/rules/membership_paths.hpp"
#include "extension/rules/object.hpp"
#include "extension/rules/privilege.hpp"

namespace conncheck::rules {

/// What a row of an explanation speaks of, in the order of its rows.
enum class GrantSource {
  superuser,
  owner,            ///< the object's owner holds it, and the role has the owner's privileges
  direct,           ///< granted to the role itself
  public_,          ///< granted to PUBLIC
  member,           ///< granted to a role of which it is a member
  predefined_role,  ///< given to a predefined role by the server, without a grant
  column,           ///< granted on columns alone
  missing,          ///< not held: what would give it
  obstacle,         ///< what stops it, held or not
};

constexpr std::string_view to_string(GrantSource source) {
  constexpr std::array<std::string_view, 9> names = {
      "superuser",       "owner",  "direct",  "public",   "member",
      "predefined role", "column", "missing", "obstacle",
  };
  return names[static_cast<std::size_t>(source)];
}

/// Who gets a privilege on an object, and how.
struct PrivilegeHolders {
  RoleId owner = public_role;            ///< public_role: nobody's
  std::span<const AclItem> grants = {};  ///< of the object's ACL, or of its defaults
  std::span<const RoleId> predefined_roles = {};
  /// Whatever is granted, nobody but superusers has it.
  bool superusers_only = false;
  std::span<const RoleId> superusers = {};  ///< of the role and of those that SET ROLE reaches
};

/// The predefined roles that have the privilege on every object of the type; `type` is never
/// default privileges, but that of the objects to come.
[[nodiscard]] std::vector<RoleId> predefined_holders(ObjectType type, Privilege privilege,
                                                     const PredefinedRoles& predefined);

/// One way. Without SET ROLE the privilege is held by it now.
struct GrantPath {
  GrantSource source{};
  MembershipPath path;
  RoleId holder = public_role;
  RoleId grantor = public_role;  ///< public_role: nobody granted it
  bool grantable = false;
};

/// The ways, without order: one for each holder and grantor. A holder whose privileges are
/// inherited is not told of a second time for SET ROLE.
[[nodiscard]] std::vector<GrantPath> grant_paths(const MembershipPaths& memberships,
                                                 const PrivilegeHolders& holders,
                                                 Privilege privilege);

}  // namespace conncheck::rules
