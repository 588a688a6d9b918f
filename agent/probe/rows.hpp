// Rows of the queries in catalog_queries.hpp and proof_queries.hpp, as values. What has not the
// form that the query demands ends in a MalformedAnswer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/explanation.hpp"
#include "agent/core/proof.hpp"
#include "agent/core/report.hpp"
#include "agent/probe/catalog_queries.hpp"
#include "agent/probe/postgres_link.hpp"

namespace conncheck {

/// The row of session_query().
struct SessionRow {
  Session session;
  std::optional<std::string> extension_version;  ///< nothing: not installed
  std::string extension_schema;                  ///< quoted
  bool extension_executable = false;
};

/// A row of proof_subjects_query().
struct ProofSubjectRow {
  std::size_t relation = 0;
  bool is_view = false;
  bool has_rules = false;
  bool sequence_default = false;
  bool foreign_key = false;
  std::vector<std::string> columns;
  std::vector<std::string> always_identity;
};

void require_columns(const Columns& columns, std::size_t count);

[[nodiscard]] CatalogContents catalog_contents_row(const Columns& columns);
[[nodiscard]] SessionRow session_row(const Columns& columns);
[[nodiscard]] RelationPermissions permissions_row(const Columns& columns);
[[nodiscard]] SchemaPermissions schema_row(const Columns& columns);
[[nodiscard]] PowerfulRole powerful_role_row(const Columns& columns);
[[nodiscard]] ProofSubjectRow proof_subject_row(const Columns& columns);
/// A row of conncheck_explain(), asked about `privilege`.
[[nodiscard]] ExplanationRow explanation_row(const Columns& columns, const std::string& privilege);

/// Adds a row of information_schema_query() to the relation that it speaks of.
void add_information_schema_row(const Columns& columns,
                                std::vector<RelationPermissions>& relations);

}  // namespace conncheck
