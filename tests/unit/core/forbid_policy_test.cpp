#include <gtest/gtest.h>

#include "agent/core/usable_privilege.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;
using std::string;

constexpr PrivilegeSet truncating = {Privilege::truncate};

bool contains(const string& text, const string& part) { return text.find(part) != string::npos; }

Finding only(const std::vector<Finding>& findings) {
  EXPECT_EQ(findings.size(), 1U);
  return findings.empty() ? Finding{} : findings.front();
}

TEST(Forbid, NotHeldIsFineAndSoIsAPatternWithoutMatch) {
  const Role role{.relations = {relation("public", "t", reading | writing)}};
  EXPECT_TRUE(role.forbid({rule({"*.*"}, truncating), rule({"nowhere.*"}, reading)}).empty());
}

TEST(Forbid, AnyOneHeldIsCritical) {
  const Role role{.relations = {relation("public", "t", {Privilege::select, Privilege::delete_})}};
  const Finding finding = only(role.forbid({rule({"*.*"}, writing | truncating)}));
  EXPECT_EQ(finding.rule, "forbid");
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_EQ(finding.missing, PrivilegeSet{Privilege::delete_});
  EXPECT_FALSE(finding.fix);
  EXPECT_TRUE(contains(finding.message, "No REVOKE is proposed"));
}

TEST(Forbid, HeldByColumnCounts) {
  RelationPermissions by_column = relation("public", "t");
  by_column.column_privileges = {{Privilege::select, {"id", "e mail"}}};
  const Finding finding = only(Role{.relations = {by_column}}.forbid({rule({"*.*"}, reading)}));
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_TRUE(contains(finding.message, "(SELECT by column: id, \"e mail\")")) << finding.message;
}

TEST(Forbid, HeldButBlockedIsAWarning) {
  for (const std::string_view reason : {schema_usage, user_mapping}) {
    const Role role{.relations = {blocked(relation("public", "t", reading), reason)}};
    const Finding finding = only(role.forbid({rule({"*.*"}, reading)}));
    EXPECT_EQ(finding.severity, Severity::warning) << reason;
    EXPECT_EQ(finding.missing, reading);
  }
}

TEST(Forbid, BlockedInPartGivesBoth) {
  RelationPermissions view = relation("public", "v", reading | writing, "view");
  view.can_write = false;
  view.blocked_by = {string(not_updatable)};
  const std::vector<Finding> findings =
      Role{.relations = {view}}.forbid({rule({"*.*"}, reading | writing)});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].severity, Severity::critical);
  EXPECT_EQ(findings[0].missing, reading);
  EXPECT_EQ(findings[1].severity, Severity::warning);
  EXPECT_EQ(findings[1].missing, writing);
}

TEST(Forbid, AViewThatCannotBeReadMayStillTakeAnInsert) {
  const Role role{.relations = {blocked(relation("public", "v", reading | writing, "view"),
                                        underlying_relation)}};
  EXPECT_EQ(only(role.forbid({rule({"*.*"}, reading)})).severity, Severity::warning);
  EXPECT_EQ(only(role.forbid({rule({"*.*"}, writing)})).severity, Severity::critical);
}

TEST(Forbid, TruncateOfAViewIsNoDanger) {
  const Role role{.relations = {relation("public", "v", truncating, "view")}};
  EXPECT_EQ(only(role.forbid({rule({"*.*"}, truncating)})).severity, Severity::warning);
}

TEST(Forbid, ReachableBySetRoleIsAWarning) {
  const Role role{
      .relations = {relation("public", "t", reading)},
      .reachable = {{"admin", {relation("public", "t", reading | truncating)}, {}},
                    {"reader", {relation("public", "t", reading)}, {}}},
  };
  const Finding finding = only(role.forbid({rule({"*.*"}, truncating)}));
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_EQ(finding.missing, truncating);
  EXPECT_TRUE(contains(finding.message, "by SET ROLE (admin)")) << finding.message;
}

TEST(Forbid, HeldAndReachableIsOneCriticalFinding) {
  const Role role{.relations = {relation("public", "t", truncating)},
                  .reachable = {{"admin", {relation("public", "t", truncating)}, {}}}};
  EXPECT_EQ(only(role.forbid({rule({"*.*"}, truncating)})).severity, Severity::critical);
}

}  // namespace
}  // namespace conncheck
