// Inheritance and partitions, as pg_inherits has them.
#pragma once

#include <vector>

#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

[[nodiscard]] std::vector<rules::RelationId> children_of(rules::RelationId parent);

/// The table, its children, theirs, …
[[nodiscard]] std::vector<rules::RelationId> with_descendants(rules::RelationId table);

/// The parents of a partition, innermost first.
[[nodiscard]] std::vector<rules::RelationId> ancestors_of(rules::RelationId partition);

}  // namespace conncheck::server
