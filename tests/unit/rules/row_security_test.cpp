#include "extension/rules/row_security.hpp"

#include <gtest/gtest.h>

#include "tests/unit/rules/roles.hpp"

namespace conncheck::rules::tests {
namespace {

TEST(RowSecurity, NoneUnlessEnabled) {
  Role role = role_with(reader);
  EXPECT_EQ(row_security(role, owner, false, true), RowSecurity::none);
}

TEST(RowSecurity, AppliesToOthers) {
  Role role = role_with(reader);
  EXPECT_EQ(row_security(role, owner, true, false), RowSecurity::applies);
}

TEST(RowSecurity, OwnerBypassesUnlessForced) {
  Role of_owner = role_with(owner);
  Role member = role_with(reader, {owner});
  EXPECT_EQ(row_security(of_owner, owner, true, false), RowSecurity::bypassed);
  EXPECT_EQ(row_security(member, owner, true, false), RowSecurity::bypassed);
  EXPECT_EQ(row_security(of_owner, owner, true, true), RowSecurity::applies);
}

TEST(RowSecurity, ForceDoesNotBindSuperuserAndBypassrls) {
  Role superuser = role_with(reader, {}, {.superuser = true});
  Role bypassing = role_with(reader, {}, {.bypass_rls = true});
  EXPECT_EQ(row_security(superuser, owner, true, true), RowSecurity::bypassed);
  EXPECT_EQ(row_security(bypassing, owner, true, true), RowSecurity::bypassed);
}

TEST(RowSecurity, Words) {
  EXPECT_EQ(to_string(RowSecurity::none), "none");
  EXPECT_EQ(to_string(RowSecurity::applies), "applies");
  EXPECT_EQ(to_string(RowSecurity::bypassed), "bypassed");
}

}  // namespace
}  // namespace conncheck::rules::tests
