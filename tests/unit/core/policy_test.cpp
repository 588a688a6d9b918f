#include "agent/core/policy.hpp"

#include <gtest/gtest.h>

#include <set>

#include "agent/core/finding_id.hpp"
#include "agent/core/usable_privilege.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;
using std::string;

bool contains(const string& text, const string& part) { return text.find(part) != string::npos; }

std::vector<string> rules_of(const std::vector<Finding>& findings) {
  std::vector<string> rules;
  for (const Finding& finding : findings) {
    rules.push_back(finding.rule);
  }
  return rules;
}

TEST(NothingVisible, RaisedWhereNothingIsHeld) {
  const Role role{.relations = {relation("public", "t")}};
  const auto finding = nothing_visible_finding(role.subject());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_TRUE(contains(finding->message, "GRANT SELECT")) << finding->message;
}

TEST(NothingVisible, RaisedInAnEmptyDatabase) {
  const auto finding = nothing_visible_finding(Role{}.subject());
  ASSERT_TRUE(finding);
  EXPECT_TRUE(contains(finding->message, "right database")) << finding->message;
}

TEST(NothingVisible, MissingUsageIsNamedWithItsGrant) {
  const Role role{.relations = {blocked(relation("shop", "t", reading), schema_usage)}};
  const auto finding = nothing_visible_finding(role.subject());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->fix, "GRANT USAGE ON SCHEMA shop TO app;");
}

TEST(NothingVisible, ExtensionsAndSystemSchemasDoNotCount) {
  RelationPermissions member = relation("public", "pg_stat_statements", reading, "view");
  member.of_extension = true;
  const Role role{.relations = {member, relation("pg_catalog", "pg_class", reading),
                                relation("information_schema", "tables", reading, "view")}};
  EXPECT_TRUE(nothing_visible_finding(role.subject()));
}

TEST(NothingVisible, AnyUseIsEnough) {
  for (const PrivilegeSet held :
       {reading, writing, PrivilegeSet{Privilege::truncate}, PrivilegeSet{Privilege::insert}}) {
    EXPECT_FALSE(
        nothing_visible_finding(Role{.relations = {relation("public", "t", held)}}.subject()));
  }
  RelationPermissions by_column = relation("public", "t");
  by_column.column_privileges = {{Privilege::select, {"id"}}};
  EXPECT_FALSE(nothing_visible_finding(Role{.relations = {by_column}}.subject()));
  by_column.blocked_by = {string(schema_usage)};
  EXPECT_TRUE(nothing_visible_finding(Role{.relations = {by_column}}.subject()));
}

TEST(NothingVisible, AUsersSchemaMayBeginWithPg) {
  EXPECT_FALSE(
      nothing_visible_finding(Role{.relations = {relation("pgabc", "t", reading)}}.subject()));
}

TEST(ReadOnly, StandbyOrDefault) {
  Session session;
  EXPECT_FALSE(read_only_finding("orders", session));
  session.in_recovery = true;
  const auto standby = read_only_finding("orders", session);
  ASSERT_TRUE(standby);
  EXPECT_TRUE(contains(standby->message, "standby"));
  session = {};
  session.read_only = true;
  const auto by_default = read_only_finding("orders", session);
  ASSERT_TRUE(by_default);
  EXPECT_TRUE(contains(by_default->message, "default_transaction_read_only"));
  EXPECT_NE(standby->id, by_default->id);
}

TEST(SetRole, ReachesMore) {
  RelationPermissions columns = relation("public", "c");
  columns.column_privileges = {{Privilege::select, {"id", "email"}}};
  const Role role{
      .relations = {relation("public", "t", reading), relation("public", "c")},
      .reachable = {{"same", {relation("public", "t", reading)}, {}},
                    {"Admin", {relation("public", "t", reading | writing), columns}, {}}},
  };
  const auto finding = set_role_reaches_more_finding(role.subject());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_TRUE(contains(finding->message, "SET ROLE to \"Admin\", and so reach privileges on 2"))
      << finding->message;
}

TEST(SetRole, NoMoreThanHeldIsNoFinding) {
  RelationPermissions columns = relation("public", "t");
  columns.column_privileges = {{Privilege::select, {"id"}}};
  const Role role{.relations = {relation("public", "t", reading)},
                  .reachable = {{"by_column", {columns}, {}}}};
  EXPECT_FALSE(set_role_reaches_more_finding(role.subject()));
  EXPECT_FALSE(set_role_reaches_more_finding(Role{}.subject()));
}

TEST(SetRole, MoreColumnsAreMore) {
  RelationPermissions one = relation("public", "t");
  one.column_privileges = {{Privilege::select, {"id"}}};
  RelationPermissions two = one;
  two.column_privileges = {{Privilege::select, {"id", "email"}}};
  EXPECT_TRUE(set_role_reaches_more_finding(
      Role{.relations = {one}, .reachable = {{"more", {two}, {}}}}.subject()));
  EXPECT_FALSE(set_role_reaches_more_finding(
      Role{.relations = {two}, .reachable = {{"less", {one}, {}}}}.subject()));
}

TEST(UnknownRole, IsCriticalAndNamed) {
  const Finding finding = unknown_role_finding("orders", "etl_*");
  EXPECT_EQ(finding.rule, "unknown_role");
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_TRUE(contains(finding.message, "\"etl_*\""));
}

TEST(Judge, RulesSpeakOfTheLoginUnlessRolesAreAudited) {
  const Role role{.relations = {relation("public", "t")}};
  const std::vector<PolicyRule> require = {rule({"*.*"}, reading)};
  Session session;
  session.read_only = true;
  EXPECT_EQ(rules_of(judge_login(role.subject(), session, require, {}, false)),
            (std::vector<string>{"require", "nothing_visible", "read_only"}));
  EXPECT_EQ(rules_of(judge_login(role.subject(), session, require, {}, true)),
            (std::vector<string>{"read_only"}));
  EXPECT_EQ(rules_of(judge_audited_role(role.subject(), require, {})),
            (std::vector<string>{"require", "nothing_visible"}));
}

TEST(Judge, RequireComesBeforeForbid) {
  const Role role{.relations = {relation("public", "t", reading)}};
  EXPECT_EQ(rules_of(judge_audited_role(role.subject(), std::vector{rule({"*.*"}, writing)},
                                        std::vector{rule({"*.*"}, reading)})),
            (std::vector<string>{"require", "forbid"}));
}

TEST(Judge, PublicMaySeeNothing) {
  Role role{.relations = {relation("public", "t")}};
  role.name = "public";
  EXPECT_TRUE(judge_audited_role(role.subject(), {}, {}).empty());
}

TEST(FindingId, IsStableAndShort) {
  const FindingSubject subject = {.connection = "orders",
                                  .rule = "require",
                                  .role = "app",
                                  .schema = "public",
                                  .table = "t",
                                  .privileges = reading,
                                  .pattern = ""};
  EXPECT_EQ(finding_id(subject), "9f6f0dbae69fa416");
}

TEST(FindingId, TellsEveryPartApart) {
  const auto id = [](std::string_view connection, std::string_view rule, std::string_view role,
                     std::string_view schema, std::string_view table, PrivilegeSet privileges,
                     std::string_view pattern) {
    return finding_id({connection, rule, role, schema, table, privileges, pattern});
  };
  const std::set<string> ids = {
      id("c", "r", "a", "s", "t", reading, "p"),  id("x", "r", "a", "s", "t", reading, "p"),
      id("c", "x", "a", "s", "t", reading, "p"),  id("c", "r", "x", "s", "t", reading, "p"),
      id("c", "r", "a", "x", "t", reading, "p"),  id("c", "r", "a", "s", "x", reading, "p"),
      id("c", "r", "a", "s", "t", writing, "p"),  id("c", "r", "a", "s", "t", reading, "x"),
      id("c", "r", "a", "s.t", "", reading, "p"), id("c", "r", "a", "s,1:t", "", reading, "p"),
      id("c", "r", "a", "st", "", reading, "p"),  id("c", "r", "as", "", "t", reading, "p"),
  };
  EXPECT_EQ(ids.size(), 12U);
}

}  // namespace
}  // namespace conncheck
