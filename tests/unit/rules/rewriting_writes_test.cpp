#include "tests/unit/rules/fake_relations.hpp"

namespace conncheck::rules {
namespace {

using RewritingWritesTest = RewritingTest;

TEST_F(RewritingWritesTest, TablesTakeEverything) {
  for (const Write write : all_writes) {
    EXPECT_EQ(takes(write, base), Answer::yes);
    EXPECT_EQ(writes(write, base), Answer::yes);
  }
}

TEST_F(RewritingWritesTest, MaterializedViewsTakeNothing) {
  relations[base].kind = RelationKind::materialized_view;
  for (const Write write : all_writes) {
    EXPECT_EQ(takes(write, base), Answer::no);
  }
}

TEST_F(RewritingWritesTest, ForeignTablesTakeWhatTheWrapperSays) {
  relations[base].kind = RelationKind::foreign_table;
  relations.foreign_[Write::delete_] = Answer::no;
  relations.foreign_[Write::update] = Answer::unknown;
  EXPECT_EQ(takes(Write::insert, base), Answer::yes);
  EXPECT_EQ(takes(Write::update, base), Answer::unknown);
  EXPECT_EQ(takes(Write::delete_, base), Answer::no);
  relations.add_view(view, base);
  EXPECT_EQ(takes(Write::update), Answer::unknown);
}

TEST_F(RewritingWritesTest, ViewsTakeWritesByThemselvesRuleOrTrigger) {
  relations.add_view(view, base);
  EXPECT_EQ(takes(Write::insert), Answer::yes);
  relations[view].updatable.reset();
  EXPECT_EQ(takes(Write::insert), Answer::no);
  relations[view].writes[0].instead_rule = true;
  EXPECT_EQ(takes(Write::insert), Answer::yes);
  EXPECT_EQ(takes(Write::update), Answer::no);
  relations[view].writes[1].instead_trigger = true;
  EXPECT_EQ(takes(Write::update), Answer::yes);
}

TEST_F(RewritingWritesTest, WithoutUpdatableColumnAViewTakesDeleteOnly) {
  relations.add_view(view, base).updatable->columns.clear();
  EXPECT_EQ(takes(Write::insert), Answer::no);
  EXPECT_EQ(takes(Write::update), Answer::no);
  EXPECT_EQ(takes(Write::delete_), Answer::yes);
  // also when the columns get lost a level further down
  relations.add_view(outer_view, view);
  relations.held_[{view, view_owner}] = relations.held_[{base, view_owner}] = dml;
  EXPECT_EQ(takes(Write::update, outer_view), Answer::no);
  EXPECT_EQ(takes(Write::delete_, outer_view), Answer::yes);
  EXPECT_EQ(writes(Write::delete_, outer_view), Answer::yes);
}

TEST_F(RewritingWritesTest, WritingThroughAViewAsksItsOwnerForTheSameOnTheBase) {
  relations.add_view(view, base);
  relations.held_[{base, audited}] = dml;
  relations.held_[{base, view_owner}] = {delete_};
  EXPECT_EQ(writes(Write::delete_), Answer::yes);
  EXPECT_EQ(writes(Write::insert), Answer::no);
  relations[view].security_invoker = true;
  EXPECT_EQ(writes(Write::insert), Answer::yes);
}

TEST_F(RewritingWritesTest, WritingThroughAViewByMappedColumns) {
  relations.add_view(view, base).updatable->columns = {{1, 3}, {2, 2}};
  ColumnHoldings& columns = relations.columns_[{base, view_owner}];
  columns.live = {{1, false}, {2, false}, {3, false}};
  columns.grants = {{2, "b", {update}}, {3, "c", {update}}};
  EXPECT_EQ(writes(Write::update), Answer::yes);
  EXPECT_EQ(writes(Write::insert), Answer::no);
  columns.grants.pop_back();
  EXPECT_EQ(writes(Write::update), Answer::no);
  columns.live[2].generated = true;
  EXPECT_EQ(writes(Write::update), Answer::yes);
  columns.live[1].generated = true;
  EXPECT_EQ(writes(Write::update), Answer::no);
}

TEST_F(RewritingWritesTest, ThroughAViewFixedColumnsTakeNoUpdate) {
  relations.add_view(view, base);
  relations.add_view(outer_view, view);
  relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] = dml;
  ColumnHoldings& columns = relations.columns_[{base, audited}];
  columns.live = {{1, false, true}, {2, false, false}};
  relations.columns_[{base, view_owner}] = columns;
  EXPECT_EQ(takes(Write::update, outer_view), Answer::yes);
  columns.live[1].generated = true;
  for (const RelationId written : {view, outer_view}) {
    EXPECT_EQ(takes(Write::update, written), Answer::no);
    EXPECT_EQ(takes(Write::insert, written), Answer::yes);
    EXPECT_EQ(takes(Write::delete_, written), Answer::yes);
  }
  EXPECT_EQ(takes(Write::update, base), Answer::yes);
}

TEST_F(RewritingWritesTest, TheConditionIsReadByUpdateAndDelete) {
  relations.add_view(view, base).updatable->condition.checks = {{other, {select}, {1}, {}, {}}};
  relations.held_[{base, view_owner}] = dml;
  EXPECT_EQ(writes(Write::insert), Answer::yes);
  EXPECT_EQ(writes(Write::update), Answer::no);
  EXPECT_EQ(writes(Write::delete_), Answer::no);
  relations[view].updatable->checks_option = true;
  EXPECT_EQ(writes(Write::insert), Answer::no);
  relations.held_[{other, view_owner}] = {select};
  EXPECT_EQ(writes(Write::insert), Answer::yes);
  EXPECT_EQ(writes(Write::update), Answer::yes);
}

TEST_F(RewritingWritesTest, OnlyTheCascadedCheckOptionReachesDown) {
  relations.add_view(view, base).updatable->condition.checks = {{other, {select}, {1}, {}, {}}};
  relations.add_view(outer_view, view).updatable->checks_option = true;
  relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] = dml;
  EXPECT_EQ(writes(Write::insert, outer_view), Answer::yes);
  relations[outer_view].updatable->cascades_option = true;
  EXPECT_EQ(writes(Write::insert, outer_view), Answer::no);
}

TEST_F(RewritingWritesTest, InsteadOfTriggersReadTheViewForUpdateAndDelete) {
  relations.add_view(view, base).updatable.reset();
  for (WriteRewrite& write : relations[view].writes) {
    write.instead_trigger = true;
  }
  EXPECT_EQ(writes(Write::insert), Answer::yes);
  EXPECT_EQ(writes(Write::update), Answer::no);
  EXPECT_EQ(writes(Write::delete_), Answer::no);
  relations.held_[{base, view_owner}] = {select};
  EXPECT_EQ(writes(Write::update), Answer::yes);
}

TEST_F(RewritingWritesTest, ColumnsThatEndOnTheWayAreNotAsked) {
  relations.add_view(view, base).updatable->columns = {{2, 2}};
  relations.add_view(outer_view, view);
  relations.held_[{base, view_owner}] = dml;
  relations.held_[{view, view_owner}] = {delete_};
  relations.columns_[{view, view_owner}] = {{{2, "b", {update}}}, {{1, false}, {2, false}}};
  EXPECT_EQ(takes(Write::update, outer_view), Answer::yes);
  EXPECT_EQ(writes(Write::update, outer_view), Answer::yes);
  EXPECT_EQ(writes(Write::insert, outer_view), Answer::no);
}

TEST_F(RewritingWritesTest, FunctionsOfTheConditionAreCalledByUpdateAndDelete) {
  relations.add_view(view, base).updatable->condition = FakeRelations::calls(function);
  relations.held_[{base, view_owner}] = dml;
  relations.not_executable_ = {{function, audited}};
  EXPECT_TRUE(executes(Write::insert));
  EXPECT_FALSE(executes(Write::update));
  EXPECT_FALSE(executes(Write::delete_));
  EXPECT_EQ(writes(Write::update), Answer::yes);
}

TEST_F(RewritingWritesTest, WhatARowIsWrittenWithIsCalledByWhoRunsTheStatement) {
  relations.add_view(view, base);
  relations.called_[{base, Write::insert}] = {function};
  relations.not_executable_ = {{function, view_owner}};
  EXPECT_TRUE(executes(Write::insert, base));
  EXPECT_TRUE(executes(Write::insert, view));
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(Write::insert, base));
  EXPECT_FALSE(executes(Write::insert, view));
  EXPECT_TRUE(executes(Write::delete_, base));
}

TEST_F(RewritingWritesTest, TheConditionsOfAViewsTriggersAreCalled) {
  relations.add_view(view, base).writes[0].instead_trigger = true;
  relations.called_[{view, Write::insert}] = {function};
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(Write::insert, view));
  EXPECT_TRUE(executes(Write::update, view));
}

}  // namespace
}  // namespace conncheck::rules
