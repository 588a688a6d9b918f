// What the server evaluates when a row is written: defaults, generated columns, checks, indexes, …
#pragma once

#include <string>
#include <vector>

#include "extension/rules/written_expression.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

struct StoredExpression {
  rules::WrittenExpression expression;  ///< its functions: those that have an ACL
  std::string name;                     ///< the column's, the constraint's, the index's, …
  std::string of;                       ///< the domain, or the table whose partition it is
  std::vector<Oid> sequences;           ///< nextval() is called on: USAGE or UPDATE is needed
};

/// Those of a relation that call something that could be refused, by place and name. Identity
/// columns are not among them: the server asks for no privilege on their sequences. Of a view there
/// are the conditions of triggers alone.
[[nodiscard]] std::vector<StoredExpression> read_written_expressions(rules::RelationId relation);

}  // namespace conncheck::server
