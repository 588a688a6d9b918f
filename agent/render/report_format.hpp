// A document about the checks of a run, made one check at a time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/core/report.hpp"
#include "agent/core/run_totals.hpp"

namespace conncheck {

/// How reports are written: begin(), the checks' texts with between() between two, end(). A check's
/// text depends on that check alone, so that no report need be kept until the others are there.
class ReportFormat {
 public:
  ReportFormat() = default;
  virtual ~ReportFormat() = default;
  ReportFormat(const ReportFormat&) = delete;
  ReportFormat& operator=(const ReportFormat&) = delete;

  [[nodiscard]] virtual std::string begin(const RunTotals& totals) const = 0;
  [[nodiscard]] virtual std::string check(const CheckReport& report) const = 0;
  [[nodiscard]] virtual std::string_view between() const { return {}; }
  [[nodiscard]] virtual std::string end(const RunTotals& totals) const = 0;
};

/// All of it at once.
[[nodiscard]] std::string render(const ReportFormat& format, std::span<const CheckReport> reports);

}  // namespace conncheck
