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

PrivilegeSet held_on_every_column(const ColumnHoldings& columns) {
  constexpr PrivilegeSet reading = {Privilege::select};
  constexpr PrivilegeSet writing = {Privilege::insert, Privilege::update};
  PrivilegeSet held;
  PrivilegeSet missing;
  for (const Column& column : columns.live) {
    const PrivilegeSet asked = column.generated ? reading : reading | writing;
    PrivilegeSet granted;
    for (const ColumnGrant& grant : columns.grants) {
      if (grant.number == column.number) {
        granted = grant.privileges;
        break;
      }
    }
    held = held | (granted & asked);
    missing = missing | (asked - granted);
  }
  return held - missing;
}

}  // namespace conncheck::rules
