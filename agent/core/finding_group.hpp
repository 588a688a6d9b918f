// Findings that are alike, told as one: 150 tables without a grant are one sentence and one GRANT.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/report.hpp"

namespace conncheck {

/// One finding, or several that differ in their relation alone: rule, severity, privileges, schema
/// and cause are the same.
struct FindingGroup {
  std::string rule;
  Severity severity = Severity::warning;
  std::string message;             ///< names every relation, unless `fix` does
  std::optional<std::string> fix;  ///< for all of them together
  std::size_t count = 1;
};

/// Groups in the order of their first finding; each finding is in exactly one group. `role` is the
/// role that the findings are about, not quoted.
[[nodiscard]] std::vector<FindingGroup> group_findings(std::span<const Finding> findings,
                                                       std::string_view role);

}  // namespace conncheck
