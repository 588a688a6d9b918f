#include "tests/unit/rules/fake_relations.hpp"

namespace conncheck::rules {
namespace {

using RewritingReadsTest = RewritingTest;

TEST_F(RewritingReadsTest, PassesByTable) {
  relations.held_[{base, audited}] = {select};
  EXPECT_TRUE(passes(relations, {base, {select}, {1}, {}, {}}, audited));
  EXPECT_FALSE(passes(relations, {base, {select, delete_}, {1}, {}, {}}, audited));
}

TEST_F(RewritingReadsTest, PassesByEachColumn) {
  relations.columns_[{base, audited}] = {{{1, "a", {select}}, {2, "b", {select, update}}},
                                         {{1, false}, {2, false}, {3, false}}};
  EXPECT_TRUE(passes(relations, {base, {select}, {1, 2}, {}, {}}, audited));
  EXPECT_FALSE(passes(relations, {base, {select}, {1, 3}, {}, {}}, audited));
  EXPECT_TRUE(passes(relations, {base, {select, update}, {1}, {}, {2}}, audited));
  EXPECT_FALSE(passes(relations, {base, {select, update}, {1}, {}, {1}}, audited));
  EXPECT_FALSE(passes(relations, {base, {insert}, {}, {1}, {}}, audited));
}

TEST_F(RewritingReadsTest, NoColumnNamedMeansAnyColumn) {
  relations.columns_[{base, audited}] = {{{1, "a", {select}}}, {{1, false}, {2, false}}};
  EXPECT_TRUE(passes(relations, {base, {select}, {}, {}, {}}, audited));
  relations.columns_[{base, audited}].grants = {{-1, "ctid", {select}}};
  EXPECT_FALSE(passes(relations, {base, {select}, {}, {}, {}}, audited));
}

TEST_F(RewritingReadsTest, WholeRowMeansEveryColumn) {
  relations.columns_[{base, audited}] = {{{1, "a", {select}}}, {{1, false}, {2, false}}};
  EXPECT_FALSE(passes(relations, {base, {select}, {0}, {}, {}}, audited));
  relations.columns_[{base, audited}].live = {{1, false}};
  EXPECT_TRUE(passes(relations, {base, {select}, {0}, {}, {}}, audited));
  relations.columns_[{base, audited}] = {};
  EXPECT_FALSE(passes(relations, {base, {select}, {0}, {}, {}}, audited));
}

TEST_F(RewritingReadsTest, MissingUserMappingFailsTheCheck) {
  relations.held_[{base, audited}] = {select};
  relations.unmapped_.insert({base, audited});
  EXPECT_FALSE(passes(relations, {base, {select}, {1}, {}, {}}, audited));
}

TEST_F(RewritingReadsTest, PlainViewAsksItsOwner) {
  relations.add_view(view, base);
  relations.held_[{base, audited}] = {select};
  EXPECT_FALSE(reads());
  relations.held_[{base, view_owner}] = {select};
  EXPECT_TRUE(reads());
}

TEST_F(RewritingReadsTest, InvokerViewAsksTheReader) {
  relations.add_view(view, base).security_invoker = true;
  relations.held_[{base, view_owner}] = {select};
  EXPECT_FALSE(reads());
  relations.held_[{base, audited}] = {select};
  EXPECT_TRUE(reads());
}

TEST_F(RewritingReadsTest, ViewsBeneathViewsAreJudgedByTheirOwnSort) {
  relations.add_view(view, base).security_invoker = true;
  relations.add_view(outer_view, view);
  relations.held_[{view, view_owner}] = {select};
  relations.held_[{base, view_owner}] = {select};
  EXPECT_FALSE(reads(outer_view));
  relations.held_[{base, audited}] = {select};
  EXPECT_TRUE(reads(outer_view));
  relations.held_[{view, view_owner}] = {};
  EXPECT_FALSE(reads(outer_view));
}

TEST_F(RewritingReadsTest, ViewsThatReadThemselvesAreBlocked) {
  relations.add_view(view, base);
  relations.held_[{base, view_owner}] = {select};
  relations.held_[{outer_view, view_owner}] = {select};
  relations.held_[{view, view_owner}] = {select};
  relations.add_view(outer_view, view);
  relations[view].reading.views_read = {outer_view};
  EXPECT_FALSE(reads());
}

TEST_F(RewritingReadsTest, ARelationThatIsGoneBlocks) {
  EXPECT_FALSE(reads(99));
  EXPECT_EQ(takes(Write::insert, 99), Answer::no);
  EXPECT_EQ(writes(Write::insert, 99), Answer::no);
}

TEST_F(RewritingReadsTest, LockingAViewAsksItsOwnerForTheSameBeneath) {
  relations.add_view(view, base).locking.checks = {{base, {update}, {}, {}, {}}};
  relations.add_view(outer_view, view);
  relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] = {select};
  EXPECT_TRUE(reads(outer_view));
  relations[outer_view].reading.views_locked = {view};
  EXPECT_FALSE(reads(outer_view));
  relations.held_[{base, view_owner}] = {select, update};
  EXPECT_TRUE(reads(outer_view));
}

TEST_F(RewritingReadsTest, FunctionsAreExecutedAsTheReader) {
  relations.add_view(view, base).reading.functions = {function};
  relations.held_[{base, view_owner}] = {select};
  relations.not_executable_ = {{function, view_owner}};
  EXPECT_TRUE(executes());
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes());
  EXPECT_TRUE(reads());
}

TEST_F(RewritingReadsTest, FunctionsOfColumnsThatNobodyReadsAreNotCalled) {
  relations.add_view(view, base).columns = {{2, FakeRelations::calls(function)}};
  relations.add_view(outer_view, view).columns = {{1, FakeRelations::reads_column(view, 1)}};
  relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] = {select};
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(view));
  EXPECT_TRUE(executes(outer_view));
  relations[outer_view].columns = {{1, FakeRelations::reads_column(view, 0)}};
  EXPECT_FALSE(executes(outer_view)) << "the whole row";
}

TEST_F(RewritingReadsTest, WhatComputesAColumnIsCalledByWhoReadsIt) {
  relations.computed_[{base, 0}] = {function};
  relations.computed_[{base, 2}] = {function};
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(Rewriting(relations, audited).may_execute_reading(base));
  EXPECT_TRUE(Rewriting(relations, audited).may_execute_reading(other));

  Rewrites& added = relations.add_view(view, base);
  relations.held_[{base, view_owner}] = {select};
  EXPECT_TRUE(Rewriting(relations, audited).may_execute_reading(view));
  added.columns = {{1, {}}, {2, {}}};
  added.columns[0].demands.table_columns_read = {{base, 1}};
  EXPECT_TRUE(Rewriting(relations, audited).may_execute_reading(view));
  added.columns[1].demands.table_columns_read = {{base, 2}};
  EXPECT_FALSE(Rewriting(relations, audited).may_execute_reading(view));
  relations.not_executable_ = {{function, view_owner}};
  EXPECT_TRUE(Rewriting(relations, audited).may_execute_reading(view));
}

TEST_F(RewritingReadsTest, AnAggregatesPartsAreCalledByItsOwner) {
  constexpr RoleId aggregate_owner = 30;
  relations.add_view(view, base);
  relations.held_[{base, view_owner}] = {select};
  relations[view].reading.called_as = {{function, aggregate_owner}};
  relations.not_executable_ = {{function, audited}, {function, view_owner}};
  EXPECT_TRUE(Rewriting(relations, audited).may_execute_reading(view));
  relations.not_executable_ = {{function, aggregate_owner}};
  EXPECT_FALSE(Rewriting(relations, audited).may_execute_reading(view));
}

}  // namespace
}  // namespace conncheck::rules
