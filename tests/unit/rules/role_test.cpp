#include "extension/rules/role.hpp"

#include <gtest/gtest.h>

#include "tests/unit/rules/roles.hpp"

namespace conncheck::rules::tests {
namespace {

TEST(Role, HasItsOwnPrivileges) {
  Role role = role_with(reader);
  EXPECT_TRUE(role.has_privileges_of(reader));
  EXPECT_FALSE(role.has_privileges_of(owner));
}

TEST(Role, HasThoseOfInheritedRolesOnly) {
  Role role = role_with(reader, {group});
  EXPECT_TRUE(role.has_privileges_of(group));
  EXPECT_FALSE(role.has_privileges_of(stranger));
}

TEST(Role, AsksAboutEachRoleOnce) {
  int asked = 0;
  Role role(reader, {}, {}, [&](RoleId) {
    ++asked;
    return true;
  });
  EXPECT_TRUE(role.has_privileges_of(group));
  EXPECT_TRUE(role.has_privileges_of(group));
  EXPECT_EQ(asked, 1);
}

TEST(Role, SuperuserHasEveryRolesPrivileges) {
  Role role = role_with(reader, {}, {.superuser = true});
  EXPECT_TRUE(role.has_privileges_of(stranger));
  EXPECT_TRUE(role.reads_all_data());
}

TEST(Role, PublicHasNobodysPrivileges) {
  Role everyone(public_role, {}, predefined, [](RoleId) { return true; });
  EXPECT_FALSE(everyone.has_privileges_of(owner));
  EXPECT_FALSE(everyone.has_privileges_of(public_role));
  EXPECT_FALSE(everyone.reads_all_data());
}

TEST(Role, EveryoneReceivesGrantsToPublic) {
  Role role = role_with(stranger);
  EXPECT_TRUE(role.receives_grants_to(public_role));
  EXPECT_FALSE(role.receives_grants_to(group));
  Role everyone = role_with(public_role);
  EXPECT_TRUE(everyone.receives_grants_to(public_role));
}

TEST(Role, PredefinedRolesOfOlderServersDoNotExist) {
  Role role(reader, {}, {}, [](RoleId) { return true; });
  EXPECT_FALSE(role.reads_all_data());
  EXPECT_FALSE(role.writes_all_data());
  EXPECT_FALSE(role.maintains_all());
}

}  // namespace
}  // namespace conncheck::rules::tests
