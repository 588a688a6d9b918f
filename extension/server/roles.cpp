#include "extension/server/roles.hpp"

#include <algorithm>

#include "extension/server/catalog_scan.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {

rules::Role& Roles::role(rules::RoleId id) {
  std::unique_ptr<rules::Role>& known = roles_[id];
  if (!known) {
    const rules::RoleAttributes attributes =
        id == rules::public_role ? rules::RoleAttributes{} : role_row(id).attributes;
    known = std::make_unique<rules::Role>(
        id, attributes, predefined_roles(),
        [id](rules::RoleId other) { return has_privileges_of(id, other); });
  }
  return *known;
}

const std::string& Roles::name(rules::RoleId id) {
  const auto known = names_.find(id);
  if (known != names_.end()) {
    return known->second;
  }
  if (id == rules::public_role) {
    return names_[id] = "public";
  }
  const char* const name = guard([id] { return GetUserNameFromId(id, true); });
  return names_[id] = name != nullptr ? name : "unknown (OID=" + std::to_string(id) + ")";
}

rules::RoleId role_argument(FunctionCallInfo fcinfo, int argument) {
  return guard([=] {
    if (PG_ARGISNULL(argument)) {
      return GetUserId();
    }
    return get_role_oid_or_public(NameStr(*PG_GETARG_NAME(argument)));
  });
}

bool has_privileges_of(rules::RoleId member, rules::RoleId role) {
  return guard([=] { return has_privs_of_role(member, role); });
}

RoleRow role_row(rules::RoleId id) {
  return guard([id] {
    RoleRow result;
    HeapTuple const row = SearchSysCache1(AUTHOID, ObjectIdGetDatum(id));
    if (!HeapTupleIsValid(row)) {
      return result;
    }
    const auto* const role = (Form_pg_authid)GETSTRUCT(row);
    result.attributes = {role->rolsuper, role->rolbypassrls};
    result.connection_limit = role->rolconnlimit;
    bool is_null = true;
    const Datum until = SysCacheGetAttr(AUTHOID, row, Anum_pg_authid_rolvaliduntil, &is_null);
    result.expires = !is_null;
    result.valid_until = is_null ? 0 : DatumGetTimestampTz(until);
    ReleaseSysCache(row);
    return result;
  });
}

std::vector<std::string> reachable_roles(rules::RoleId session_user, rules::RoleId current) {
  std::vector<std::string> names;
  const bool session_superuser = role_row(session_user).attributes.superuser;
  CatalogScan scan(AuthIdRelationId, InvalidOid, {});
  while (HeapTuple const row = scan.next()) {
    const auto* const role = (Form_pg_authid)GETSTRUCT(row);
    const Oid id = role->oid;
    const bool reachable =
        id == session_user ||
        (!session_superuser && guard([=] { return may_set_role(session_user, id); }));
    if (reachable && !has_privileges_of(current, id)) {
      names.emplace_back(NameStr(role->rolname));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace conncheck::server
