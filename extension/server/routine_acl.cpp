#include "extension/server/routine_acl.hpp"

#include <algorithm>
#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/server/acl_items.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {
namespace {

/// A copy of proacl; 0 where it is NULL or the function is gone.
Datum acl_of(rules::FunctionId function) {
  return guard([function] {
    HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(row)) {
      return Datum{0};
    }
    bool is_null = true;
    const Datum acl = SysCacheGetAttr(PROCOID, row, Anum_pg_proc_proacl, &is_null);
    const Datum copy = is_null ? Datum{0} : PointerGetDatum(DatumGetAclPCopy(acl));
    ReleaseSysCache(row);
    return copy;
  });
}

}  // namespace

bool may_execute(rules::FunctionId function, rules::Role& role) {
  if (role.superuser()) {
    return true;
  }
  ScratchMemory memory;
  const Datum acl = acl_of(function);
  if (acl == 0) {
    return true;
  }
  const std::vector<rules::AclItem> items = acl_items(acl);
  return std::any_of(items.begin(), items.end(), [&](const rules::AclItem& item) {
    return item.privileges.has(Privilege::execute) && role.receives_grants_to(item.grantee);
  });
}

}  // namespace conncheck::server
