// From what a probe brought back to the report: policy applied, listings filtered, counts made.
#pragma once

#include "agent/core/connection.hpp"
#include "agent/core/observation.hpp"
#include "agent/core/report.hpp"

namespace conncheck {

/// The report of one check. `observation` was made for `connection`; rules from the command line
/// have been added to the connection's own.
[[nodiscard]] CheckReport assess(const Connection& connection, Observation observation);

/// Whether a rule names a system schema, whose relations a probe leaves out unless asked.
[[nodiscard]] bool policy_needs_system_relations(const Connection& connection);

}  // namespace conncheck
