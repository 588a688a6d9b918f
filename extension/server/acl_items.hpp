// The server's ACL arrays as the rules take them.
#pragma once

#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// The items of an aclitem[] column of a catalog row; detoasts into the current memory context.
[[nodiscard]] std::vector<rules::AclItem> acl_items(Datum acl);

}  // namespace conncheck::server
