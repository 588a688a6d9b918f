#include "agent/core/run_totals.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using std::chrono::milliseconds;

CheckReport check(milliseconds begin, milliseconds total, Status status = Status::ok) {
  CheckReport report;
  report.started_at = std::chrono::system_clock::time_point(begin);
  report.duration.total = total;
  report.status = status;
  return report;
}

TEST(RunTotals, FromTheFirstStartToTheLastEnd) {
  RunTotals totals;
  totals.add(check(milliseconds(300), milliseconds(50)));
  totals.add(check(milliseconds(100), milliseconds(900)));  // begins before, ends after
  totals.add(check(milliseconds(200), milliseconds(1)));
  EXPECT_EQ(totals.elapsed(), milliseconds(900));
  EXPECT_EQ(totals.summed_duration(), milliseconds(951));
}

TEST(RunTotals, CountsByStatus) {
  RunTotals totals;
  EXPECT_EQ(totals.checks(), 0);
  for (const Status status : {Status::ok, Status::critical, Status::ok, Status::warning}) {
    totals.add(check(milliseconds(0), milliseconds(1), status));
  }
  EXPECT_EQ(totals.checks(), 4);
  EXPECT_EQ(totals.with(Status::ok), 2);
  EXPECT_EQ(totals.with(Status::warning), 1);
  EXPECT_EQ(totals.with(Status::critical), 1);
  EXPECT_EQ(totals.with(Status::unknown), 0);
}

TEST(RunTotals, CountsFailuresAndTheFindingsOfAllRoles) {
  Finding warning;
  Finding critical;
  critical.severity = Severity::critical;
  CheckReport found = check(milliseconds(0), milliseconds(1));
  found.login.findings = {warning, critical};
  found.roles.resize(2);
  found.roles[1].findings = {critical};
  CheckReport failed = check(milliseconds(0), milliseconds(1));
  failed.error = Failure{FailureCode::refused, Phase::connect, std::nullopt, "", ""};
  CheckReport misconfigured = failed;
  misconfigured.error->code = FailureCode::config_error;
  RunTotals totals;
  totals.add(found);
  totals.add(failed);
  totals.add(misconfigured);
  EXPECT_EQ(totals.findings(), 3);
  EXPECT_EQ(totals.critical_findings(), 2);
  EXPECT_EQ(totals.failed(), 2);
  EXPECT_EQ(totals.misconfigured(), 1);
}

}  // namespace
}  // namespace conncheck
