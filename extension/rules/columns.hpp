// Privileges held by column, and when they amount to holding them for the whole relation.
#pragma once

#include <cstdint>
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
  bool identity_always = false;
};

/// All that decides about columns for one role and one relation. `grants` in the columns' order.
struct ColumnHoldings {
  std::vector<ColumnGrant> grants;
  std::vector<Column> live;
};

/// Counts the columns of one relation, and those of them on which each privilege is held.
class ColumnTally {
 public:
  /// One column that exists; system columns are not to be counted.
  void add(PrivilegeSet held, bool generated);

  /// Of SELECT, INSERT and UPDATE: what each of one or more columns grants. INSERT and UPDATE
  /// leave generated columns out, as no statement can write them; but where there is no other, an
  /// INSERT names none, and any will do.
  [[nodiscard]] PrivilegeSet held_on_every() const;
  /// Each of the three is lacking on a column that was added: further ones will not change that.
  [[nodiscard]] bool is_decided() const;

 private:
  std::uint16_t columns_ = 0;
  std::uint16_t written_ = 0;  ///< those that are not generated
  std::uint16_t select_ = 0;
  std::uint16_t insert_ = 0;
  std::uint16_t update_ = 0;
  bool insert_on_generated_ = false;
};

/// What at least one column grants, system columns included.
[[nodiscard]] PrivilegeSet held_on_some_column(const std::vector<ColumnGrant>& grants);

/// As ColumnTally has it.
[[nodiscard]] PrivilegeSet held_on_every_column(const ColumnHoldings& columns);

/// Does the column's own ACL give it?
[[nodiscard]] bool held_on_column(const std::vector<ColumnGrant>& grants, int number,
                                  Privilege privilege);

}  // namespace conncheck::rules
