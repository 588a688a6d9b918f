// Foreign keys, as TRUNCATE and writes of rows meet them.
#pragma once

#include <vector>

#include "extension/rules/foreign_key.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// The tables that reference this one, its partitions or its children, or that reference one of
/// those in turn: TRUNCATE is refused unless it names them all, or is told to CASCADE. Ordered by
/// OID. Reads all of pg_constraint once.
[[nodiscard]] std::vector<rules::RelationId> tables_truncated_along(rules::RelationId table);

/// Those of a table, or of a partition, that the server checks when a row gets a key.
[[nodiscard]] std::vector<rules::ForeignKey> foreign_keys_of(rules::RelationId referencing);

/// Those that the server checks when a row of this table loses its key. Reads all of pg_constraint.
[[nodiscard]] std::vector<rules::ForeignKey> foreign_keys_to(rules::RelationId referenced);

}  // namespace conncheck::server
