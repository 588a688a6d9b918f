// What an access control list gives to a role.
#pragma once

#include <optional>
#include <span>

#include "extension/rules/privilege.hpp"
#include "extension/rules/role.hpp"

namespace conncheck::rules {

/// One item of an object's or a column's ACL.
struct AclItem {
  RoleId grantee = public_role;
  PrivilegeSet privileges;
  PrivilegeSet grant_options;
  RoleId grantor = public_role;  ///< says who gave it; decides nothing
};

/// A NULL ACL (nullopt) is not an empty one: the defaults hold, everything for the owner.
using Acl = std::optional<std::span<const AclItem>>;

struct RelationOwnership {
  RoleId owner = public_role;
  /// A system catalog that is no view: only superusers ever write to it.
  bool protected_catalog = false;
};

struct Grants {
  PrivilegeSet privileges;  ///< effective: owner, direct, PUBLIC, membership, predefined roles
  PrivilegeSet grantable;   ///< those of them held with grant option
};

/// The role's effective privileges on a relation as a whole, each judged on its own.
[[nodiscard]] Grants relation_grants(Role& role, const RelationOwnership& relation, const Acl& acl);

/// What a column's ACL gives; of owner, superuser and predefined roles it says nothing.
[[nodiscard]] PrivilegeSet column_grants(Role& role, std::span<const AclItem> acl);

struct SchemaGrants {
  bool can_use = false;
  bool can_create = false;
};

/// The role's effective privileges on a schema; nullopt: its ACL is NULL.
[[nodiscard]] SchemaGrants schema_grants(Role& role, RoleId owner, const Acl& acl);

}  // namespace conncheck::rules
