// Rows of the queries in catalog_queries.hpp, as values. What has not the form that the query
// demands ends in a MalformedAnswer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/report.hpp"
#include "agent/probe/postgres_link.hpp"

namespace conncheck {

using Columns = std::vector<std::optional<std::string>>;

/// The row of session_query().
struct SessionRow {
  Session session;
  std::optional<std::string> extension_version;  ///< nothing: not installed
  std::string extension_schema;                  ///< quoted
  bool extension_executable = false;
};

void require_columns(const Columns& columns, std::size_t count);

[[nodiscard]] SessionRow session_row(const Columns& columns);
[[nodiscard]] RelationPermissions permissions_row(const Columns& columns);
[[nodiscard]] SchemaPermissions schema_row(const Columns& columns);

/// Adds a row of information_schema_query() to the relation that it speaks of.
void add_information_schema_row(const Columns& columns,
                                std::vector<RelationPermissions>& relations);

}  // namespace conncheck
