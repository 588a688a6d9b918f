#include "agent/core/draft_policy.hpp"

#include <gtest/gtest.h>

#include "agent/core/usable_privilege.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;
using std::string;
using Names = std::vector<string>;

constexpr int postgres_15 = 150006;
constexpr int postgres_17 = 170000;

DraftPolicy draft(std::vector<RelationPermissions> relations,
                  const std::vector<RoleObservation>& reachable = {}, int version = postgres_17) {
  RoleObservation login;
  login.role_name = "app";
  login.relations = std::move(relations);
  return draft_policy(login, reachable, version);
}

/// The rules as those of a configuration.
std::vector<PolicyRule> rules(const std::vector<DraftRule>& drafted) {
  std::vector<PolicyRule> result;
  for (const DraftRule& each : drafted) {
    result.push_back(rule(each.tables, each.privileges));
  }
  return result;
}

TEST(DraftPolicy, WhatIsHeldIsRequiredAndAllElseForbidden) {
  const DraftPolicy made = draft({relation("public", "t", reading)});
  ASSERT_EQ(made.require.size(), 1U);
  EXPECT_EQ(made.require[0].tables, Names{"public.t"});
  EXPECT_EQ(made.require[0].privileges, reading);
  ASSERT_EQ(made.forbid.size(), 1U);
  EXPECT_EQ(made.forbid[0].privileges, PrivilegeSet(relation_privileges) - reading);
  EXPECT_TRUE(made.left_out.empty());
}

TEST(DraftPolicy, MaintainIsForbiddenWhereItExists) {
  EXPECT_TRUE(draft({relation("public", "t")}).forbid[0].privileges.has(Privilege::maintain));
  EXPECT_FALSE(draft({relation("public", "t")}, {}, postgres_15)
                   .forbid[0]
                   .privileges.has(Privilege::maintain));
}

TEST(DraftPolicy, RelationsAlikeShareARule) {
  const DraftPolicy made =
      draft({relation("b", "t", reading), relation("a", "t", reading), relation("a", "u")});
  ASSERT_EQ(made.require.size(), 1U);
  EXPECT_EQ(made.require[0].tables, (Names{"a.t", "b.t"}));
  EXPECT_EQ(made.forbid.size(), 2U);
}

TEST(DraftPolicy, FindsNothingOfWhatItWasMadeOf) {
  RelationPermissions by_column = relation("public", "columns");
  by_column.column_privileges = {{Privilege::select, {"id"}}};
  RelationPermissions view = relation("public", "view", reading | writing, "view");
  view.can_write = false;
  view.blocked_by = {string(not_updatable)};
  RelationPermissions unknown = blocked(relation("public", "locked", reading), locked);
  unknown.can_read.reset();
  const std::vector<RoleObservation> reachable = {
      {.role_name = "power", .relations = {relation("public", "t", writing)}, .schemas = {}}};
  const Role role{.relations = {relation("public", "t", reading), by_column, view, unknown,
                                blocked(relation("closed", "t", reading), schema_usage),
                                relation("public", "truncated view", {Privilege::truncate}, "view"),
                                relation("we.ird \"s\"", "t*?", writing)},
                  .reachable = reachable};
  const DraftPolicy made = draft(role.relations, reachable);
  EXPECT_TRUE(role.require(rules(made.require)).empty());
  EXPECT_TRUE(role.forbid(rules(made.forbid)).empty());
  EXPECT_EQ(made.left_out.size(), 6U);
}

TEST(DraftPolicy, EachPrivilegeThatComesOrGoesIsFound) {
  for (const Privilege privilege : relation_privileges) {
    const RelationPermissions without = relation("public", "t", {});
    const RelationPermissions with = relation("public", "t", {privilege});
    const DraftPolicy before = draft({without});
    EXPECT_EQ(Role{.relations = {with}}.forbid(rules(before.forbid)).size(), 1U);
    const DraftPolicy after = draft({with});
    EXPECT_EQ(Role{.relations = {without}}.require(rules(after.require)).size(), 1U);
  }
}

TEST(DraftPolicy, SystemSchemasAndNamesThatYamlCannotHoldAreLeftOut) {
  const DraftPolicy made =
      draft({relation("pg_catalog", "pg_class", reading), relation("public", "t\xff", reading)});
  EXPECT_TRUE(made.require.empty());
  EXPECT_TRUE(made.forbid.empty());
  EXPECT_EQ(made.left_out.size(), 1U);
}

TEST(DraftPolicy, APatternMatchesItsRelationAlone) {
  EXPECT_EQ(pattern_of("public", "orders"), "public.orders");
  EXPECT_EQ(pattern_of("a.b", "c*"), "\"a.b\".\"c*\"");
  EXPECT_EQ(pattern_of("q\"", "?"), "\"q\"\"\".\"?\"");
  EXPECT_TRUE(pattern(pattern_of("q\"", "?")).matches("q\"", "?"));
  EXPECT_FALSE(pattern(pattern_of("a", "t*")).matches("a", "tt"));
}

}  // namespace
}  // namespace conncheck
