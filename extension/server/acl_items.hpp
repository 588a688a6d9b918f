// The server's ACL arrays as the rules take them.
#pragma once

#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// The items of an aclitem[] column of a catalog row.
[[nodiscard]] std::vector<rules::AclItem> acl_items(Datum acl);

/// The same into a vector that a loop over many rows can use again. Reads the ACL where it lies;
/// only one that is stored compressed or apart is brought into the current memory context.
void read_acl_items(Datum acl, std::vector<rules::AclItem>& items);

/// A column of a row with variable length that is not NULL: its ACL, say. Cheaper than deforming
/// the whole row.
[[nodiscard]] Datum variable_column(HeapTuple row, int column, TupleDesc descriptor);

}  // namespace conncheck::server
