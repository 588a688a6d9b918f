// Privileges held by column, and when they amount to holding them for the whole relation.
#pragma once

#include <string>
#include <vector>

#include "extension/rules/privilege.hpp"

namespace conncheck::rules {

/// A column of which a role holds something by the column's own ACL.
struct ColumnGrant {
  int number = 0;  ///< below 0: a system column
  std::string name;
  PrivilegeSet privileges;
};

/// A column that exists: neither dropped nor a system column.
struct Column {
  int number = 0;
  bool generated = false;
};

/// All that decides about columns for one role and one relation. `grants` in the columns' order.
struct ColumnHoldings {
  std::vector<ColumnGrant> grants;
  std::vector<Column> live;
};

/// What at least one column grants, system columns included.
[[nodiscard]] PrivilegeSet held_on_some_column(const std::vector<ColumnGrant>& grants);

/// Of SELECT, INSERT and UPDATE: what each of one or more columns grants. INSERT and UPDATE
/// leave generated columns out, as no statement can write them.
[[nodiscard]] PrivilegeSet held_on_every_column(const ColumnHoldings& columns);

/// Does the column's own ACL give it?
[[nodiscard]] bool held_on_column(const std::vector<ColumnGrant>& grants, int number,
                                  Privilege privilege);

}  // namespace conncheck::rules
