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
  std::string of;                       ///< the domain; the view, of its defaults
  std::vector<Oid> sequences = {};      ///< nextval() is called on: USAGE or UPDATE is needed
  int column = 0;                       ///< of a default: the column's number
};

/// Those of a relation that call something that could be refused, by place and name; and all
/// defaults, as they stand in for those of what lies beneath. Identity columns are not among them:
/// the server asks for no privilege on their sequences. Of a view there are its defaults and the
/// conditions of triggers alone.
[[nodiscard]] std::vector<StoredExpression> read_written_expressions(rules::RelationId relation);

}  // namespace conncheck::server
