#include "agent/render/report_format.hpp"

namespace conncheck {

std::string render(const ReportFormat& format, std::span<const CheckReport> reports) {
  RunTotals totals;
  for (const CheckReport& report : reports) {
    totals.add(report);
  }
  std::string document = format.begin(totals);
  bool is_first = true;
  for (const CheckReport& report : reports) {
    document += is_first ? std::string_view() : format.between();
    is_first = false;
    document += format.check(report);
  }
  return document + format.end(totals);
}

}  // namespace conncheck
