#include "tests/unit/rules/fake_relations.hpp"

namespace conncheck::rules {
namespace {

/// `outer_view` reads column 1 of `view`, whose column 2 calls what the reader must not execute.
class RewritingMarksTest : public RewritingTest {
 protected:
  RewritingMarksTest() {
    relations.add_view(view, base).columns = {{2, FakeRelations::calls(function)}};
    relations.add_view(outer_view, view).columns = {{1, FakeRelations::reads_column(view, 1)}};
    relations[outer_view].marking.views_marked = {view};
    relations.held_[{base, view_owner}] = relations.held_[{view, view_owner}] =
        dml | PrivilegeSet{select};
    relations.not_executable_ = {{function, audited}};
  }

  void have_triggers_on(RelationId relation) {
    for (WriteRewrite& write : relations[relation].writes) {
      write.instead_trigger = true;
    }
  }
};

TEST_F(RewritingMarksTest, TriggersAreHandedRowsOfWhatHasAPlanOfItsOwn) {
  have_triggers_on(outer_view);
  EXPECT_TRUE(executes(Write::delete_, outer_view));
  relations[view].is_merged = false;
  EXPECT_TRUE(executes(Write::insert, outer_view));
  EXPECT_FALSE(executes(Write::update, outer_view));
  EXPECT_FALSE(executes(Write::delete_, outer_view));
  EXPECT_TRUE(executes(outer_view));
}

TEST_F(RewritingMarksTest, WhatStandsBetweenIsMergedOrTakesNoRowsBeneath) {
  constexpr RelationId outermost = 6;
  relations.add_view(outermost, outer_view).marking.views_marked = {outer_view};
  relations.held_[{outer_view, view_owner}] = dml | PrivilegeSet{select};
  relations[view].is_merged = false;
  have_triggers_on(outermost);
  EXPECT_FALSE(executes(Write::update, outermost));
  relations[outer_view].is_merged = false;
  EXPECT_TRUE(executes(Write::update, outermost));
}

TEST_F(RewritingMarksTest, ConditionsOfViewsThatAreUpdatedAreMarkedButForInsert) {
  relations[view].is_merged = false;
  relations.add_view(outer_view, other).updatable->marking.views_marked = {view};
  relations.held_[{other, view_owner}] = dml | PrivilegeSet{select};
  relations[outer_view].updatable->checks_option = true;
  EXPECT_TRUE(executes(Write::insert, outer_view));
  EXPECT_FALSE(executes(Write::update, outer_view));
  EXPECT_FALSE(executes(Write::delete_, outer_view));
}

TEST_F(RewritingMarksTest, RowsOfWhatIsLockedAreMarkedBeneath) {
  relations[view].is_merged = false;
  relations.add_view(other, outer_view).columns = {};
  relations.held_[{outer_view, view_owner}] = {select};
  EXPECT_TRUE(executes(other));
  relations[other].reading.views_locked = {outer_view};
  EXPECT_FALSE(executes(other));
}

}  // namespace
}  // namespace conncheck::rules
