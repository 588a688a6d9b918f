// Foreign keys, as TRUNCATE meets them.
#pragma once

#include <vector>

#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// The tables that reference this one, its partitions or its children, or that reference one of
/// those in turn: TRUNCATE is refused unless it names them all, or is told to CASCADE. Ordered by
/// OID. Reads all of pg_constraint once.
[[nodiscard]] std::vector<rules::RelationId> tables_truncated_along(rules::RelationId table);

}  // namespace conncheck::server
