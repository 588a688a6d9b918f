// What the server evaluates when a row is written: defaults, generated columns, checks, indexes.
#pragma once

#include <string>
#include <vector>

#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

struct WrittenExpression {
  /// Only defaults are left out of a statement that gives a value, and of UPDATE.
  enum class Place { default_value, generated_column, check_constraint, index };
  Place place{};
  std::string name;            ///< the column's, the constraint's or the index's
  std::vector<Oid> functions;  ///< with an ACL, that the writing role must be able to execute
  std::vector<Oid> sequences;  ///< nextval() is called on: USAGE or UPDATE is needed
};

/// Those of a table that call something that could be refused, by place and name. Identity columns
/// are not among them: the server asks for no privilege on their sequences.
[[nodiscard]] std::vector<WrittenExpression> read_written_expressions(rules::RelationId table);

}  // namespace conncheck::server
