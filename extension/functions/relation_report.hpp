// What a role can do with the relations of a database: the rows of conncheck_permissions, which
// conncheck_schemas counts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/rules/columns.hpp"
#include "extension/rules/name_pattern.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/row_security.hpp"
#include "extension/server/roles.hpp"
#include "extension/server/schemas.hpp"

namespace conncheck::functions {

struct ReportedRelation {
  rules::RelationId id{};
  const server::Schema* schema = nullptr;  ///< one of those that the report was made over
  std::string name;
  rules::RelationKind kind{};
  rules::RoleId owner = rules::public_role;
  rules::Grants grants;
  std::vector<rules::ColumnGrant> column_grants;  ///< beyond those on the whole relation
  rules::RowSecurity row_security{};
  rules::Verdict verdict;
};

struct ReportSelection {
  std::optional<rules::NamePattern> schema;
  std::optional<rules::NamePattern> table;
  bool include_invisible = false;
};

/// The relations in `schemas` that the role can see (or all of them), by schema and name in C
/// order. Waits for no relation's lock. Those dropped meanwhile are left out.
[[nodiscard]] std::vector<ReportedRelation> report_relations(server::Roles& roles,
                                                             rules::Role& role,
                                                             const server::Schemas& schemas,
                                                             const ReportSelection& selection);

}  // namespace conncheck::functions
