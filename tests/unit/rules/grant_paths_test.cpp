#include "extension/rules/grant_paths.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules::tests {
namespace {

constexpr RoleId role = 1;
constexpr RoleId owner = 2;
constexpr RoleId group = 3;
constexpr RoleId reachable = 4;
constexpr RoleId stranger = 5;
constexpr RoleId reads_all = 6;
constexpr PrivilegeSet select = {Privilege::select};

MembershipPaths member_of(std::vector<MembershipGrant> direct) {
  return MembershipPaths(role, [&](RoleId member) {
    return member == role ? direct : std::vector<MembershipGrant>{};
  });
}

std::vector<GrantPath> ways(const MembershipPaths& memberships, const std::vector<AclItem>& grants,
                            PrivilegeHolders holders = {}) {
  holders.owner = owner;
  holders.grants = grants;
  return grant_paths(memberships, holders, Privilege::select);
}

const std::vector<MembershipGrant> of_group = {{group, true, true, false},
                                               {reachable, false, true, false}};

TEST(GrantPaths, OneForEachGrantorAndHolder) {
  const auto found = ways(member_of(of_group), {{role, select, {}, owner},
                                                {role, select, select, group},
                                                {public_role, select, {}, owner},
                                                {group, select, {}, owner},
                                                {stranger, select, {}, owner}});
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].source, GrantSource::direct);
  EXPECT_FALSE(found[0].grantable);
  EXPECT_EQ(found[1].grantor, group);
  EXPECT_TRUE(found[1].grantable);
  EXPECT_EQ(found[2].source, GrantSource::public_);
  EXPECT_EQ(found[3].source, GrantSource::member);
  EXPECT_EQ(found[3].path.steps.size(), 1U);
}

TEST(GrantPaths, OtherPrivilegesDoNotCount) {
  EXPECT_TRUE(ways(member_of({}), {{role, {Privilege::insert}, {}, owner}}).empty());
}

TEST(GrantPaths, SetRoleIsToldOf) {
  const auto found = ways(member_of(of_group), {{reachable, select, {}, owner}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].path.requires_set_role());
}

TEST(GrantPaths, OwnersHoldWhatTheyHaveNotRevoked) {
  const std::vector<MembershipGrant> of_owner = {{owner, true, true, false}};
  EXPECT_TRUE(ways(member_of(of_owner), {}).empty());
  const auto found =
      ways(member_of(of_owner), {{owner, select, {}, owner}, {role, select, {}, owner}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].source, GrantSource::owner);
  EXPECT_TRUE(found[0].grantable);
  // the grant option is the owner's, by whatever grant the privilege is held
  EXPECT_TRUE(found[1].grantable);
}

TEST(GrantPaths, AnOwnersGrantOptionThatNeedsSetRoleIsNotHeld) {
  const auto found = ways(member_of({{owner, false, true, false}}), {{role, select, {}, owner}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].grantable);
}

TEST(GrantPaths, SuperusersHoldEverything) {
  const std::vector<RoleId> superusers = {role, reachable, group};
  const auto found = ways(member_of({{reachable, false, true, false}, {group, true, false, false}}),
                          {}, {.superusers = superusers});
  // that of a group cannot be inherited, and without SET nobody becomes it
  ASSERT_EQ(found.size(), 2U);
  EXPECT_FALSE(found[0].path.requires_set_role());
  EXPECT_TRUE(found[1].path.requires_set_role());
  EXPECT_TRUE(found[0].grantable);
}

TEST(GrantPaths, WhatOnlySuperusersMayNoGrantGives) {
  EXPECT_TRUE(ways(member_of({}), {{role, select, {}, owner}}, {.superusers_only = true}).empty());
}

TEST(GrantPaths, PredefinedRolesNeedNoGrant) {
  const std::vector<RoleId> predefined = {reads_all};
  const auto found =
      ways(member_of({{reads_all, true, true, false}}), {}, {.predefined_roles = predefined});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].source, GrantSource::predefined_role);
  EXPECT_EQ(found[0].grantor, public_role);
  EXPECT_FALSE(found[0].grantable);
}

TEST(GrantPaths, WhichPredefinedRolesThereAre) {
  constexpr PredefinedRoles all = {100, 101, 102};
  using Roles = std::vector<RoleId>;
  EXPECT_EQ(predefined_holders(ObjectType::table, Privilege::select, all), Roles{100});
  EXPECT_EQ(predefined_holders(ObjectType::column, Privilege::insert, all), Roles{101});
  EXPECT_EQ(predefined_holders(ObjectType::table, Privilege::maintain, all), Roles{102});
  EXPECT_EQ(predefined_holders(ObjectType::sequence, Privilege::select, all), Roles{100});
  EXPECT_EQ(predefined_holders(ObjectType::sequence, Privilege::update, all), Roles{101});
  EXPECT_EQ(predefined_holders(ObjectType::schema, Privilege::usage, all), (Roles{100, 101}));
  EXPECT_TRUE(predefined_holders(ObjectType::table, Privilege::truncate, all).empty());
  EXPECT_TRUE(predefined_holders(ObjectType::sequence, Privilege::usage, all).empty());
  EXPECT_TRUE(predefined_holders(ObjectType::large_object, Privilege::select, all).empty());
  EXPECT_TRUE(predefined_holders(ObjectType::table, Privilege::select, {}).empty());
}

TEST(GrantPaths, WhatHasNoOwnerIsNotPublicsOwn) {
  const MembershipPaths nobody(public_role, [](RoleId) { return std::vector<MembershipGrant>{}; });
  const std::vector<AclItem> grants = {{public_role, select, {}, owner}};
  const auto found = grant_paths(nobody, {.grants = grants}, Privilege::select);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].grantable);
}

}  // namespace
}  // namespace conncheck::rules::tests
