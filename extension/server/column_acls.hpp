// The columns of one relation with their ACLs as they stand, for whoever they were granted to.
#pragma once

#include <string>
#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

struct ColumnAcl {
  int number = 0;  ///< below 0: a system column
  std::string name;
  bool generated = false;
  std::vector<rules::AclItem> acl;  ///< empty: the column has none of its own
};

/// In the order of the columns, dropped ones left out. Index look-ups.
[[nodiscard]] std::vector<ColumnAcl> read_column_acls_of(rules::RelationId relation);

}  // namespace conncheck::server
