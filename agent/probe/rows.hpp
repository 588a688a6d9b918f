// Rows of the queries in catalog_queries.hpp, as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/report.hpp"

namespace conncheck {

using Columns = std::vector<std::optional<std::string>>;

/// Thrown when a server's answer has not the form that the query demands.
struct MalformedRow {
  std::string what;
};

/// The row of session_query().
struct SessionRow {
  Session session;
  std::optional<std::string> extension_version;  ///< nothing: not installed
  std::string extension_schema;                  ///< quoted
  bool extension_executable = false;
};

[[nodiscard]] SessionRow session_row(const Columns& columns);
[[nodiscard]] RelationPermissions permissions_row(const Columns& columns);
[[nodiscard]] SchemaPermissions schema_row(const Columns& columns);

/// Adds a row of information_schema_query() to the relation that it speaks of.
void add_information_schema_row(const Columns& columns,
                                std::vector<RelationPermissions>& relations);

}  // namespace conncheck
