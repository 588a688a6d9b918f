// Reports as JSON, for programs: `check --format json`, and later the HTTP API.
#pragma once

#include <string>

#include "agent/render/report_format.hpp"

namespace conncheck {

/// The whole document, indented by two spaces, with a newline at its end; the keys are in a fixed
/// order. Valid UTF-8 whatever is in the reports, and safe on a terminal: invisible characters are
/// written as \u escapes, so that nothing but invalid UTF-8 (then U+FFFD) is lost.
class JsonFormat : public ReportFormat {
 public:
  [[nodiscard]] std::string begin(const RunTotals& totals) const override;
  [[nodiscard]] std::string check(const CheckReport& report) const override;
  [[nodiscard]] std::string_view between() const override;
  [[nodiscard]] std::string end(const RunTotals& totals) const override;
};

}  // namespace conncheck
