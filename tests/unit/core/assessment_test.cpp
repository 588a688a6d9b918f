#include "agent/core/assessment.hpp"

#include <gtest/gtest.h>

#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

Observation observation() {
  Observation result;
  result.connected = true;
  result.source = Source::catalog;
  result.session = Session{};
  result.session->role_name = "app";
  result.login = {"app",
                  {relation("public", "hidden"), relation("public", "t", reading)},
                  {usable_schema("public")}};
  return result;
}

Connection connection() {
  Connection result;
  result.name = "orders";
  result.require = {rule({"*.*"}, reading)};
  return result;
}

TEST(Assess, JudgesTheLoginAndKeepsVisibleRelations) {
  const CheckReport report = assess(connection(), observation());
  EXPECT_EQ(report.status, Status::critical);
  ASSERT_EQ(report.login.findings.size(), 1U);
  EXPECT_EQ(report.login.findings[0].table_name, "hidden");
  ASSERT_EQ(report.login.tables.size(), 1U);
  EXPECT_EQ(report.login.tables[0].table_name, "t");
  EXPECT_EQ(report.login.schemas[0].tables, 1);
  EXPECT_EQ(report.login.schemas[0].readable, 1);
  EXPECT_EQ(report.login.summary.readable, 1);
}

TEST(Assess, AuditedRolesAreJudgedInsteadOfTheLogin) {
  Connection audit = connection();
  audit.roles = {utf8_pattern("etl_*"), utf8_pattern("nobody")};
  Observation observed = observation();
  observed.roles = {{"etl_1", {relation("public", "t")}, {}}};
  observed.unknown_roles = {"nobody"};
  const CheckReport report = assess(audit, std::move(observed));
  ASSERT_EQ(report.login.findings.size(), 1U);
  EXPECT_EQ(report.login.findings[0].rule, "unknown_role");
  ASSERT_EQ(report.roles.size(), 1U);
  EXPECT_EQ(report.roles[0].role_name, "etl_1");
  EXPECT_EQ(report.roles[0].findings[0].rule, "require");
}

TEST(Assess, RolesThatCannotBeAuditedAreCritical) {
  Connection audit = connection();
  audit.roles = {utf8_pattern("etl_*")};
  Observation observed = observation();
  observed.source = Source::information_schema;
  observed.roles_not_audited = {"etl_*"};
  const CheckReport report = assess(audit, std::move(observed));
  EXPECT_EQ(report.status, Status::critical);
  ASSERT_EQ(report.login.findings.size(), 1U);  // the rules speak of etl_*, not of the login
  EXPECT_EQ(report.login.findings[0].rule, "role_not_audited");
}

TEST(Assess, NotesSayHowTheAnswerCameAbout) {
  EXPECT_TRUE(assess(connection(), observation()).notes.empty());
  Observation outdated = observation();
  outdated.outdated_extension = "0.0.1";
  outdated.extension_error = "cache lookup failed";
  const CheckReport report = assess(connection(), std::move(outdated));
  ASSERT_EQ(report.notes.size(), 2U);
  EXPECT_NE(report.notes[0].find("0.0.1"), std::string::npos);
  EXPECT_NE(report.notes[0].find("ALTER EXTENSION conncheck UPDATE"), std::string::npos);
  EXPECT_NE(report.notes[1].find("cache lookup failed"), std::string::npos);

  Observation partial = observation();
  partial.source = Source::information_schema;
  Connection without_policy = connection();
  without_policy.require.clear();
  EXPECT_EQ(assess(without_policy, partial).notes.size(), 1U);
  EXPECT_EQ(assess(connection(), partial).notes.size(), 2U);
}

TEST(Assess, AFailedCheckHasItsErrorAndNoFindings) {
  Observation failed;
  failed.error = Failure{FailureCode::refused, Phase::connect, std::nullopt, "refused", ""};
  const CheckReport report = assess(connection(), failed);
  EXPECT_EQ(report.status, Status::critical);
  EXPECT_TRUE(report.login.findings.empty());
  EXPECT_TRUE(report.error);
}

}  // namespace
}  // namespace conncheck
