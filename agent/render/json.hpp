// Reports as JSON, for programs: `check --format json`, and later the HTTP API.
#pragma once

#include <span>
#include <string>

#include "agent/core/report.hpp"

namespace conncheck {

/// The whole document, indented by two spaces, with a newline at its end; the keys are in a fixed
/// order. Valid UTF-8 whatever is in the reports, and safe on a terminal: invisible characters are
/// written as \u escapes, so that nothing but invalid UTF-8 (then U+FFFD) is lost.
[[nodiscard]] std::string render_json(std::span<const CheckReport> reports);

}  // namespace conncheck
