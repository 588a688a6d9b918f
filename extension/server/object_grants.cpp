#include "extension/server/memory.hpp"
#include "extension/server/object_catalog.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

using rules::ObjectType;

/// The server judges its own temporary schema by the database's TEMP privilege, not by its ACL.
rules::Grants temporary_schema_grants(const rules::Role& role) {
  const rules::RoleId id = role.id();
  rules::Grants held{{Privilege::usage}, {}};
  if (guard([id] { return has_database_privilege(id, ACL_CREATE_TEMP); })) {
    held.privileges.add(Privilege::create);
  }
  return held;
}

rules::Grants by_rules(const CatalogObject& object, rules::Role& role) {
  switch (object.type) {
    case ObjectType::role:
      return {};
    case ObjectType::column:
      return rules::column_object_grants(role, object.ownership, object.relation_acl, object.acl);
    default:
      return rules::object_grants(role, object.ownership, object.acl);
  }
}

}  // namespace

rules::Grants grants_on(const CatalogObject& object, rules::Role& role) {
  const Oid id = object.id;
  if (object.type == ObjectType::schema && !role.superuser() &&
      guard([id] { return isTempNamespace(id); })) {
    return temporary_schema_grants(role);
  }
  rules::Grants held = by_rules(object, role);
  if (object.type == ObjectType::large_object && lo_compat_privileges) {
    held.privileges = rules::privileges_of(object.type);  // the server asks no ACL then
  }
  held.privileges = held.privileges & known_privileges();
  held.grantable = held.grantable & known_privileges();
  return held;
}

namespace {

/// As is_admin_of_role() has it: that one walks all memberships anew for each role that is asked
/// about, in time that grows with the square of their number.
bool is_admin_of(Oid role, Oid other) {
  if (superuser_arg(role)) {
    return true;
  }
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_auth_members_roleid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(other));
  Relation const memberships = table_open(AuthMemRelationId, AccessShareLock);
  SysScanDesc const scan =
      systable_beginscan(memberships, AuthMemRoleMemIndexId, true, nullptr, 1, &key);
  bool found = false;
  while (!found) {
    HeapTuple const row = systable_getnext(scan);
    if (!HeapTupleIsValid(row)) {
      break;
    }
    const auto* const grant = (Form_pg_auth_members)GETSTRUCT(row);
    found = grant->admin_option && is_member_of_role(role, grant->member);
  }
  systable_endscan(scan);
  table_close(memberships, AccessShareLock);
  return found;
}

}  // namespace

rules::Membership membership(rules::RoleId role, rules::RoleId other) {
  if (role == rules::public_role || role == other) {
    return {};
  }
  return guard([=] {
    rules::Membership found;
    found.member = is_member_of_role(role, other);
    if (found.member) {
      found.usage = has_privs_of_role(role, other);
      found.set = may_set_role(role, other);
      found.admin = is_admin_of(role, other);
    }
    return found;
  });
}

}  // namespace conncheck::server
