#include "tests/unit/rules/fake_relations.hpp"

namespace conncheck::rules {
namespace {

using RewritingPoliciesTest = RewritingTest;

TEST_F(RewritingPoliciesTest, PoliciesAskTheReaderOfTheTable) {
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

TEST_F(RewritingPoliciesTest, PoliciesBindNoOwnerUnlessForced) {
  relations.add_policy(base, other);
  relations[base].owner = audited;
  EXPECT_TRUE(reads(base));
  relations[base].force_row_security = true;
  EXPECT_FALSE(reads(base));
}

TEST_F(RewritingPoliciesTest, PoliciesCallFunctionsAsTheAuditedRole) {
  relations.add_policy(base, other).using_rows->demands = FakeRelations::calls(function);
  relations.not_executable_ = {{function, audited}};
  EXPECT_FALSE(executes(base));
  EXPECT_TRUE(reads(base));
}

TEST_F(RewritingPoliciesTest, WritesBringTheirOwnPolicies) {
  relations.add_policy(base, other).command = Policy::Command::delete_;
  EXPECT_TRUE(reads(base));
  EXPECT_EQ(writes(Write::insert, base), Answer::yes);
  EXPECT_EQ(writes(Write::delete_, base), Answer::no);
  relations[base].writes[2].instead_rule = true;
  EXPECT_EQ(writes(Write::delete_, base), Answer::yes) << "a rule takes the statement's place";
}

TEST_F(RewritingPoliciesTest, ATableWithARuleIsReadByItsAction) {
  relations.add_policy(base, other).command = Policy::Command::select;
  EXPECT_EQ(writes(Write::insert, base), Answer::yes);
  relations[base].writes[0].actions.emplace_back();
  EXPECT_EQ(writes(Write::insert, base), Answer::no);
}

TEST_F(RewritingPoliciesTest, PoliciesThatLeadBackToTheirTableNeverEnd) {
  relations.add_policy(base, base);
  relations.held_[{base, audited}] = {select};
  EXPECT_FALSE(reads(base));
  relations.policies_[base][0].using_rows->has_subqueries = false;
  relations.policies_[base][0].using_rows->demands = {};
  EXPECT_TRUE(reads(base));
}

TEST_F(RewritingPoliciesTest, APolicyThatReadsATableWithPoliciesOfItsOwnWithinThemNeverEnds) {
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

TEST_F(RewritingPoliciesTest, WhatIsTrueAnywayIsDroppedButExpandedBefore) {
  relations.add_policy(base, other);
  relations.policies_[base].push_back(relations.policies_[base][0]);
  relations.policies_[base][1].using_rows = PolicyCondition{{}, true, false};
  EXPECT_TRUE(reads(base));
  relations.policies_[base][0].using_rows->demands = FakeRelations::reads_table(base);
  EXPECT_FALSE(reads(base));
}

}  // namespace
}  // namespace conncheck::rules
