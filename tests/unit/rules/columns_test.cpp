#include "extension/rules/columns.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules {
namespace {

using enum Privilege;

TEST(EveryColumn, AllGranted) {
  const ColumnHoldings columns = {{{1, "a", {select}}, {2, "b", {select, insert}}},
                                  {{1, false}, {2, false}}};
  EXPECT_EQ(held_on_every_column(columns), PrivilegeSet{select});
}

TEST(EveryColumn, OneMissing) {
  const ColumnHoldings columns = {{{1, "a", {select}}}, {{1, false}, {2, false}}};
  EXPECT_TRUE(held_on_every_column(columns).empty());
}

TEST(EveryColumn, SystemColumnsAreNotAskedForAndDoNotHelp) {
  EXPECT_EQ(held_on_every_column({{{-1, "ctid", {select}}, {1, "a", {select}}}, {{1, false}}}),
            PrivilegeSet{select});
  EXPECT_TRUE(held_on_every_column({{{-1, "ctid", {select}}}, {{1, false}}}).empty());
}

TEST(EveryColumn, WithoutColumnsNothingIsHeld) {
  EXPECT_TRUE(held_on_every_column({{}, {}}).empty());
  EXPECT_TRUE(held_on_every_column({{{-1, "ctid", {select}}}, {}}).empty());
}

TEST(EveryColumn, GeneratedColumnsAreReadButNotWritten) {
  const ColumnHoldings columns = {{{1, "a", {select, insert, update}}}, {{1, false}, {2, true}}};
  EXPECT_EQ(held_on_every_column(columns), (PrivilegeSet{insert, update}));
}

TEST(EveryColumn, OnlyGeneratedColumnsTakeAnInsertOfDefaults) {
  const ColumnHoldings columns = {{{1, "a", {select, insert, update}}}, {{1, true}, {2, true}}};
  EXPECT_EQ(held_on_every_column(columns), PrivilegeSet{insert});
  EXPECT_TRUE(held_on_every_column({{}, {{1, true}}}).empty());
}

TEST(ColumnTally, IsDecidedOnceEachPrivilegeIsLackingSomewhere) {
  ColumnTally tally;
  EXPECT_FALSE(tally.is_decided());
  tally.add({insert, update}, true);  // generated: says nothing about writing
  EXPECT_FALSE(tally.is_decided());
  tally.add({select, update}, false);
  EXPECT_FALSE(tally.is_decided());
  EXPECT_EQ(tally.held_on_every(), PrivilegeSet{update});
  tally.add({select, insert}, false);
  EXPECT_TRUE(tally.is_decided());
  EXPECT_TRUE(tally.held_on_every().empty());
}

TEST(SomeColumn, AnyColumnCounts) {
  EXPECT_EQ(held_on_some_column({{-1, "ctid", {select}}, {2, "b", {update}}}),
            (PrivilegeSet{select, update}));
}

TEST(OneColumn, ItsOwnAclOnly) {
  const std::vector<ColumnGrant> grants = {{1, "a", {select}}, {2, "b", {update}}};
  EXPECT_TRUE(held_on_column(grants, 2, update));
  EXPECT_FALSE(held_on_column(grants, 1, update));
  EXPECT_FALSE(held_on_column(grants, 3, update));
}

}  // namespace
}  // namespace conncheck::rules
