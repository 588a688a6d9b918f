#include <gtest/gtest.h>

#include <array>

#include "agent/core/usable_privilege.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;
using std::string;

bool contains(const string& text, const string& part) { return text.find(part) != string::npos; }

Finding only(const std::vector<Finding>& findings) {
  EXPECT_EQ(findings.size(), 1U);
  return findings.empty() ? Finding{} : findings.front();
}

TEST(Require, MetByWhatIsHeld) {
  const Role role{.relations = {relation("public", "orders", reading | writing)}};
  EXPECT_TRUE(role.require({rule({"public.*"}, reading | writing)}).empty());
}

TEST(Require, NotHeldIsCriticalWithTheGrant) {
  const Role role{.relations = {relation("public", "orders", reading)}};
  const Finding finding = only(role.require({rule({"public.orders"}, reading | writing)}));
  EXPECT_EQ(finding.rule, "require");
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_EQ(finding.schema_name, "public");
  EXPECT_EQ(finding.table_name, "orders");
  EXPECT_EQ(finding.missing, writing);
  EXPECT_EQ(finding.fix, "GRANT INSERT, UPDATE, DELETE ON TABLE public.orders TO app;");
  EXPECT_EQ(finding.message, "app lacks INSERT, UPDATE, DELETE on public.orders: not granted.");
}

TEST(Require, NamesAreQuoted) {
  Role role{.name = "App User", .relations = {relation("public", "Order\"s")}};
  EXPECT_EQ(only(role.require({rule({"public.*"}, reading)})).fix,
            "GRANT SELECT ON TABLE public.\"Order\"\"s\" TO \"App User\";");
  role.name = "public";
  EXPECT_EQ(only(role.require({rule({"public.*"}, reading)})).fix,
            "GRANT SELECT ON TABLE public.\"Order\"\"s\" TO PUBLIC;");
  role.name = "PUBLIC";
  EXPECT_EQ(only(role.require({rule({"public.*"}, reading)})).fix,
            "GRANT SELECT ON TABLE public.\"Order\"\"s\" TO \"PUBLIC\";");
}

TEST(Require, NoGrantIsShownForANameThatCannotBePrinted) {
  // It would be mended when it is printed, and the statement be for another relation, or for none.
  for (const auto& [name, schema, table] : {std::array<const char*, 3>{"app", "public", "caf\xE9"},
                                            {"app", "sch\xE9ma", "orders"},
                                            {"r\xF4le", "public", "orders"}}) {
    const Role role{.name = name, .relations = {relation(schema, table)}};
    const Finding finding = only(role.require({rule({"*.*"}, reading)}));
    EXPECT_FALSE(finding.fix);
    EXPECT_TRUE(contains(finding.message, "not valid UTF-8"));
  }
}

TEST(Require, HeldWithoutSchemaUsageNeedsUsageAlone) {
  const Role role{
      .relations = {blocked(relation("shop", "orders", reading | writing), schema_usage)}};
  const Finding finding = only(role.require({rule({"shop.*"}, reading | writing)}));
  EXPECT_EQ(finding.missing, reading | writing);
  EXPECT_EQ(finding.fix, "GRANT USAGE ON SCHEMA shop TO app;");
}

TEST(Require, NothingHeldInAnUnusableSchemaNeedsBoth) {
  // blocked_by is empty there: it speaks of held privileges only.
  const Role role{.relations = {relation("secret", "orders")}};
  EXPECT_EQ(only(role.require({rule({"secret.*"}, reading)})).fix,
            "GRANT USAGE ON SCHEMA secret TO app;\nGRANT SELECT ON TABLE secret.orders TO app;");
}

TEST(Require, EachWritePrivilegeCountsByItself) {
  const Role role{.relations = {relation("public", "log", {Privilege::insert})}};
  EXPECT_TRUE(role.require({rule({"public.log"}, {Privilege::insert})}).empty());
  EXPECT_EQ(only(role.require({rule({"public.log"}, writing)})).missing,
            (PrivilegeSet{Privilege::update, Privilege::delete_}));
}

TEST(Require, WritingByColumnsSuffices) {
  RelationPermissions by_column = relation("public", "t", {Privilege::delete_});
  by_column.column_privileges = {{Privilege::insert, {"a"}}, {Privilege::update, {"a"}}};
  Role role{.relations = {by_column}};
  EXPECT_EQ(only(role.require({rule({"public.t"}, writing)})).missing,
            (PrivilegeSet{Privilege::insert, Privilege::update}));
  role.relations[0].can_write = true;
  EXPECT_TRUE(role.require({rule({"public.t"}, writing)}).empty());
}

TEST(Require, ReadingSomeColumnsDoesNot) {
  RelationPermissions by_column = relation("public", "t");
  by_column.column_privileges = {{Privilege::select, {"a"}}};
  const Role role{.relations = {by_column}};
  EXPECT_EQ(only(role.require({rule({"public.t"}, reading)})).fix,
            "GRANT SELECT ON TABLE public.t TO app;");
}

TEST(Require, DeleteIsNotTruncate) {
  const Role role{.relations = {relation("public", "t", {Privilege::delete_})}};
  EXPECT_EQ(only(role.require({rule({"public.t"}, {Privilege::truncate})})).fix,
            "GRANT TRUNCATE ON TABLE public.t TO app;");
}

TEST(Require, NoGrantMakesAViewUpdatable) {
  const Role role{
      .relations = {blocked(relation("public", "v", reading | writing, "view"), not_updatable)}};
  const Finding finding = only(role.require({rule({"public.v"}, writing)}));
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_FALSE(finding.fix);
  EXPECT_TRUE(contains(finding.message, "this view takes no INSERT, UPDATE or DELETE"));
}

TEST(Require, NoGrantMakesAViewTruncatableOrAMatviewWritable) {
  const Role role{.relations = {relation("public", "m", reading, "materialized view"),
                                relation("public", "v", reading, "view")}};
  for (const Finding& finding :
       role.require({rule({"public.*"}, writing | PrivilegeSet{Privilege::truncate})})) {
    if (finding.table_name == "m") {
      EXPECT_FALSE(finding.fix);
    } else {
      EXPECT_EQ(finding.fix, "GRANT INSERT, UPDATE, DELETE ON TABLE public.v TO app;");
    }
    EXPECT_TRUE(contains(finding.message, "never takes")) << finding.message;
  }
}

TEST(Require, UnderlyingRelationIsTheOwnersMatter) {
  const Role role{
      .relations = {blocked(relation("public", "v", reading, "view"), underlying_relation)}};
  const Finding finding = only(role.require({rule({"public.v"}, reading)}));
  EXPECT_FALSE(finding.fix);
  EXPECT_TRUE(contains(finding.message, "owner shop_owner (or app itself"));
}

TEST(Require, UserMappingIsNoGrant) {
  const Role role{.relations = {blocked(relation("public", "f", reading | writing, "foreign table"),
                                        user_mapping)}};
  for (const PrivilegeSet required : {reading, writing, PrivilegeSet{Privilege::insert}}) {
    const Finding finding = only(role.require({rule({"public.f"}, required)}));
    EXPECT_EQ(finding.missing, required);
    EXPECT_FALSE(finding.fix);
    EXPECT_TRUE(contains(finding.message, "CREATE USER MAPPING FOR app SERVER"));
  }
}

TEST(Require, GrantsWhatItCanWhereSomethingElseIsInTheWayToo) {
  RelationPermissions foreign =
      blocked(relation("secret", "f", reading, "foreign table"), user_mapping);
  foreign.blocked_by.emplace_back(schema_usage);
  const Role role{.relations = {foreign}};
  const Finding finding =
      only(role.require({rule({"secret.f"}, {Privilege::select, Privilege::insert})}));
  EXPECT_EQ(finding.fix,
            "GRANT USAGE ON SCHEMA secret TO app;\nGRANT INSERT ON TABLE secret.f TO app;");
  EXPECT_TRUE(contains(finding.message, "CREATE USER MAPPING"));
}

TEST(Require, UnknownVerdictsAreWarnings) {
  RelationPermissions unclear = relation("public", "v", reading, "view");
  unclear.can_read = std::nullopt;
  unclear.blocked_by = {"locked"};
  const Finding finding = only(Role{.relations = {unclear}}.require({rule({"public.v"}, reading)}));
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_EQ(finding.missing, reading);
  EXPECT_FALSE(finding.fix);
  EXPECT_TRUE(contains(finding.message, "could not be worked out"));
}

TEST(Require, WhatInformationSchemaDoesNotShowIsUnknown) {
  RelationPermissions partial = relation("public", "t", reading);
  partial.can_read = partial.can_write = partial.can_truncate = std::nullopt;
  const Role role{.relations = {partial}};
  for (const Privilege privilege : relation_privileges) {
    if (privilege != Privilege::maintain) {
      EXPECT_EQ(only(role.require({rule({"public.t"}, {privilege})})).severity, Severity::warning)
          << to_string(privilege);
    }
  }
}

TEST(Require, OtherPrivilegesNeedTheSchemaToo) {
  const PrivilegeSet references = {Privilege::references};
  EXPECT_TRUE(Role{.relations = {relation("public", "t", references)}}
                  .require({rule({"public.t"}, references)})
                  .empty());
  EXPECT_EQ(
      only(Role{.relations = {blocked(relation("public", "t", references), schema_usage)}}.require(
               {rule({"public.t"}, references)}))
          .fix,
      "GRANT USAGE ON SCHEMA public TO app;");
}

TEST(Require, MaintainBefore17CannotBeGranted) {
  Role role{.relations = {relation("public", "t")}};
  EXPECT_FALSE(only(role.require({rule({"public.t"}, {Privilege::maintain})})).fix);
  role.server_version_num = 170002;
  EXPECT_TRUE(only(role.require({rule({"public.t"}, {Privilege::maintain})})).fix);
}

TEST(Require, APatternThatMatchesNothingIsCritical) {
  const Role role{.relations = {relation("public", "orders", reading)}};
  const Finding finding = only(role.require({rule({"public.orders", "public.ordrs"}, reading)}));
  EXPECT_EQ(finding.severity, Severity::critical);
  EXPECT_FALSE(finding.table_name);
  EXPECT_TRUE(contains(finding.message, "public.ordrs"));
}

TEST(Require, TheSamePatternTwiceIsOneFinding) {
  const Role role{.relations = {relation("public", "orders", reading)}};
  EXPECT_EQ(
      role.require({rule({"no.such", "no.such"}, reading), rule({"no.such"}, reading)}).size(), 1U);
}

TEST(Require, RulesTogetherGiveOneFindingForARelation) {
  const Role role{.relations = {relation("public", "t")}};
  const Finding finding = only(role.require(
      {rule({"public.t"}, reading), rule({"*.*"}, {Privilege::insert}), rule({"*.*"}, reading)}));
  EXPECT_EQ(finding.missing, (PrivilegeSet{Privilege::select, Privilege::insert}));
}

TEST(Require, OrderIsBySchemaAndNameWhateverTheInput) {
  const Role role{
      .relations = {relation("public", "b"), relation("public", "a"), relation("Z", "z")}};
  std::vector<string> order;
  for (const Finding& finding : role.require({rule({"*.*"}, reading)})) {
    order.push_back(*finding.schema_name + "." + *finding.table_name);
  }
  EXPECT_EQ(order, (std::vector<string>{"Z.z", "public.a", "public.b"}));
}

TEST(Require, FromTheCommandLineOnlyWhereItApplies) {
  RelationPermissions member = relation("public", "member");
  member.of_extension = true;
  const Role role{.relations = {relation("public", "t", reading),
                                relation("public", "v", reading, "view"),
                                relation("public", "m", reading, "materialized view"),
                                relation("public", "f", reading, "foreign table"), member,
                                relation("pg_catalog", "pg_class")}};
  PolicyRule by_flag = rule({"*.*"}, reading | writing | PrivilegeSet{Privilege::truncate});
  by_flag.only_applicable_kinds = true;
  std::vector<string> tables;
  for (const Finding& finding : role.require({by_flag})) {
    tables.push_back(finding.table_name.value_or("none"));
    EXPECT_EQ(finding.missing, writing | PrivilegeSet{Privilege::truncate});
  }
  EXPECT_EQ(tables, (std::vector<string>{"f", "t"}));
}

TEST(Require, ByYamlEveryKindAndExtensionsToo) {
  RelationPermissions member = relation("public", "member");
  member.of_extension = true;
  const Role role{.relations = {relation("public", "v", reading, "view"), member}};
  EXPECT_EQ(role.require({rule({"*.*"}, writing)}).size(), 2U);
}

}  // namespace
}  // namespace conncheck
