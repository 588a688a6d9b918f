// What a role can do with the relations of a database: the rows of conncheck_permissions, which
// conncheck_schemas counts.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "extension/functions/relation_candidates.hpp"
#include "extension/rules/columns.hpp"
#include "extension/rules/name_pattern.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/row_security.hpp"
#include "extension/server/roles.hpp"
#include "extension/server/schemas.hpp"

namespace conncheck::functions {

/// Valid while it is being visited.
struct ReportedRelation {
  const RelationProfile& profile;
  rules::RelationId id;
  const char* name;
  rules::RowSecurity row_security;
  const rules::Verdict& verdict;
  const std::vector<rules::ColumnGrant>& column_grants;  ///< beyond those on the whole relation
  /// Set where all but `id` and `name` follows from the profile: the profile's number, from 0.
  std::optional<std::uint32_t> as_profile;
};

using ReportVisitor = std::function<void(const ReportedRelation& relation)>;

struct ReportSelection {
  std::optional<rules::NamePattern> schema;
  std::optional<rules::NamePattern> table;
  bool include_invisible = false;
};

/// Visits the relations in `schemas` that the role can see (or all of them), by schema and name in
/// C order. Waits for no relation's lock. Those dropped meanwhile are left out.
void report_relations(server::Roles& roles, rules::Role& role, const server::Schemas& schemas,
                      const ReportSelection& selection, const ReportVisitor& each);

}  // namespace conncheck::functions
