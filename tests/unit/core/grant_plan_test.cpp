#include "agent/core/grant_plan.hpp"

#include <gtest/gtest.h>

#include "agent/core/usable_privilege.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;
using std::string;
using Rules = std::vector<PolicyRule>;

GrantItem granted(string table, Privilege privilege, string grantee = "app") {
  GrantItem item;
  item.schema_name = "public";
  item.table_name = std::move(table);
  item.privilege = privilege;
  item.grantee = std::move(grantee);
  item.grantor = "shop_owner";
  item.by_owner = true;
  return item;
}

GrantPlan plan(const Role& role, const Rules& require, const Rules& forbid,
               const GrantFacts& facts = {}) {
  return grant_plan(role.subject(), require, forbid, &facts);
}

std::vector<string> statements(const GrantPlan& plan) {
  std::vector<string> result;
  for (const GrantPlan::Step& step : plan.steps) {
    result.push_back(step.sql);
  }
  return result;
}

using Statements = std::vector<string>;

TEST(GrantPlan, APolicyThatIsMetNeedsNothing) {
  const Role role{.relations = {relation("public", "t", reading)}};
  const GrantPlan made = plan(role, {rule({"*.*"}, reading)}, {rule({"*.*"}, writing)});
  EXPECT_TRUE(made.steps.empty());
  EXPECT_TRUE(made.impossible.empty());
}

TEST(GrantPlan, WhatIsRequiredIsGrantedForRelationsAlikeTogether) {
  const Role role{.relations = {relation("public", "a"), relation("public", "b")}};
  EXPECT_EQ(statements(plan(role, {rule({"*.*"}, reading)}, {})),
            Statements{"GRANT SELECT ON TABLE public.a, public.b TO app;"});
}

TEST(GrantPlan, WhatIsForbiddenIsRevoked) {
  const Role role{.relations = {relation("public", "t", reading | writing)}};
  const GrantFacts facts{
      .items = {granted("t", Privilege::select), granted("t", Privilege::delete_)}};
  const GrantPlan made =
      plan(role, {rule({"*.*"}, reading)}, {rule({"*.*"}, {Privilege::delete_})}, facts);
  EXPECT_EQ(statements(made), Statements{"REVOKE DELETE ON TABLE public.t FROM app;"});
  EXPECT_EQ(made.steps[0].reasons, Statements{"app holds DELETE on public.t, which is forbidden."});
}

TEST(GrantPlan, WhomItHitsIsSaid) {
  const Role role{.relations = {relation("public", "t", writing)}};
  const GrantFacts facts{.items = {granted("t", Privilege::delete_, "writers")},
                         .uses = {{"writers", "app"}, {"writers", "Other"}}};
  const GrantPlan made = plan(role, {}, {rule({"*.*"}, {Privilege::delete_})}, facts);
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_EQ(made.steps[0].reasons.back(),
            "It takes the same from others who have it by nothing else: \"Other\", writers.");
}

TEST(GrantPlan, ContradictingRulesGetNoStatement) {
  const Role lacking{.relations = {relation("public", "t")}};
  const GrantPlan made =
      plan(lacking, {rule({"*.*"}, reading | writing)}, {rule({"*.t"}, reading)});
  EXPECT_EQ(statements(made), Statements{"GRANT INSERT, UPDATE, DELETE ON TABLE public.t TO app;"});
  EXPECT_EQ(made.impossible, Statements{"SELECT on public.t is both required and forbidden: change "
                                        "one of the rules."});
  const Role holding{.relations = {relation("public", "t", reading)}};
  EXPECT_TRUE(plan(holding, {rule({"*.*"}, reading)}, {rule({"*.t"}, reading)}).steps.empty());
}

TEST(GrantPlan, WhatNoGrantMendsIsTold) {
  const Role role{.relations = {relation("public", "m", {}, "materialized view")}};
  const GrantPlan made =
      plan(role, {rule({"*.*"}, {Privilege::insert}), rule({"gone.*"}, reading)}, {});
  EXPECT_TRUE(made.steps.empty());
  EXPECT_EQ(made.impossible.size(), 2U);
}

TEST(GrantPlan, AViewThatLacksSomethingBeneathIsToldBesideItsGrant) {
  RelationPermissions view = blocked(relation("public", "v", reading, "view"), underlying_relation);
  const GrantPlan made =
      plan({.relations = {view}}, {rule({"*.*"}, {Privilege::select, Privilege::delete_})}, {});
  EXPECT_EQ(statements(made), Statements{"GRANT DELETE ON TABLE public.v TO app;"});
  EXPECT_EQ(made.impossible.size(), 1U);
}

TEST(GrantPlan, UsageOfTheSchemaIsEnoughWhereNothingElseIsMissing) {
  const Role role{.relations = {blocked(relation("closed", "t", reading), schema_usage)}};
  const GrantPlan made = plan(role, {rule({"*.*"}, reading)}, {});
  EXPECT_EQ(statements(made), Statements{"GRANT USAGE ON SCHEMA closed TO app;"});
  EXPECT_TRUE(made.impossible.empty());
}

TEST(GrantPlan, WhatIsReachableBySetRoleIsRevokedFromThere) {
  const Role role{
      .relations = {},
      .reachable = {
          {.role_name = "power", .relations = {relation("public", "t", writing)}, .schemas = {}}}};
  const GrantFacts facts{.items = {granted("t", Privilege::delete_, "power")}};
  const GrantPlan made = plan(role, {}, {rule({"*.*"}, {Privilege::delete_})}, facts);
  EXPECT_EQ(statements(made), Statements{"REVOKE DELETE ON TABLE public.t FROM power;"});
  EXPECT_EQ(made.steps[0].reasons[0],
            "app can reach DELETE on public.t by SET ROLE to power, which is forbidden.");
}

TEST(GrantPlan, OneStatementForSeveralReasonsIsPrintedOnce) {
  const Role role{
      .relations = {relation("public", "a", reading), relation("public", "b", reading)}};
  const GrantFacts facts{.predefined = {{"pg_read_all_data", "app", ""}}};
  const GrantPlan made = plan(role, {}, {rule({"*.*"}, reading)}, facts);
  EXPECT_EQ(statements(made), Statements{"REVOKE pg_read_all_data FROM app;"});
}

TEST(GrantPlan, WhatAPredefinedRoleGaveIsGrantedWhereItIsRequired) {
  const Role role{
      .relations = {relation("public", "a", reading), relation("public", "b", reading)}};
  const GrantFacts facts{.predefined = {{"pg_read_all_data", "app", ""}}};
  EXPECT_EQ(statements(plan(role, {rule({"*.b"}, reading)}, {rule({"*.a"}, reading)}, facts)),
            (Statements{"REVOKE pg_read_all_data FROM app;",
                        "GRANT USAGE ON SCHEMA public TO app;\nGRANT SELECT ON TABLE public.b TO "
                        "app;"}));
}

TEST(GrantPlan, WithoutCatalogsNoRevokeIsProposed) {
  const Role role{.relations = {relation("public", "t", reading)}};
  const GrantPlan made = grant_plan(role.subject(), {}, Rules{rule({"*.*"}, reading)}, nullptr);
  EXPECT_TRUE(made.steps.empty());
  EXPECT_EQ(made.impossible.size(), 1U);
}

}  // namespace
}  // namespace conncheck
