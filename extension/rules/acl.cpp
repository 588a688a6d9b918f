#include "extension/rules/acl.hpp"

namespace conncheck::rules {
namespace {

constexpr PrivilegeSet everything = {
    Privilege::select,   Privilege::insert,     Privilege::update,  Privilege::delete_,
    Privilege::truncate, Privilege::references, Privilege::trigger, Privilege::maintain,
};
constexpr PrivilegeSet changes = {
    Privilege::insert,
    Privilege::update,
    Privilege::delete_,
    Privilege::truncate,
};
constexpr PrivilegeSet of_columns = {
    Privilege::select,
    Privilege::insert,
    Privilege::update,
    Privilege::references,
};

PrivilegeSet of_predefined_roles(Role& role) {
  PrivilegeSet held;
  if (role.reads_all_data()) {
    held.add(Privilege::select);
  }
  if (role.writes_all_data()) {
    held = held | PrivilegeSet{Privilege::insert, Privilege::update, Privilege::delete_};
  }
  if (role.maintains_all()) {
    held.add(Privilege::maintain);
  }
  return held;
}

}  // namespace

Grants relation_grants(Role& role, const RelationOwnership& relation, const Acl& acl) {
  if (role.superuser()) {
    return {everything, everything};
  }
  const bool owns = role.has_privileges_of(relation.owner);
  Grants held;
  if (acl) {
    for (const AclItem& item : *acl) {
      // Of wide ACLs most items give what is held already: to ask for those would cost the most.
      const bool gives_more =
          !held.privileges.has_all(item.privileges) || !held.grantable.has_all(item.grant_options);
      if (gives_more && role.receives_grants_to(item.grantee)) {
        held.privileges = held.privileges | item.privileges;
        held.grantable = held.grantable | item.grant_options;
      }
    }
  } else if (owns) {
    held.privileges = everything;
  }
  if (owns) {
    held.grantable = everything;
  }
  held.privileges = held.privileges | of_predefined_roles(role);
  if (relation.protected_catalog) {
    held.privileges = held.privileges - changes;
  }
  held.grantable = held.grantable & held.privileges;
  return held;
}

PrivilegeSet column_grants(Role& role, std::span<const AclItem> acl) {
  PrivilegeSet held;
  for (const AclItem& item : acl) {
    if (role.receives_grants_to(item.grantee)) {
      held = held | item.privileges;
    }
  }
  return held & of_columns;
}

SchemaGrants schema_grants(Role& role, RoleId owner, const Acl& acl) {
  if (role.superuser()) {
    return {true, true};
  }
  SchemaGrants held;
  if (acl) {
    for (const AclItem& item : *acl) {
      if (role.receives_grants_to(item.grantee)) {
        held.can_use = held.can_use || item.privileges.has(Privilege::usage);
        held.can_create = held.can_create || item.privileges.has(Privilege::create);
      }
    }
  } else if (role.has_privileges_of(owner)) {
    held = {true, true};
  }
  if (role.reads_all_data() || role.writes_all_data()) {
    held.can_use = true;
  }
  return held;
}

}  // namespace conncheck::rules
