#include "extension/server/acl_items.hpp"

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

}  // namespace

std::vector<rules::AclItem> acl_items(Datum acl) {
  const Items items = items_of(acl);
  std::vector<rules::AclItem> result;
  result.reserve(items.count);
  for (int i = 0; i < items.count; ++i) {
    const AclItem& item = items.first[i];
    result.push_back({item.ai_grantee, PrivilegeSet::from_bits(ACLITEM_GET_PRIVS(item)),
                      PrivilegeSet::from_bits(ACLITEM_GET_GOPTIONS(item)), item.ai_grantor});
  }
  return result;
}

}  // namespace conncheck::server
