#include "agent/core/report.hpp"

#include <gtest/gtest.h>

#include "agent/core/run_totals.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

Finding finding(Severity severity) {
  Finding result;
  result.severity = severity;
  return result;
}

CheckReport report(Status status) {
  CheckReport result;
  result.status = status;
  return result;
}

RunTotals totals(const std::vector<CheckReport>& reports) {
  RunTotals result;
  for (const CheckReport& report : reports) {
    result.add(report);
  }
  return result;
}

TEST(Status, WorstIsCriticalThenUnknownThenWarning) {
  EXPECT_EQ(worst(Status::critical, Status::unknown), Status::critical);
  EXPECT_EQ(worst(Status::unknown, Status::critical), Status::critical);
  EXPECT_EQ(worst(Status::unknown, Status::warning), Status::unknown);
  EXPECT_EQ(worst(Status::ok, Status::warning), Status::warning);
  EXPECT_EQ(worst(Status::ok, Status::ok), Status::ok);
}

TEST(Status, ExitCodesAreThoseOfMonitoringPlugins) {
  EXPECT_EQ(exit_code(Status::ok), 0);
  EXPECT_EQ(exit_code(Status::warning), 1);
  EXPECT_EQ(exit_code(Status::critical), 2);
  EXPECT_EQ(exit_code(Status::unknown), 3);
}

TEST(Status, OfAReport) {
  CheckReport check;
  EXPECT_EQ(status_of(check), Status::ok);
  check.login.findings = {finding(Severity::warning)};
  EXPECT_EQ(status_of(check), Status::warning);
  check.roles.resize(2);
  check.roles[1].findings = {finding(Severity::critical)};
  EXPECT_EQ(status_of(check), Status::critical);
}

TEST(Report, WithoutRowsKeepsWhatTheyCameTo) {
  CheckReport check = report(Status::warning);
  for (RolePermissions* role : {&check.login, &check.roles.emplace_back()}) {
    role->role_name = "r";
    role->schemas.resize(1);
    role->tables.resize(2);
    role->summary.tables = 2;
    role->findings = {finding(Severity::warning)};
  }
  const CheckReport rest = without_rows(check);
  EXPECT_EQ(rest.status, Status::warning);
  for (const RolePermissions* role : {&rest.login, &rest.roles.at(0)}) {
    EXPECT_EQ(role->role_name, "r");
    EXPECT_TRUE(role->schemas.empty());
    EXPECT_TRUE(role->tables.empty());
    EXPECT_EQ(role->summary.tables, 2);
    EXPECT_EQ(role->findings.size(), 1U);
  }
}

TEST(Status, AFailureIsCriticalButForTheConfiguration) {
  CheckReport check;
  check.error = Failure{FailureCode::refused, Phase::connect, std::nullopt, "", ""};
  EXPECT_EQ(status_of(check), Status::critical);
  check.error->code = FailureCode::config_error;
  EXPECT_EQ(status_of(check), Status::unknown);
}

TEST(Status, OfARun) {
  EXPECT_EQ(totals({}).status(), Status::unknown);
  EXPECT_EQ(totals({report(Status::ok)}).status(), Status::ok);
  EXPECT_EQ(totals({report(Status::warning), report(Status::unknown)}).status(), Status::unknown);
  EXPECT_EQ(totals({report(Status::unknown), report(Status::critical)}).status(), Status::critical);
}

TEST(Words, EveryValueHasItsOwn) {
  EXPECT_EQ(to_string(FailureCode::dns_failure), "dns_failure");
  EXPECT_EQ(to_string(FailureCode::tls_verify_failed), "tls_verify_failed");
  EXPECT_EQ(to_string(FailureCode::unknown_database), "unknown_database");
  EXPECT_EQ(to_string(FailureCode::connection_lost), "connection_lost");
  EXPECT_EQ(to_string(FailureCode::login_denied), "login_denied");
  EXPECT_EQ(to_string(FailureCode::config_error), "config_error");
  EXPECT_EQ(to_string(Phase::resolve), "resolve");
  EXPECT_EQ(to_string(Phase::query), "query");
  EXPECT_EQ(to_string(Source::information_schema), "information_schema");
  EXPECT_EQ(to_string(Status::unknown), "unknown");
  EXPECT_EQ(to_string(Severity::critical), "critical");
}

TEST(Summarize, CountsVisibleRelations) {
  std::vector<RelationPermissions> relations = {
      relation("public", "a", reading), relation("public", "b", reading | writing),
      relation("shop", "c", {Privilege::truncate}), relation("public", "invisible")};
  relations[0].can_write = std::nullopt;
  const Summary summary =
      summarize(relations, std::vector{usable_schema("public"), usable_schema("empty")});
  EXPECT_EQ(summary.schemas, 3);
  EXPECT_EQ(summary.tables, 3);
  EXPECT_EQ(summary.readable, 2);
  EXPECT_EQ(summary.writable, 1);
  EXPECT_EQ(summary.truncatable, 1);
}

}  // namespace
}  // namespace conncheck
