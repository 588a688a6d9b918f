#include "extension/rules/rewriting.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/rules/roles.hpp"

namespace conncheck::rules {
namespace {

using enum Privilege;

constexpr RoleId view_owner = 10;
constexpr RoleId audited = 20;
constexpr RelationId base = 1;
constexpr RelationId view = 2;
constexpr RelationId outer_view = 3;
constexpr RelationId other = 4;
constexpr FunctionId function = 50;

const PrivilegeSet dml = {insert, update, delete_};

class FakeRelations : public RelationSource {
 public:
  FakeRelations() {
    rewrites_[base].kind = RelationKind::table;
    rewrites_[other].kind = RelationKind::table;
  }

  const Rewrites* rewrites(RelationId relation) override {
    const auto found = rewrites_.find(relation);
    return found == rewrites_.end() ? nullptr : &found->second;
  }
  PrivilegeSet held(RelationId relation, RoleId role) override { return held_[{relation, role}]; }
  const ColumnHoldings& columns(RelationId relation, RoleId role) override {
    return columns_[{relation, role}];
  }
  bool lacks_user_mapping(RelationId relation, RoleId role) override {
    return unmapped_.contains({relation, role});
  }
  Answer foreign_table_takes(RelationId, Write write) override { return foreign_[write]; }
  Role& role(RoleId id) override {
    return roles_.try_emplace(id, tests::role_with(id)).first->second;
  }
  const std::vector<Policy>& policies(RelationId table) override { return policies_[table]; }
  bool may_execute(FunctionId function, RoleId role) override {
    return !not_executable_.contains({function, role});
  }
  const std::vector<FunctionId>& called_by_every(Write write, RelationId relation) override {
    return called_[{relation, write}];
  }
  const std::vector<FunctionId>& called_by_reading(RelationId table, int column) override {
    return computed_[{table, column}];
  }

  /// A view of columns 1 and 2 of `over`, that reads both.
  Rewrites& add_view(RelationId id, RelationId over) {
    Rewrites& added = rewrites_[id];
    added.kind = RelationKind::view;
    added.owner = view_owner;
    added.reading.checks.push_back({over, {select}, {1, 2}, {}, {}});
    if (rewrites_[over].kind == RelationKind::view) {
      added.reading.views_read.push_back(over);
      added.columns = {{1, reads_column(over, 1)}, {2, reads_column(over, 2)}};
    }
    added.updatable = UpdatableView{over, {{1, 1}, {2, 2}}, {1, 2}, {}, false, false};
    return added;
  }
  static Demands reads_column(RelationId view, int column) {
    Demands demands;
    demands.columns_read = {{view, column}};
    return demands;
  }
  Rewrites& operator[](RelationId id) { return rewrites_[id]; }
  /// One policy for PUBLIC, that asks for SELECT on `asked`.
  Policy& add_policy(RelationId table, RelationId asked) {
    rewrites_[table].row_security = true;
    Policy& policy = policies_[table].emplace_back();
    policy.roles = {public_role};
    policy.using_rows = PolicyCondition{reads_table(asked), false, true};
    return policy;
  }
  static Demands reads_table(RelationId table) {
    Demands demands;
    demands.checks = {{table, {select}, {1}, {}, {}}};
    return demands;
  }
  static Demands calls(FunctionId function) {
    Demands demands;
    demands.functions = {function};
    return demands;
  }

  std::map<RelationId, Rewrites> rewrites_;
  std::map<std::pair<RelationId, RoleId>, PrivilegeSet> held_;
  std::map<std::pair<RelationId, RoleId>, ColumnHoldings> columns_;
  std::set<std::pair<RelationId, RoleId>> unmapped_;
  std::map<RoleId, Role> roles_;
  std::map<RelationId, std::vector<Policy>> policies_;
  std::set<std::pair<FunctionId, RoleId>> not_executable_;
  std::map<std::pair<RelationId, Write>, std::vector<FunctionId>> called_;
  std::map<std::pair<RelationId, int>, std::vector<FunctionId>> computed_;
  WriteAnswers foreign_;
};

class RewritingTest : public testing::Test {
 protected:
  bool reads(RelationId relation = view) {
    return Rewriting(relations, audited).readable_beneath(relation);
  }
  Answer takes(Write write, RelationId relation = view) {
    return Rewriting(relations, audited).takes(relation, write);
  }
  Answer writes(Write write, RelationId relation = view) {
    return Rewriting(relations, audited).writable_beneath(relation, write);
  }

  bool executes(RelationId relation = view) {
    return Rewriting(relations, audited).may_execute_reading(relation);
  }
  bool executes(Write write, RelationId relation = view) {
    return Rewriting(relations, audited).may_execute_writing(relation, write);
  }

  FakeRelations relations;
};

TEST_F(RewritingTest, PassesByTable) {
  relations.held_[{base, audited}] = {select};
  EXPECT_TRUE(passes(relations, {base, {select}, {1}, {}, {}}, audited));
  EXPECT_FALSE(passes(relations, {base, {select, delete_}, {1}, {}, {}}, audited));
}

TEST_F(RewritingTest, PassesByEachColumn) {
  relations.columns_[{base, audited}] = {{{1, "a", {select}}, {2, "b", {select, update}}},
                                         {{1, false}, {2, false}, {3, false}}};
  EXPECT_TRUE(passes(relations, {base, {select}, {1, 2}, {}, {}}, audited));
  EXPECT_FALSE(passes(relations, {base, {select}, {1, 3}, {}, {}}, audited));
  EXPECT_TRUE(passes(relations, {base, {select, update}, {1}, {}, {2}}, audited));
  EXPECT_FALSE(passes(relations, {base, {select, update}, {1}, {}, {1}}, audited));
  EXPECT_FALSE(passes(relations, {base, {insert}, {}, {1}, {}}, audited));
}

TEST_F(RewritingTest, NoColumnNamedMeansAnyColumn) {
  relations.columns_[{base, audited}] = {{{1, "a", {select}}}, {{1, false}, {2, false}}};
  EXPECT_TRUE(passes(relations, {base, {select}, {}, {}, {}}, audited));
  relations.columns_[{base, audited}].grants = {{-1, "ctid", {select}}};
  EXPECT_FALSE(passes(relations, {base, {select}, {}, {}, {}}, audited));
}

TEST_F(RewritingTest, WholeRowMeansEveryColumn) {
  relations.columns_[{base, audited}] = {{{1, "a", {select}}}, {{1, false}, {2, false}}};
  EXPECT_FALSE(passes(relations, {base, {select}, {0}, {}, {}}, audited));
  relations.columns_[{base, audited}].live = {{1, false}};
  EXPECT_TRUE(passes(relations, {base, {select}, {0}, {}, {}}, audited));
  relations.columns_[{base, audited}] = {};
  EXPECT_FALSE(passes(relations, {base, {select}, {0}, {}, {}}, audited));
}

TEST_F(RewritingTest, MissingUserMappingFailsTheCheck) {
  relations.held_[{base, audited}] = {select};
  relations.unmapped_.insert({base, audited});
  EXPECT_FALSE(passes(relations, {base, {select}, {1}, {}, {}}, audited));
}

TEST_F(RewritingTest, PlainViewAsksItsOwner) {
  relations.add_view(view, base);
  relations.held_[{base, audited}] = {select};
  EXPECT_FALSE(reads());
  relations.held_[{base, view_owner}] = {select};
  EXPECT_TRUE(reads());
}

TEST_F(RewritingTest, InvokerViewAsksTheReader) {
  relations.add_view(view, base).security_invoker = true;
  relations.held_[{base, view_owner}] = {select};
  EXPECT_FALSE(reads());
  relations.held_[{base, audited}] = {select};
  EXPECT_TRUE(reads());
}

TEST_F(RewritingTest, ViewsBeneathViewsAreJudgedByTheirOwnSort) {
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

TEST_F(RewritingTest, ViewsThatReadThemselvesAreBlocked) {
  relations.add_view(view, base);
  relations.held_[{base, view_owner}] = {select};
  relations.held_[{outer_view, view_owner}] = {select};
  relations.held_[{view, view_owner}] = {select};
  relations.add_view(outer_view, view);
  relations[view].reading.views_read = {outer_view};
  EXPECT_FALSE(reads());
}

TEST_F(RewritingTest, ARelationThatIsGoneBlocks) {
  EXPECT_FALSE(reads(99));
  EXPECT_EQ(takes(Write::insert, 99), Answer::no);
  EXPECT_EQ(writes(Write::insert, 99), Answer::no);
}

TEST_F(RewritingTest, TablesTakeEverything) {
  for (const Write write : all_writes) {
    EXPECT_EQ(takes(write, base), Answer::yes);
    EXPECT_EQ(writes(write, base), Answer::yes);
  }
}

TEST_F(RewritingTest, MaterializedViewsTakeNothing) {
  relations[base].kind = RelationKind::materialized_view;
  for (const Write write : all_writes) {
    EXPECT_EQ(takes(write, base), Answer::no);
  }
}

TEST_F(RewritingTest, ForeignTablesTakeWhatTheWrapperSays) {
  relations[base].kind = RelationKind::foreign_table;
  relations.foreign_[Write::delete_] = Answer::no;
  relations.foreign_[Write::update] = Answer::unknown;
  EXPECT_EQ(takes(Write::insert, base), Answer::yes);
  EXPECT_EQ(takes(Write::update, base), Answer::unknown);
  EXPECT_EQ(takes(Write::delete_, base), Answer::no);
  relations.add_view(view, base);
  EXPECT_EQ(takes(Write::update), Answer::unknown);
}

TEST_F(RewritingTest, ViewsTakeWritesByThemselvesRuleOrTrigger) {
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

TEST_F(RewritingTest, WithoutUpdatableColumnAViewTakesDeleteOnly) {
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

TEST_F(RewritingTest, WritingThroughAViewAsksItsOwnerForTheSameOnTheBase) {
  relations.add_view(view, base);
  relations.held_[{base, audited}] = dml;
  relations.held_[{base, view_owner}] = {delete_};
  EXPECT_EQ(writes(Write::delete_), Answer::yes);
  EXPECT_EQ(writes(Write::insert), Answer::no);
  relations[view].security_invoker = true;
  EXPECT_EQ(writes(Write::insert), Answer::yes);
}

TEST_F(RewritingTest, WritingThroughAViewByMappedColumns) {
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

TEST_F(RewritingTest, ThroughAViewFixedColumnsTakeNoUpdate) {
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

TEST_F(RewritingTest, TheConditionIsReadByUpdateAndDelete) {
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

TEST_F(RewritingTest, OnlyTheCascadedCheckOptionReachesDown) {
  relations.add_view(view, base).updatable->condition.checks = {{other, {select}, {1}, {}, {}}};
  relations.add_view(outer_view, view).updatable->checks_option = true;
  relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] = dml;
  EXPECT_EQ(writes(Write::insert, outer_view), Answer::yes);
  relations[outer_view].updatable->cascades_option = true;
  EXPECT_EQ(writes(Write::insert, outer_view), Answer::no);
}

TEST_F(RewritingTest, InsteadOfTriggersReadTheViewForUpdateAndDelete) {
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

TEST_F(RewritingTest, RulesAskTheOwnerEvenOnInvokerViews) {
  relations.add_view(view, base).security_invoker = true;
  relations[view].writes[0].instead_rule = true;
  relations[view].writes[0].has_actions = true;
  relations[view].writes[0].rules.checks = {{other, {insert}, {}, {1}, {}}};
  relations[view].writes[0].rules.writes = {{other, Write::insert, {1}, false, {}}};
  relations.held_[{other, audited}] = {insert};
  EXPECT_EQ(writes(Write::insert), Answer::no);
  relations.held_[{other, view_owner}] = {insert};
  EXPECT_EQ(writes(Write::insert), Answer::yes);
}

TEST_F(RewritingTest, RulesOfTablesCountAsWell) {
  relations[base].owner = view_owner;
  relations[base].writes[0].rules.checks = {{other, {insert}, {}, {1}, {}}};
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
  EXPECT_EQ(writes(Write::update, base), Answer::yes);
  relations.held_[{other, view_owner}] = {insert};
  EXPECT_EQ(writes(Write::insert, base), Answer::yes);
}

TEST_F(RewritingTest, WhatARuleWritesIsFollowed) {
  relations.add_view(view, base);
  relations[other].owner = view_owner;
  relations[other].writes[0].rules.writes = {{view, Write::insert, {1}, false, {}}};
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.held_[{base, view_owner}] = {insert};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations[other].writes[0].rules.writes = {{view, Write::insert, {3}, false, {}}};
  EXPECT_EQ(writes(Write::insert, other), Answer::no) << "not a column that the view can write";
}

TEST_F(RewritingTest, WhatARuleWritesMustTakeIt) {
  relations[other].writes[0].rules.writes = {{base, Write::insert, {1}, false, {}}};
  relations[base].kind = RelationKind::foreign_table;
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations.foreign_[Write::insert] = Answer::no;
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.foreign_[Write::insert] = Answer::unknown;
  EXPECT_EQ(writes(Write::insert, other), Answer::unknown);
}

TEST_F(RewritingTest, AConditionalInsteadRuleEndsAutomaticUpdates) {
  Rewrites& rewrites = relations.add_view(view, base);
  relations.add_view(outer_view, view);
  relations.held_[{base, view_owner}] = dml;
  relations.held_[{view, view_owner}] = dml;
  rewrites.writes[1].conditional_instead_rule = true;
  EXPECT_EQ(takes(Write::update), Answer::no);
  EXPECT_EQ(takes(Write::update, outer_view), Answer::no);
  EXPECT_EQ(takes(Write::insert), Answer::yes);
  relations[other].writes[0].rules.writes = {{view, Write::update, {1}, false, {}}};
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  rewrites.writes[1].instead_trigger = true;
  EXPECT_EQ(takes(Write::update), Answer::yes);
}

TEST_F(RewritingTest, ColumnsThatEndOnTheWayAreNotAsked) {
  relations.add_view(view, base).updatable->columns = {{2, 2}};
  relations.add_view(outer_view, view);
  relations.held_[{base, view_owner}] = dml;
  relations.held_[{view, view_owner}] = {delete_};
  relations.columns_[{view, view_owner}] = {{{2, "b", {update}}}, {{1, false}, {2, false}}};
  EXPECT_EQ(takes(Write::update, outer_view), Answer::yes);
  EXPECT_EQ(writes(Write::update, outer_view), Answer::yes);
  EXPECT_EQ(writes(Write::insert, outer_view), Answer::no);
}

TEST_F(RewritingTest, RulesThatNeverEndAreBlocked) {
  relations[base].writes[0].rules.writes = {{other, Write::insert, {1}, false, {}}};
  relations[other].writes[0].rules.writes = {{base, Write::insert, {1}, false, {}}};
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
  EXPECT_EQ(writes(Write::delete_, base), Answer::yes);
}

TEST_F(RewritingTest, LockingAViewAsksItsOwnerForTheSameBeneath) {
  relations.add_view(view, base).locking.checks = {{base, {update}, {}, {}, {}}};
  relations.add_view(outer_view, view);
  relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] = {select};
  EXPECT_TRUE(reads(outer_view));
  relations[outer_view].reading.views_locked = {view};
  EXPECT_FALSE(reads(outer_view));
  relations.held_[{base, view_owner}] = {select, update};
  EXPECT_TRUE(reads(outer_view));
}

TEST_F(RewritingTest, FunctionsAreExecutedAsTheReader) {
  relations.add_view(view, base).reading.functions = {function};
  relations.held_[{base, view_owner}] = {select};
  relations.not_executable_ = {{function, view_owner}};
  EXPECT_TRUE(executes());
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes());
  EXPECT_TRUE(reads());
}

TEST_F(RewritingTest, FunctionsOfColumnsThatNobodyReadsAreNotCalled) {
  relations.add_view(view, base).columns = {{2, FakeRelations::calls(function)}};
  relations.add_view(outer_view, view).columns = {{1, FakeRelations::reads_column(view, 1)}};
  relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] = {select};
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(view));
  EXPECT_TRUE(executes(outer_view));
  relations[outer_view].columns = {{1, FakeRelations::reads_column(view, 0)}};
  EXPECT_FALSE(executes(outer_view)) << "the whole row";
}

TEST_F(RewritingTest, WhatComputesAColumnIsCalledByWhoReadsIt) {
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

TEST_F(RewritingTest, FunctionsOfTheConditionAreCalledByUpdateAndDelete) {
  relations.add_view(view, base).updatable->condition = FakeRelations::calls(function);
  relations.held_[{base, view_owner}] = dml;
  relations.not_executable_ = {{function, audited}};
  EXPECT_TRUE(executes(Write::insert));
  EXPECT_FALSE(executes(Write::update));
  EXPECT_FALSE(executes(Write::delete_));
  EXPECT_EQ(writes(Write::update), Answer::yes);
}

TEST_F(RewritingTest, ARuleThatReadsTheViewThatItWritesNeedsTheOwnersSelect) {
  relations.add_view(view, base);
  relations[other].owner = view_owner;
  relations[other].writes[0].rules.writes = {{view, Write::update, {1}, true, {1}}};
  relations.held_[{base, view_owner}] = {update};
  EXPECT_EQ(writes(Write::insert, other), Answer::no);
  relations.held_[{base, view_owner}] = {select, update};
  EXPECT_EQ(writes(Write::insert, other), Answer::yes);
  relations[view].columns = {{1, FakeRelations::calls(function)}};
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(Write::insert, other));
}

TEST_F(RewritingTest, PoliciesAskTheReaderOfTheTable) {
  relations.add_policy(base, other);
  EXPECT_FALSE(reads(base));
  relations.held_[{other, audited}] = {select};
  EXPECT_TRUE(reads(base));
  // beneath a view that is the view's owner
  relations.add_view(view, base);
  relations.held_[{base, view_owner}] = {select};
  EXPECT_FALSE(reads(view));
  relations.held_[{other, view_owner}] = {select};
  EXPECT_TRUE(reads(view));
  relations.held_[{other, view_owner}] = {};
  relations[view].security_invoker = true;
  relations.held_[{base, audited}] = {select};
  EXPECT_TRUE(reads(view));
}

TEST_F(RewritingTest, PoliciesBindNoOwnerUnlessForced) {
  relations.add_policy(base, other);
  relations[base].owner = audited;
  EXPECT_TRUE(reads(base));
  relations[base].force_row_security = true;
  EXPECT_FALSE(reads(base));
}

TEST_F(RewritingTest, PoliciesCallFunctionsAsTheAuditedRole) {
  relations.add_policy(base, other).using_rows->demands = FakeRelations::calls(function);
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(base));
  EXPECT_TRUE(reads(base));
}

TEST_F(RewritingTest, WritesBringTheirOwnPolicies) {
  relations.add_policy(base, other).command = Policy::Command::delete_;
  EXPECT_TRUE(reads(base));
  EXPECT_EQ(writes(Write::insert, base), Answer::yes);
  EXPECT_EQ(writes(Write::delete_, base), Answer::no);
  relations[base].writes[2].instead_rule = true;
  EXPECT_EQ(writes(Write::delete_, base), Answer::yes) << "a rule takes the statement's place";
}

TEST_F(RewritingTest, ATableWithARuleIsReadByItsAction) {
  relations.add_policy(base, other).command = Policy::Command::select;
  EXPECT_EQ(writes(Write::insert, base), Answer::yes);
  relations[base].writes[0].has_actions = true;
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
}

TEST_F(RewritingTest, PoliciesThatLeadBackToTheirTableNeverEnd) {
  relations.add_policy(base, base);
  relations.held_[{base, audited}] = {select};
  EXPECT_FALSE(reads(base));
  relations.policies_[base][0].using_rows->has_subqueries = false;
  relations.policies_[base][0].using_rows->demands = {};
  EXPECT_TRUE(reads(base));
}

TEST_F(RewritingTest, APolicyThatReadsATableWithPoliciesOfItsOwnWithinThemNeverEnds) {
  relations.add_policy(base, base).command = Policy::Command::insert;
  relations.policies_[base][0].with_check = relations.policies_[base][0].using_rows;
  relations.add_policy(base, other).command = Policy::Command::select;
  relations.held_[{base, audited}] = relations.held_[{other, audited}] = {select};
  Rewriting rewriting(relations, audited);
  EXPECT_EQ(rewriting.writable_beneath(base, Write::insert), Answer::no);
  EXPECT_TRUE(rewriting.readable_beneath(base)) << "what failed on the way is not remembered";
  Rewriting other_order(relations, audited);
  EXPECT_TRUE(other_order.readable_beneath(base));
  EXPECT_EQ(other_order.writable_beneath(base, Write::insert), Answer::no)
      << "what passed elsewhere leads back from here";
}

TEST_F(RewritingTest, WhatIsTrueAnywayIsDroppedButExpandedBefore) {
  relations.add_policy(base, other);
  relations.policies_[base].push_back(relations.policies_[base][0]);
  relations.policies_[base][1].using_rows = PolicyCondition{{}, true, false};
  EXPECT_TRUE(reads(base));
  relations.policies_[base][0].using_rows->demands = FakeRelations::reads_table(base);
  EXPECT_FALSE(reads(base));
}

TEST_F(RewritingTest, WhatARowIsWrittenWithIsCalledByWhoRunsTheStatement) {
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

TEST_F(RewritingTest, ARuleInsteadLeavesTheTableUnwritten) {
  relations.called_[{base, Write::insert}] = {function};
  relations.not_executable_ = {{function, audited}};
  relations[base].writes[0].instead_rule = true;
  EXPECT_TRUE(executes(Write::insert, base));
}

TEST_F(RewritingTest, TheConditionsOfAViewsTriggersAreCalled) {
  relations.add_view(view, base).writes[0].instead_trigger = true;
  relations.called_[{view, Write::insert}] = {function};
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(Write::insert, view));
  EXPECT_TRUE(executes(Write::update, view));
}

TEST_F(RewritingTest, AWriteThatRulesMakeNothingOfVanishes) {
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

TEST_F(RewritingTest, ARuleThatDoesSomethingKeepsTheWrite) {
  relations.add_view(view, base);
  relations[base].writes[0].instead_rule = true;
  relations[view].writes[0].has_actions = true;
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(view, Write::insert));
  relations[base].writes[0].has_actions = true;
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(base, Write::insert));
}

TEST_F(RewritingTest, ViewsThatLeadBackToThemselvesDoNotVanish) {
  relations.add_view(view, outer_view);
  relations.add_view(outer_view, view);
  EXPECT_FALSE(Rewriting(relations, audited).vanishes(view, Write::insert));
}

}  // namespace
}  // namespace conncheck::rules
