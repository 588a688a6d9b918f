// Reports as JUnit XML, for CI systems.
#pragma once

#include <string>

#include "agent/render/report_format.hpp"

namespace conncheck {

/// A test suite for each connection: a test case `connect`, and one for each finding. Critical is a
/// failure, a configuration error an error; a warning passes and says so in its output.
/// Well-formed XML 1.0 in UTF-8 whatever is in the reports; invisible characters are shown as
/// \u{001B}.
class JunitFormat : public ReportFormat {
 public:
  [[nodiscard]] std::string begin(const RunTotals& totals) const override;
  [[nodiscard]] std::string check(const CheckReport& report) const override;
  [[nodiscard]] std::string end(const RunTotals& totals) const override;
};

}  // namespace conncheck
