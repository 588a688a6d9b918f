// Where a written row goes, and what the server evaluates on the way.
#pragma once

#include <optional>
#include <vector>

#include "extension/rules/rewrites.hpp"
#include "extension/server/written_expressions.hpp"

namespace conncheck::functions {

struct WrittenPath {
  /// What the write may call. The role that runs the statement needs it, through views too.
  std::vector<server::StoredExpression> called;
  /// Where the rows end up; nullopt: a trigger takes them.
  std::optional<rules::RelationId> table;
};

/// Through views that the server updates by itself, whose defaults come before those beneath.
/// Nothing is in it where a rule stands in.
[[nodiscard]] WrittenPath written_path(rules::RelationSource& source, rules::RelationId relation,
                                       rules::Write write);

}  // namespace conncheck::functions
