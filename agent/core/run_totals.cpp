#include "agent/core/run_totals.hpp"

#include <algorithm>

namespace conncheck {

void RunTotals::add(const CheckReport& report) {
  const auto end = report.started_at + report.duration.total;
  begin_ = checks_ == 0 ? report.started_at : std::min(begin_, report.started_at);
  end_ = checks_ == 0 ? end : std::max<std::chrono::system_clock::time_point>(end_, end);
  summed_duration_ += report.duration.total;
  ++checks_;
  status_ = worst(status_, report.status);
  ++by_status_[static_cast<std::size_t>(report.status)];
  if (report.error) {
    ++failed_;
    misconfigured_ += report.error->code == FailureCode::config_error ? 1 : 0;
  }
  add(report.login.findings);
  for (const RolePermissions& role : report.roles) {
    add(role.findings);
  }
}

void RunTotals::add(const std::vector<Finding>& findings) {
  findings_ += static_cast<std::int64_t>(findings.size());
  critical_findings_ += std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::critical;
  });
}

}  // namespace conncheck
