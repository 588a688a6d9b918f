// Columns that are computed when they are read (18 and later).
#pragma once

#include <vector>

#include "extension/rules/demands.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

struct VirtualColumn {
  int number = 0;
  std::string name;
  bool not_null = false;                     ///< then it is computed when a row is written, too
  std::vector<rules::FunctionId> functions;  ///< that it calls; those that have an ACL
};

/// Those of a relation that call something that could be refused: a built-in function, as the
/// server allows them no other.
[[nodiscard]] std::vector<VirtualColumn> read_virtual_columns(rules::RelationId relation);

}  // namespace conncheck::server
