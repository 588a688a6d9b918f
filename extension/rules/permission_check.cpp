#include "extension/rules/permission_check.hpp"

#include <algorithm>

namespace conncheck::rules {
namespace {

bool any_column_grants(const ColumnHoldings& columns, Privilege privilege) {
  return std::any_of(columns.grants.begin(), columns.grants.end(), [&](const ColumnGrant& grant) {
    return grant.number > 0 && grant.privileges.has(privilege);
  });
}

bool every_column_grants(const ColumnHoldings& columns, Privilege privilege) {
  return !columns.live.empty() &&
         std::all_of(columns.live.begin(), columns.live.end(), [&](const Column& column) {
           return held_on_column(columns.grants, column.number, privilege);
         });
}

bool columns_grant(const ColumnHoldings& columns, const std::vector<int>& asked,
                   Privilege privilege) {
  if (asked.empty()) {
    return any_column_grants(columns, privilege);
  }
  return std::all_of(asked.begin(), asked.end(), [&](int number) {
    return number == 0 ? every_column_grants(columns, privilege)
                       : held_on_column(columns.grants, number, privilege);
  });
}

}  // namespace

bool passes(RelationSource& source, const PermissionCheck& check, RoleId role) {
  // Rows are inserted into the table itself, or where they are routed to.
  constexpr PrivilegeSet of_descendants = {Privilege::select, Privilege::update,
                                           Privilege::delete_};
  if (source.lacks_user_mapping(check.relation, role) ||
      (check.required.has_any(of_descendants) &&
       source.lacks_user_mapping_beneath(check.relation, role))) {
    return false;
  }
  constexpr PrivilegeSet by_column = {Privilege::select, Privilege::insert, Privilege::update};
  const PrivilegeSet missing = check.required - source.held(check.relation, role);
  if (missing.empty()) {
    return true;
  }
  if (!by_column.has_all(missing)) {
    return false;
  }
  const ColumnHoldings& columns = source.columns(check.relation, role);
  return (!missing.has(Privilege::select) ||
          columns_grant(columns, check.selected, Privilege::select)) &&
         (!missing.has(Privilege::insert) ||
          columns_grant(columns, check.inserted, Privilege::insert)) &&
         (!missing.has(Privilege::update) ||
          columns_grant(columns, check.updated, Privilege::update));
}

}  // namespace conncheck::rules
