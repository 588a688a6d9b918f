#include "agent/core/revocation.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using std::string;

/// shop.orders belongs to `shop`, who is the grantor unless another one is named.
GrantItem item(string grantee, Privilege privilege, string grantor = "shop") {
  GrantItem result;
  result.schema_name = "shop";
  result.table_name = "orders";
  result.privilege = privilege;
  result.to_owner = grantee == "shop";
  result.by_owner = grantor == "shop";
  result.grantor_can_revoke = !result.by_owner;
  result.grantee = std::move(grantee);
  result.grantor = std::move(grantor);
  return result;
}

GrantItem with_option(GrantItem item) {
  item.grantable = true;
  return item;
}

RevokeSteps steps(const GrantFacts& facts, PrivilegeSet privileges, std::string_view role = "app") {
  return revoke_steps(facts, {role, "shop", "orders", privileges});
}

RevokeSteps::Step only(const RevokeSteps& steps) {
  EXPECT_EQ(steps.steps.size(), 1U);
  EXPECT_TRUE(steps.impossible.empty());
  return steps.steps.empty() ? RevokeSteps::Step{} : steps.steps.front();
}

string only_reason(const RevokeSteps& steps) {
  EXPECT_TRUE(steps.steps.empty());
  EXPECT_EQ(steps.impossible.size(), 1U);
  return steps.impossible.empty() ? "" : steps.impossible.front();
}

using Roles = std::set<string>;

TEST(Revocation, WhatIsGrantedToTheRoleIsRevokedFromIt) {
  const GrantFacts facts{.items = {item("app", Privilege::select), item("app", Privilege::delete_),
                                   item("other", Privilege::delete_)}};
  const RevokeSteps::Step step = only(steps(facts, {Privilege::delete_}));
  EXPECT_EQ(step.sql, "REVOKE DELETE ON TABLE shop.orders FROM app;");
  EXPECT_EQ(step.also_hits, Roles{});
}

TEST(Revocation, AnotherRelationsGrantIsLeftAlone) {
  GrantItem elsewhere = item("app", Privilege::select);
  elsewhere.table_name = "customers";
  const string reason = only_reason(steps({.items = {elsewhere}}, {Privilege::select}));
  EXPECT_NE(reason.find("could not be found out"), string::npos) << reason;
}

TEST(Revocation, AGroupsGrantHitsItsOtherMembers) {
  const GrantFacts facts{
      .items = {item("writers", Privilege::update), item("keeps_it", Privilege::update),
                item("readers", Privilege::select)},
      .uses = {{"writers", "app"},
               {"writers", "other"},
               {"writers", "keeps_it"},
               {"writers", "writes_all"},
               {"pg_write_all_data", "writes_all"},
               {"readers", "third"}}};
  const RevokeSteps::Step step = only(steps(facts, {Privilege::update}));
  EXPECT_EQ(step.sql, "REVOKE UPDATE ON TABLE shop.orders FROM writers;");
  EXPECT_EQ(step.also_hits, (Roles{"other", "writers"}));
}

TEST(Revocation, PublicsGrantHitsEveryoneWhoHasItByNothingElse) {
  const GrantFacts facts{
      .items = {item("public", Privilege::select), item("readers", Privilege::select)},
      .uses = {{"public", "app"}, {"public", "other"}, {"public", "third"}, {"readers", "third"}}};
  const RevokeSteps::Step step = only(steps(facts, {Privilege::select}));
  EXPECT_EQ(step.sql, "REVOKE SELECT ON TABLE shop.orders FROM PUBLIC;");
  EXPECT_EQ(step.also_hits, Roles{"other"});
}

TEST(Revocation, HeldTwiceItIsRevokedTwice) {
  const GrantFacts facts{
      .items = {item("app", Privilege::select), item("public", Privilege::select)}};
  EXPECT_EQ(steps(facts, {Privilege::select}).steps.size(), 2U);
}

TEST(Revocation, ByColumnTheTablesRevokeSuffices) {
  GrantItem column = item("app", Privilege::select);
  column.column = "id";
  EXPECT_EQ(only(steps({.items = {column}}, {Privilege::select})).sql,
            "REVOKE SELECT ON TABLE shop.orders FROM app;");
}

TEST(Revocation, WhatWasGrantedOnGoesWithIt) {
  const GrantFacts facts{.items = {with_option(item("app", Privilege::select)),
                                   item("friend", Privilege::select, "app")}};
  const RevokeSteps::Step step = only(steps(facts, {Privilege::select}));
  EXPECT_EQ(step.sql, "REVOKE SELECT ON TABLE shop.orders FROM app CASCADE;");
  EXPECT_EQ(step.also_hits, Roles{"friend"});
}

TEST(Revocation, AnotherGrantOptionKeepsWhatWasGrantedOn) {
  // The second grant option is not the role's to lose: writers has it.
  const GrantFacts facts{.items = {with_option(item("app", Privilege::select)),
                                   with_option(item("writers", Privilege::select)),
                                   item("friend", Privilege::select, "writers")}};
  EXPECT_EQ(only(steps(facts, {Privilege::select})).sql,
            "REVOKE SELECT ON TABLE shop.orders FROM app;");
}

TEST(Revocation, AnotherGrantorsGrantIsRevokedAsThatGrantor) {
  const GrantFacts facts{.items = {with_option(item("lender", Privilege::select)),
                                   item("app", Privilege::select, "lender")}};
  EXPECT_EQ(only(steps(facts, {Privilege::select})).sql,
            "SET ROLE lender;\nREVOKE SELECT ON TABLE shop.orders FROM app;\nRESET ROLE;");
}

TEST(Revocation, WhatACascadeTakesIsNotRevokedAgain) {
  const GrantFacts facts{.items = {with_option(item("group", Privilege::select)),
                                   item("app", Privilege::select, "group")},
                         .uses = {{"group", "app"}}};
  EXPECT_EQ(only(steps(facts, {Privilege::select})).sql,
            "REVOKE SELECT ON TABLE shop.orders FROM \"group\" CASCADE;");
}

TEST(Revocation, AGrantorForWhomNoRevokeSpeaksIsNamed) {
  GrantItem lent = item("app", Privilege::select, "lender");
  lent.grantor_can_revoke = false;
  const string reason = only_reason(steps({.items = {lent}}, {Privilege::select}));
  EXPECT_NE(reason.find("REVOKE GRANT OPTION FOR SELECT ON TABLE shop.orders FROM lender CASCADE"),
            string::npos)
      << reason;
}

TEST(Revocation, NothingIsTakenFromASuperuser) {
  const GrantFacts facts{.items = {item("app", Privilege::select)}, .superusers = {"app"}};
  EXPECT_NE(only_reason(steps(facts, {Privilege::select})).find("is a superuser"), string::npos);
}

TEST(Revocation, NothingLastsAgainstTheOwnerOrWhoHasItsRights) {
  const GrantFacts own{.items = {item("shop", Privilege::select)}};
  EXPECT_NE(only_reason(steps(own, {Privilege::select}, "shop")).find("shop owns"), string::npos);
  const GrantFacts member{.items = {item("shop", Privilege::select)}, .uses = {{"shop", "app"}}};
  EXPECT_NE(only_reason(steps(member, {Privilege::select})).find("has the rights of shop"),
            string::npos);
}

TEST(Revocation, APredefinedRoleIsLeft) {
  const GrantFacts facts{
      .uses = {{"pg_read_all_data", "auditors"},
               {"pg_read_all_data", "app"},
               {"auditors", "app"},
               {"auditors", "other"}},
      .predefined = {{"pg_read_all_data", "auditors", ""}, {"pg_read_all_data", "unrelated", ""}}};
  const RevokeSteps made = steps(facts, {Privilege::select});
  const RevokeSteps::Step step = only(made);
  EXPECT_EQ(step.sql, "REVOKE pg_read_all_data FROM auditors;");
  EXPECT_EQ(step.also_hits, (Roles{"auditors", "other"}));
  EXPECT_EQ(made.lost_elsewhere, PrivilegeSet{Privilege::select});
  EXPECT_FALSE(step.also_takes.empty());
}

TEST(Revocation, AMembershipNamesItsGrantorWhereItMust) {
  const GrantFacts facts{.predefined = {{"pg_write_all_data", "app", "keeper"}}};
  EXPECT_EQ(only(steps(facts, {Privilege::insert, Privilege::delete_})).sql,
            "REVOKE pg_write_all_data FROM app GRANTED BY keeper;");
}

TEST(Revocation, WhatPublicHoldsIsPublicsAlone) {
  const GrantFacts facts{
      .items = {item("public", Privilege::select), item("app", Privilege::select)},
      .uses = {{"public", "app"}}};
  EXPECT_EQ(only(steps(facts, {Privilege::select}, "public")).sql,
            "REVOKE SELECT ON TABLE shop.orders FROM PUBLIC;");
}

TEST(Revocation, ANameThatIsNotUtf8IsNotWritten) {
  GrantItem bad = item("a\xff", Privilege::select);
  const GrantFacts facts{.items = {bad}, .uses = {{"a\xff", "app"}}};
  EXPECT_NE(only_reason(steps(facts, {Privilege::select})).find("not valid UTF-8"), string::npos);
}

}  // namespace
}  // namespace conncheck
