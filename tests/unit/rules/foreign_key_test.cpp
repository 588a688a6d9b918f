#include "extension/rules/foreign_key.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules {
namespace {

using enum Privilege;

constexpr RelationId keys = 1;
constexpr RelationId referrer = 2;

ForeignKey key_with(ReferentialAction on_update, ReferentialAction on_delete) {
  return {"k", referrer, keys, {3, 4}, {1, 2}, {}, on_update, on_delete};
}

TEST(ForeignKeyTest, ANewKeyIsLookedUpAndLocked) {
  const auto checks = checks_of_new_key(key_with({}, {}));
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].relation, keys);
  EXPECT_EQ(checks[0].required, (PrivilegeSet{select, update}));
  EXPECT_EQ(checks[0].selected, (std::vector{1, 2}));
  EXPECT_TRUE(checks[0].updated.empty()) << "any column will do";
}

TEST(ForeignKeyTest, WithoutAnActionBothSidesAreLookedAt) {
  const auto checks = checks_of_lost_key(key_with({}, {}), Write::delete_);
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].relation, keys);
  EXPECT_EQ(checks[1].relation, referrer);
  EXPECT_EQ(checks[1].required, (PrivilegeSet{select, update}));
  EXPECT_EQ(checks[1].selected, (std::vector{3, 4}));
}

TEST(ForeignKeyTest, EachWriteHasItsOwnAction) {
  const ForeignKey key = key_with(ReferentialAction::forbid, ReferentialAction::cascade);
  const auto updated = checks_of_lost_key(key, Write::update);
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0].required, (PrivilegeSet{select, update}));
  EXPECT_TRUE(updated[0].updated.empty());
  const auto deleted = checks_of_lost_key(key, Write::delete_);
  ASSERT_EQ(deleted.size(), 1U);
  EXPECT_EQ(deleted[0].relation, referrer);
  EXPECT_EQ(deleted[0].required, (PrivilegeSet{select, delete_}));
}

TEST(ForeignKeyTest, ACascadedUpdateAssignsTheKey) {
  const auto checks = checks_of_lost_key(key_with(ReferentialAction::cascade, {}), Write::update);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].required, (PrivilegeSet{select, update}));
  EXPECT_EQ(checks[0].updated, (std::vector{3, 4}));
}

TEST(ForeignKeyTest, SetNullMayNameSomeColumns) {
  ForeignKey key = key_with(ReferentialAction::set, ReferentialAction::set);
  key.columns_set_on_delete = {4};
  EXPECT_EQ(checks_of_lost_key(key, Write::delete_)[0].updated, (std::vector{4}));
  EXPECT_EQ(checks_of_lost_key(key, Write::update)[0].updated, (std::vector{3, 4}));
}

}  // namespace
}  // namespace conncheck::rules
