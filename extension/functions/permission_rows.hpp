// How conncheck_permissions writes down what a report says of a relation.
#pragma once

#include <optional>
#include <vector>

#include "extension/functions/relation_report.hpp"
#include "extension/server/repeated_values.hpp"
#include "extension/server/roles.hpp"
#include "extension/server/row_writer.hpp"

namespace conncheck::functions {

/// Makes the rows of one role's report. Values that rows repeat are made once, in the memory
/// context that is current when *this is constructed.
class PermissionRows {
 public:
  PermissionRows(server::Roles& roles, rules::RoleId role)
      : roles_(roles), role_name_(server::name_value(roles.name(role))) {}
  PermissionRows(const PermissionRows&) = delete;
  PermissionRows& operator=(const PermissionRows&) = delete;

  /// Valid until the next call. What this row alone holds is allocated in the memory context that
  /// is current now.
  const server::Row& row(const ReportedRelation& relation);

 private:
  server::Row make(const ReportedRelation& relation);
  Datum privileges(PrivilegeSet held);
  Datum obstacles(const std::vector<rules::Obstacle>& blocked_by);

  server::Roles& roles_;
  Datum role_name_;
  std::vector<std::optional<server::Row>> of_profiles_;  ///< but for the name, see table_name_
  server::Row row_;
  server::RepeatedValues<> schemas_;
  server::RepeatedValues<> kinds_;
  server::RepeatedValues<> privileges_;
  server::RepeatedValues<> owners_;
  server::RepeatedValues<> row_security_;
  server::RepeatedValues<> obstacles_;
  NameData table_name_;  ///< all rows point here
};

}  // namespace conncheck::functions
