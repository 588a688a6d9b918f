// Tables that are read through foreign tables: their parents, by partition or inheritance.
#pragma once

#include <unordered_map>
#include <vector>

#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Each table that has foreign tables among its descendants, with all of these.
using ForeignParents = std::unordered_map<rules::RelationId, std::vector<rules::RelationId>>;

/// Reads all of pg_foreign_table, and of pg_inherits what lies above.
[[nodiscard]] ForeignParents read_foreign_parents();

}  // namespace conncheck::server
