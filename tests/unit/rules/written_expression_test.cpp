#include "extension/rules/written_expression.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules {
namespace {

using enum ExpressionPlace;

WrittenExpression at(ExpressionPlace place) { return {place, {1}}; }

TEST(WrittenExpression, DefaultsMayBeEvaluatedByInsertAlone) {
  for (const ExpressionPlace place : {column_default, domain_default}) {
    EXPECT_TRUE(may_be_evaluated_by(Write::insert, at(place)));
    EXPECT_FALSE(is_always_evaluated_by(Write::insert, at(place))) << "a value may be given";
    EXPECT_FALSE(may_be_evaluated_by(Write::update, at(place)));
    EXPECT_FALSE(may_be_evaluated_by(Write::delete_, at(place)));
  }
}

TEST(WrittenExpression, EveryNewRowIsHeldAgainstChecksAndKeys) {
  for (const ExpressionPlace place :
       {generated_column, check_constraint, domain_check, partition_key}) {
    EXPECT_TRUE(is_always_evaluated_by(Write::insert, at(place)));
    EXPECT_TRUE(is_always_evaluated_by(Write::update, at(place)));
    EXPECT_FALSE(may_be_evaluated_by(Write::delete_, at(place)));
  }
}

TEST(WrittenExpression, AnUpdateMayLeaveAnIndexAlone) {
  for (const ExpressionPlace place : {index_column, index_predicate}) {
    EXPECT_TRUE(is_always_evaluated_by(Write::insert, at(place)));
    EXPECT_FALSE(is_always_evaluated_by(Write::update, at(place)));
    EXPECT_TRUE(may_be_evaluated_by(Write::update, at(place)));
    EXPECT_FALSE(may_be_evaluated_by(Write::delete_, at(place)));
  }
}

TEST(WrittenExpression, WhatSomeRowsMeetIsNotEveryWrites) {
  WrittenExpression partial = at(index_column);
  partial.of_some_rows = true;
  EXPECT_FALSE(is_always_evaluated_by(Write::insert, partial));
  EXPECT_TRUE(may_be_evaluated_by(Write::insert, partial));
}

TEST(WrittenExpression, ATriggersConditionIsEvaluatedByWhatFiresIt) {
  WrittenExpression condition = at(trigger_condition);
  condition.fired_by = {Write::delete_};
  EXPECT_TRUE(is_always_evaluated_by(Write::delete_, condition));
  EXPECT_FALSE(may_be_evaluated_by(Write::insert, condition));
  EXPECT_FALSE(may_be_evaluated_by(Write::update, condition));
}

}  // namespace
}  // namespace conncheck::rules
