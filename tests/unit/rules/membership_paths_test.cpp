#include "extension/rules/membership_paths.hpp"

#include <gtest/gtest.h>

#include <map>

namespace conncheck::rules::tests {
namespace {

using Memberships = std::map<RoleId, std::vector<MembershipGrant>>;

constexpr MembershipGrant inherit_only(RoleId role) { return {role, true, false, false}; }
constexpr MembershipGrant set_only(RoleId role) { return {role, false, true, false}; }
constexpr MembershipGrant both(RoleId role) { return {role, true, true, false}; }
constexpr MembershipGrant admin_only(RoleId role) { return {role, false, false, true}; }

MembershipPaths paths_of(RoleId role, const Memberships& memberships) {
  return MembershipPaths(role, [&](RoleId member) {
    const auto found = memberships.find(member);
    return found == memberships.end() ? std::vector<MembershipGrant>{} : found->second;
  });
}

std::vector<RoleId> roles(const std::optional<MembershipPath>& path) {
  std::vector<RoleId> result;
  for (const MembershipGrant& step : path.value().steps) {
    result.push_back(step.role);
  }
  return result;
}

using Roles = std::vector<RoleId>;

TEST(MembershipPaths, TheRoleItselfNeedsNoStep) {
  const MembershipPaths paths = paths_of(1, {});
  EXPECT_EQ(roles(paths.to(1)), Roles{});
  EXPECT_FALSE(paths.to(1)->requires_set_role());
  EXPECT_FALSE(paths.to(2));
}

TEST(MembershipPaths, TheShortestWayIsFound) {
  const MembershipPaths paths =
      paths_of(1, {{1, {both(2), both(3)}}, {2, {both(4)}}, {3, {both(5)}}, {4, {both(5)}}});
  EXPECT_EQ(roles(paths.to(5)), (Roles{3, 5}));
}

TEST(MembershipPaths, InheritanceGoesBeforeAShorterSetRole) {
  const MembershipPaths paths =
      paths_of(1, {{1, {set_only(3), inherit_only(2)}}, {2, {inherit_only(3)}}});
  EXPECT_EQ(roles(paths.to(3)), (Roles{2, 3}));
  EXPECT_FALSE(paths.to(3)->requires_set_role());
  EXPECT_EQ(roles(paths.becoming(3)), Roles{3});
}

TEST(MembershipPaths, SetRoleComesBeforeInheritance) {
  const MembershipPaths paths = paths_of(
      1, {{1, {set_only(2)}}, {2, {set_only(3)}}, {3, {inherit_only(4)}}, {4, {inherit_only(5)}}});
  EXPECT_EQ(roles(paths.to(5)), (Roles{2, 3, 4, 5}));
  EXPECT_EQ(paths.to(5)->set_role_steps, 2U);
  EXPECT_FALSE(paths.becoming(4));
}

TEST(MembershipPaths, WhatIsInheritedCannotBeLeftBySetRole) {
  // SET ROLE asks for SET along the whole way: not from a role that is only inherited from.
  const MembershipPaths paths = paths_of(1, {{1, {inherit_only(2)}}, {2, {set_only(3)}}});
  EXPECT_FALSE(paths.to(3));
  EXPECT_EQ(roles(paths.belonging(3)), (Roles{2, 3}));
}

TEST(MembershipPaths, AdminAloneGivesNothing) {
  const MembershipPaths paths = paths_of(1, {{1, {admin_only(2)}}, {2, {both(3)}}});
  EXPECT_FALSE(paths.to(2));
  EXPECT_FALSE(paths.to(3));
  EXPECT_TRUE(paths.belonging(2)->steps[0].admin);
}

TEST(MembershipPaths, OptionsOfSeveralGrantorsAddUp) {
  const MembershipPaths paths = paths_of(1, {{1, {admin_only(2), inherit_only(2), set_only(2)}}});
  const MembershipGrant step = paths.to(2)->steps.at(0);
  EXPECT_TRUE(step.inherit && step.set && step.admin);
}

TEST(MembershipPaths, TargetsOfSetRoleAreNearestFirst) {
  const MembershipPaths paths =
      paths_of(1, {{1, {set_only(9), inherit_only(3)}}, {9, {set_only(2)}}, {3, {set_only(4)}}});
  EXPECT_EQ(paths.set_role_targets(), (Roles{9, 2}));
}

TEST(MembershipPaths, PublicIsAMemberOfNothing) {
  const MembershipPaths paths = paths_of(public_role, {{public_role, {both(1)}}});
  EXPECT_FALSE(paths.to(1));
}

TEST(MembershipPaths, CirclesEnd) {
  const MembershipPaths paths =
      paths_of(1, {{1, {both(2)}}, {2, {both(1), set_only(3)}}, {3, {both(2)}}});
  EXPECT_EQ(roles(paths.to(3)), (Roles{2, 3}));
  EXPECT_EQ(roles(paths.to(1)), Roles{});
}

TEST(MembershipPaths, EachRoleOfADiamondIsAskedOnce) {
  // 12 layers of 2 roles each, everyone a member of both of the next layer: 4,096 ways to the top.
  Memberships memberships = {{1, {both(10), both(11)}}};
  for (RoleId layer = 1; layer < 12; ++layer) {
    memberships[layer * 10] =
        memberships[layer * 10 + 1] = {both(layer * 10 + 10), set_only(layer * 10 + 11)};
  }
  int asked = 0;
  const MembershipPaths paths(1, [&](RoleId member) {
    ++asked;
    return memberships[member];
  });
  EXPECT_EQ(asked, 25);
  EXPECT_EQ(paths.to(120)->steps.size(), 12U);
  EXPECT_EQ(paths.set_role_targets().size(), 24U);
}

}  // namespace
}  // namespace conncheck::rules::tests
