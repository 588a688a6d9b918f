#include "extension/server/memberships.hpp"

#include "extension/server/catalog_scan.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

rules::RoleId database_owner() {
  return guard([] {
    HeapTuple const row = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
    if (!HeapTupleIsValid(row)) {
      return InvalidOid;
    }
    const Oid owner = ((Form_pg_database)GETSTRUCT(row))->datdba;
    ReleaseSysCache(row);
    return owner;
  });
}

}  // namespace

bool inherits(rules::RoleId role) {
  return guard([role] {
    HeapTuple const row = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
    if (!HeapTupleIsValid(row)) {
      return false;
    }
    const bool result = ((Form_pg_authid)GETSTRUCT(row))->rolinherit;
    ReleaseSysCache(row);
    return result;
  });
}

std::vector<rules::MembershipGrant> memberships_of(rules::RoleId member) {
  std::vector<rules::MembershipGrant> found;
  const bool member_inherits = inherits(member);
  CatalogScan scan(AuthMemRelationId, AuthMemMemRoleIndexId,
                   {{Anum_pg_auth_members_member, F_OIDEQ, ObjectIdGetDatum(member)}});
  while (HeapTuple const row = scan.next()) {
    const MembershipOptions options = membership_options(row, member_inherits);
    const auto* const grant = (Form_pg_auth_members)GETSTRUCT(row);
    found.push_back({grant->roleid, options.inherit, options.set, grant->admin_option});
  }
  const rules::RoleId role = database_owner_role();
  if (role != rules::public_role && member == database_owner()) {
    const MembershipOptions options = implicit_membership_options(member_inherits);
    found.push_back({role, options.inherit, options.set, false});
  }
  return found;
}

}  // namespace conncheck::server
