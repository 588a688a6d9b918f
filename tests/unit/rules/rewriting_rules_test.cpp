#include "tests/unit/rules/fake_relations.hpp"

namespace conncheck::rules {
namespace {

using RewritingRulesTest = RewritingTest;

TEST_F(RewritingRulesTest, RulesAskTheOwnerEvenOnInvokerViews) {
  relations.add_view(view, base).security_invoker = true;
  relations[view].writes[0].instead_rule = true;
  relations.done_on_insert(view).checks = {{other, {insert}, {}, {1}, {}}};
  relations.done_on_insert(view).writes = {{other, Write::insert, {1}, false, {}}};
  relations.held_[{other, audited}] = {insert};
  EXPECT_EQ(writes(Write::insert), Answer::no);
  relations.held_[{other, view_owner}] = {insert};
  EXPECT_EQ(writes(Write::insert), Answer::yes);
}

TEST_F(RewritingRulesTest, RulesOfTablesCountAsWell) {
  relations[base].owner = view_owner;
  relations.done_on_insert(base).checks = {{other, {insert}, {}, {1}, {}}};
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
  EXPECT_EQ(writes(Write::update, base), Answer::yes);
  relations.held_[{other, view_owner}] = {insert};
  EXPECT_EQ(writes(Write::insert, base), Answer::yes);
}

TEST_F(RewritingRulesTest, WhatARuleWritesIsFollowed) {
  relations.add_view(view, base);
  relations[other].owner = view_owner;
  relations.done_on_insert(other).writes = {{view, Write::insert, {1}, false, {}}};
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.held_[{base, view_owner}] = {insert};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations.done_on_insert(other).writes = {{view, Write::insert, {3}, false, {}}};
  EXPECT_EQ(writes(Write::insert, other), Answer::no) << "not a column that the view can write";
}

TEST_F(RewritingRulesTest, WhatARuleWritesMustTakeIt) {
  relations.done_on_insert(other).writes = {{base, Write::insert, {1}, false, {}}};
  relations[base].kind = RelationKind::foreign_table;
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations.foreign_[Write::insert] = Answer::no;
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.foreign_[Write::insert] = Answer::unknown;
  EXPECT_EQ(writes(Write::insert, other), Answer::unknown);
}

TEST_F(RewritingRulesTest, AConditionalInsteadRuleEndsAutomaticUpdates) {
  Rewrites& rewrites = relations.add_view(view, base);
  relations.add_view(outer_view, view);
  relations.held_[{base, view_owner}] = dml;
  relations.held_[{view, view_owner}] = dml;
  rewrites.writes[1].conditional_instead_rule = true;
  EXPECT_EQ(takes(Write::update), Answer::no);
  EXPECT_EQ(takes(Write::update, outer_view), Answer::no);
  EXPECT_EQ(takes(Write::insert), Answer::yes);
  relations.done_on_insert(other).writes = {{view, Write::update, {1}, false, {}}};
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  rewrites.writes[1].instead_trigger = true;
  EXPECT_EQ(takes(Write::update), Answer::yes);
}

TEST_F(RewritingRulesTest, ARuleReadsItsViewWhereAConditionFurtherOutNamesItsColumns) {
  Rewrites& ruled = relations.add_view(view, base);
  UpdatableView& outer = *relations.add_view(outer_view, view).updatable;
  relations.held_[{base, view_owner}] = dml;
  relations.held_[{view, view_owner}] = dml;
  for (WriteRewrite& write : ruled.writes) {
    write.actions.resize(1);
    write.actions[0].writes = {{other, Write::delete_, {}, false, {}}};
  }
  EXPECT_EQ(writes(Write::delete_, outer_view), Answer::yes);
  outer.named = {1};
  EXPECT_EQ(writes(Write::delete_, outer_view), Answer::no);
  EXPECT_EQ(writes(Write::update, outer_view), Answer::no);
  EXPECT_EQ(writes(Write::insert, outer_view), Answer::yes);
  relations.held_[{base, view_owner}] = dml | PrivilegeSet{select};
  EXPECT_EQ(writes(Write::delete_, outer_view), Answer::yes);
  ruled.columns = {{2, FakeRelations::calls(function)}};
  relations.not_executable_ = {{function, audited}};
  EXPECT_TRUE(executes(Write::delete_, outer_view));
  ruled.is_merged = false;
  EXPECT_TRUE(executes(Write::delete_, outer_view));
  ruled.writes[2].actions[0].marks_rows = true;
  EXPECT_FALSE(executes(Write::delete_, outer_view));
  outer.named = {2};
  EXPECT_FALSE(executes(Write::update, outer_view));
}

TEST_F(RewritingRulesTest, AStatementOfARuleNamesColumnsAsAConditionDoes) {
  Rewrites& ruled = relations.add_view(view, base);
  relations[other].owner = view_owner;
  WriteRewrite& deletion = ruled.writes[2];
  deletion.instead_rule = true;
  deletion.actions.resize(1);
  deletion.actions[0].writes = {{base, Write::insert, {1}, false, {}}};
  WriteTarget deleted{view, Write::delete_, {}, true, {1}};
  relations.done_on_insert(other).writes = {deleted};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  deleted.named = {1};
  relations.done_on_insert(other).writes = {deleted};
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.held_[{base, view_owner}] = {select};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
}

TEST(UpdatableView, ColumnsThatAConditionNamesAreFollowedDown) {
  UpdatableView updatable{base, {{1, 3}}, {}, {}, {}, false, false, {7}, {{2, 4}, {2, 5}}};
  EXPECT_EQ(updatable.named_beneath({}), (std::vector{7}));
  EXPECT_EQ(updatable.named_beneath({1}), (std::vector{3, 7}));
  EXPECT_EQ(updatable.named_beneath({2}), (std::vector{4, 5, 7}));
  EXPECT_EQ(updatable.named_beneath({0}), (std::vector{3, 4, 5, 7}));
}

TEST_F(RewritingRulesTest, RulesThatNeverEndAreBlocked) {
  relations.done_on_insert(base).writes = {{other, Write::insert, {1}, false, {}}};
  relations.done_on_insert(other).writes = {{base, Write::insert, {1}, false, {}}};
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
  EXPECT_EQ(writes(Write::delete_, base), Answer::yes);
}

TEST_F(RewritingRulesTest, ARuleThatReadsTheViewThatItWritesNeedsTheOwnersSelect) {
  relations.add_view(view, base);
  relations[other].owner = view_owner;
  relations.done_on_insert(other).writes = {{view, Write::update, {1}, true, {1}}};
  relations.held_[{base, view_owner}] = {update};
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.held_[{base, view_owner}] = {select, update};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations[view].columns = {{1, FakeRelations::calls(function)}};
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(Write::insert, other));
}

TEST_F(RewritingRulesTest, ARuleInsteadLeavesTheTableUnwritten) {
  relations.called_[{base, Write::insert}] = {function};
  relations.not_executable_ = {{function, audited}};
  relations[base].writes[0].instead_rule = true;
  EXPECT_TRUE(executes(Write::insert, base));
}

TEST_F(RewritingRulesTest, AWriteThatRulesMakeNothingOfVanishes) {
  relations.add_view(view, base);
  relations.add_view(outer_view, view);
  relations[base].writes[0].instead_rule = true;
  Rewriting rewriting(relations, audited);
  EXPECT_TRUE(rewriting.vanishes(base, Write::insert));
  EXPECT_TRUE(rewriting.vanishes(outer_view, Write::insert));
  EXPECT_FALSE(rewriting.vanishes(outer_view, Write::delete_));
  EXPECT_EQ(rewriting.writable_beneath(outer_view, Write::insert), Answer::yes);
  EXPECT_EQ(rewriting.writable_beneath(outer_view, Write::delete_), Answer::no);
}

TEST_F(RewritingRulesTest, ARuleThatDoesSomethingKeepsTheWrite) {
  relations.add_view(view, base);
  relations[base].writes[0].instead_rule = true;
  relations.done_on_insert(view).checks = {{other, {insert}, {}, {1}, {}}};
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(view, Write::insert));
  relations.done_on_insert(base).checks = {{other, {insert}, {}, {1}, {}}};
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(base, Write::insert));
}

TEST_F(RewritingRulesTest, ARuleOnWhatRulesMakeNothingOfDoesNothing) {
  relations.add_view(view, base);
  relations[base].writes[2].instead_rule = true;
  relations.done_on_insert(other) = FakeRelations::reads_table(base);
  RuleAction& action = relations[other].writes[0].actions[0];
  action.writes = {{view, Write::delete_, {}, true, {1}}};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(other, Write::insert));
  relations[other].writes[0].instead_rule = true;
  EXPECT_TRUE(Rewriting(relations, audited).vanishes(other, Write::insert));
  action.writes[0].write = Write::update;
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(other, Write::insert));
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations[base].writes[1].instead_rule = true;
  EXPECT_TRUE(Rewriting(relations, audited).vanishes(other, Write::insert));
  action.writes[0].columns = {3};
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(other, Write::insert))
      << "not a column that the view can write";
}

TEST_F(RewritingRulesTest, AValueForAColumnThatTakesNoneIsRefused) {
  relations.add_view(view, base);
  ColumnHoldings& columns = relations.columns_[{base, audited}];
  columns.live = {{1, true}, {2, false, true}};
  relations.columns_[{base, view_owner}] = columns;
  relations.held_[{base, view_owner}] = dml;
  for (const RelationId target : {base, view}) {
    std::vector<WriteTarget>& done = relations.done_on_insert(other).writes;
    done = {{target, Write::insert, {1, 2}, false, {}}};
    EXPECT_EQ(writes(Write::insert, other), Answer::yes) << "DEFAULT for both";
    done[0].assigned = {1};
    EXPECT_EQ(writes(Write::insert, other), Answer::no) << "generated";
    done[0].assigned = {2};
    EXPECT_EQ(writes(Write::insert, other), Answer::no) << "an identity, ALWAYS";
    done[0].overriding = true;
    EXPECT_EQ(writes(Write::insert, other), Answer::yes);
    done[0].assigned = {1};
    EXPECT_EQ(writes(Write::insert, other), Answer::no);
  }
  relations[base].writes[0].instead_rule = true;
  EXPECT_EQ(writes(Write::insert, other), Answer::no) << "before the rule is looked at";
  relations[view].writes[0].instead_rule = true;
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
}

TEST_F(RewritingRulesTest, OnConflictIsRefusedWhereRulesAreInTheWay) {
  relations.done_on_insert(other).writes = {{base, Write::insert, {1}, false, {}, true}};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations[base].rules_meet_conflicts = true;
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations[base].writes[0].instead_rule = true;
  EXPECT_EQ(writes(Write::insert, other), Answer::no) << "not even dropped";
  relations.done_on_insert(other).writes[0].on_conflict = false;
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
}

TEST_F(RewritingRulesTest, AViewPassesOnConflictOnWithoutItsRulesForUpdate) {
  Rewrites& rewrites = relations.add_view(view, base);
  rewrites.rules_meet_conflicts = true;
  rewrites.writes[1].instead_rule = true;
  rewrites.writes[1].actions.resize(1);
  rewrites.writes[1].actions[0].demands = FakeRelations::reads_table(other);
  relations.held_[{base, view_owner}] = {insert};
  relations.done_on_insert(other).writes = {{view, Write::insert, {1}, false, {}, true}};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations.done_on_insert(other).writes.push_back({view, Write::update, {2}, false, {}, true});
  EXPECT_EQ(writes(Write::insert, other), Answer::no) << "the view's owner may not update";
  relations.held_[{base, view_owner}] = {insert, update};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations[base].rules_meet_conflicts = true;
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
}

TEST_F(RewritingRulesTest, WithoutUniqueIndexesNothingIsUpdatedOnConflict) {
  relations.done_on_insert(other).writes = {{base, Write::insert, {1}, false, {}, true}};
  relations[base].kind = RelationKind::foreign_table;
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations.done_on_insert(other).writes.push_back({base, Write::update, {1}, false, {}, true});
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.add_view(base, other).writes[0].instead_trigger = true;
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
}

TEST_F(RewritingRulesTest, OnConflictVanishesWhereNothingIsDoneInsteadOfInsert) {
  relations[base].writes[0].instead_rule = true;
  relations.done_on_insert(other) = FakeRelations::reads_table(base);
  RuleAction& action = relations[other].writes[0].actions[0];
  action.writes = {{base, Write::insert, {1}, false, {}, true},
                   {base, Write::update, {2}, false, {}, true}};
  action.demands.writes = action.writes;
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations[base].rules_meet_conflicts = true;
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  EXPECT_TRUE(Rewriting(relations, audited).vanishes(base, Write::insert));
}

TEST_F(RewritingRulesTest, ConditionsOfInsteadRulesCountWhereTheStatementIsMade) {
  relations[base].writes[0].conditions = FakeRelations::reads_table(other);
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
  relations.done_on_insert(base) = {};
  relations[base].writes[0].instead_rule = true;
  EXPECT_EQ(writes(Write::insert, base), Answer::yes);
}

TEST_F(RewritingRulesTest, RulesThatLeadBackToThemselvesDoNotVanish) {
  for (const auto& [from, to] : {std::pair{base, other}, std::pair{other, base}}) {
    relations.done_on_insert(from).writes = {{to, Write::insert, {1}, false, {}}};
    relations[from].writes[0].instead_rule = true;
    relations[from].writes[0].actions[0].writes = relations.done_on_insert(from).writes;
  }
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(base, Write::insert));
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
}

TEST_F(RewritingRulesTest, ViewsThatLeadBackToThemselvesDoNotVanish) {
  relations.add_view(view, outer_view);
  relations.add_view(outer_view, view);
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(view, Write::insert));
}

}  // namespace
}  // namespace conncheck::rules
