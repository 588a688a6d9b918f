// Reports as JUnit XML, for CI systems.
#pragma once

#include <span>
#include <string>

#include "agent/core/report.hpp"

namespace conncheck {

/// A test suite for each connection: a test case `connect`, and one for each finding. Critical is a
/// failure, a configuration error an error; a warning passes and says so in its output.
/// Well-formed XML 1.0 in UTF-8 whatever is in the reports; invisible characters are shown as
/// \u{001B}.
[[nodiscard]] std::string render_junit(std::span<const CheckReport> reports);

}  // namespace conncheck
