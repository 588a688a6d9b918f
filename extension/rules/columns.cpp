#include "extension/rules/columns.hpp"

#include <algorithm>

namespace conncheck::rules {

PrivilegeSet held_on_some_column(const std::vector<ColumnGrant>& grants) {
  PrivilegeSet held;
  for (const ColumnGrant& grant : grants) {
    held = held | grant.privileges;
  }
  return held;
}

bool held_on_column(const std::vector<ColumnGrant>& grants, int number, Privilege privilege) {
  return std::any_of(grants.begin(), grants.end(), [&](const ColumnGrant& grant) {
    return grant.number == number && grant.privileges.has(privilege);
  });
}

void ColumnTally::add(PrivilegeSet held, bool generated) {
  ++columns_;
  select_ += held.has(Privilege::select) ? 1 : 0;
  if (!generated) {
    ++written_;
    insert_ += held.has(Privilege::insert) ? 1 : 0;
    update_ += held.has(Privilege::update) ? 1 : 0;
  } else {
    insert_on_generated_ = insert_on_generated_ || held.has(Privilege::insert);
  }
}

PrivilegeSet ColumnTally::held_on_every() const {
  PrivilegeSet held;
  if (columns_ > 0 && select_ == columns_) {
    held.add(Privilege::select);
  }
  if (written_ > 0 ? insert_ == written_ : insert_on_generated_) {
    held.add(Privilege::insert);
  }
  if (written_ > 0 && update_ == written_) {
    held.add(Privilege::update);
  }
  return held;
}

bool ColumnTally::is_decided() const {
  return select_ < columns_ && insert_ < written_ && update_ < written_;
}

PrivilegeSet held_on_every_column(const ColumnHoldings& columns) {
  ColumnTally tally;
  for (const Column& column : columns.live) {
    const auto grant = std::find_if(columns.grants.begin(), columns.grants.end(),
                                    [&](const auto& each) { return each.number == column.number; });
    tally.add(grant == columns.grants.end() ? PrivilegeSet{} : grant->privileges, column.generated);
  }
  return tally.held_on_every();
}

}  // namespace conncheck::rules
