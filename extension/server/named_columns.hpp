// Which columns of an entry in a query's range table an expression names.
#pragma once

#include "extension/server/version.hpp"

namespace conncheck::server {

/// Also within subqueries. Counted as in EntryPermissions: attnum less
/// FirstLowInvalidHeapAttributeNumber, 0 is the whole row. Runs inside guard().
[[nodiscard]] Bitmapset* named_columns(Node* expression, int entry);

}  // namespace conncheck::server
