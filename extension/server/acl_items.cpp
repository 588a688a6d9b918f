#include "extension/server/acl_items.hpp"

#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

struct Items {
  const AclItem* first;
  int count;
};

Items items_of(Datum acl) {
  return guard([acl] {
    const Acl* const array = DatumGetAclP(acl);
    return Items{ACL_DAT(array), static_cast<int>(ACL_NUM(array))};
  });
}

PrivilegeSet privileges_in(AclMode bits) {
  PrivilegeSet set;
  for (const Privilege privilege : all_privileges) {
    if ((bits & acl_bit(privilege)) != 0) {
      set.add(privilege);
    }
  }
  return set;
}

}  // namespace

std::vector<rules::AclItem> relation_acl_items(Datum acl) {
  const Items items = items_of(acl);
  std::vector<rules::AclItem> result;
  result.reserve(items.count);
  for (int i = 0; i < items.count; ++i) {
    const AclItem& item = items.first[i];
    result.push_back({item.ai_grantee, privileges_in(ACLITEM_GET_PRIVS(item)),
                      privileges_in(ACLITEM_GET_GOPTIONS(item))});
  }
  return result;
}

std::vector<rules::SchemaAclItem> schema_acl_items(Datum acl) {
  const Items items = items_of(acl);
  std::vector<rules::SchemaAclItem> result;
  result.reserve(items.count);
  for (int i = 0; i < items.count; ++i) {
    const AclItem& item = items.first[i];
    const AclMode privileges = ACLITEM_GET_PRIVS(item);
    result.push_back(
        {item.ai_grantee, (privileges & ACL_USAGE) != 0, (privileges & ACL_CREATE) != 0});
  }
  return result;
}

}  // namespace conncheck::server
