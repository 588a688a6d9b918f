#include "extension/rules/relation.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules {
namespace {

using enum Privilege;
using Blocked = std::vector<Obstacle>;

const PrivilegeSet dml = {insert, update, delete_};
constexpr WriteAnswers takes_nothing = {{Answer::no, Answer::no, Answer::no}};
constexpr WriteAnswers unknown_writes = {{Answer::unknown, Answer::unknown, Answer::unknown}};

/// A table in a usable schema.
RelationAccess table(PrivilegeSet privileges) {
  RelationAccess access;
  access.schema_usage = true;
  access.privileges = privileges;
  access.takes_truncate = true;
  return access;
}

TEST(Verdict, ReadNeedsSelect) {
  EXPECT_EQ(judge(table({select})).can_read, true);
  EXPECT_EQ(judge(table(dml)).can_read, false);
}

TEST(Verdict, WriteNeedsAllThree) {
  EXPECT_EQ(judge(table(dml)).can_write, true);
  for (const Write write : all_writes) {
    EXPECT_EQ(judge(table(dml - PrivilegeSet{privilege_for(write)})).can_write, false);
  }
}

TEST(Verdict, WhatVanishesNeedsNoPrivilege) {
  RelationAccess access = table({insert});
  access.vanishes = {false, true, true};
  EXPECT_EQ(judge(access).can_write, true);
  access.vanishes = {false, false, true};
  EXPECT_EQ(judge(access).can_write, false);
  access.vanishes = {true, true, true};
  access.privileges = {};
  EXPECT_EQ(judge(access).can_write, true);
  access.schema_usage = false;
  EXPECT_EQ(judge(access).can_write, false);
}

TEST(Verdict, TruncateNeedsTruncateAndNotDelete) {
  EXPECT_EQ(judge(table({truncate})).can_truncate, true);
  EXPECT_EQ(judge(table(dml)).can_truncate, false);
  EXPECT_EQ(judge(table({truncate})).can_write, false);
}

TEST(Verdict, EveryColumnIsAsGoodAsTheTable) {
  RelationAccess access = table({delete_});
  access.on_some_column = access.on_every_column = {select, insert, update};
  EXPECT_EQ(judge(access).can_read, true);
  EXPECT_EQ(judge(access).can_write, true);
}

TEST(Verdict, SomeColumnIsNot) {
  RelationAccess access = table({delete_});
  access.on_some_column = {select, insert, update};
  EXPECT_EQ(judge(access).can_read, false);
  EXPECT_EQ(judge(access).can_write, false);
  EXPECT_EQ(judge(access).blocked_by, Blocked{});
}

TEST(Verdict, WithoutSchemaUsageNothingPasses) {
  RelationAccess access = table(dml | PrivilegeSet{select, truncate});
  access.schema_usage = false;
  const Verdict verdict = judge(access);
  EXPECT_EQ(verdict.can_read, false);
  EXPECT_EQ(verdict.can_write, false);
  EXPECT_EQ(verdict.can_truncate, false);
  EXPECT_EQ(verdict.blocked_by, Blocked{Obstacle::schema_usage});
}

TEST(Verdict, SchemaUsageBlocksOnlyWhatIsHeld) {
  RelationAccess access = table({});
  access.schema_usage = false;
  EXPECT_EQ(judge(access).blocked_by, Blocked{});
  access.on_some_column = {references};
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::schema_usage});
}

TEST(Verdict, NotUpdatable) {
  RelationAccess access = table({select, update});
  access.takes = takes_nothing;
  EXPECT_EQ(judge(access).can_read, true);
  EXPECT_EQ(judge(access).can_write, false);
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::not_updatable});
  access.privileges = {select};
  EXPECT_EQ(judge(access).blocked_by, Blocked{});
  access.on_some_column = {insert};
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::not_updatable});
}

TEST(Verdict, OneWriteNotTakenIsEnough) {
  RelationAccess access = table(dml);
  access.takes[Write::delete_] = Answer::no;
  EXPECT_EQ(judge(access).can_write, false);
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::not_updatable});
}

TEST(Verdict, UnderlyingRelationBlocksReading) {
  RelationAccess access = table({select});
  access.readable_beneath = false;
  EXPECT_EQ(judge(access).can_read, false);
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::underlying_relation});
  access.privileges = {references};
  EXPECT_EQ(judge(access).blocked_by, Blocked{});
}

TEST(Verdict, FunctionsThatMayNotBeExecutedBlock) {
  RelationAccess access = table(dml | PrivilegeSet{select});
  access.may_execute_reading = false;
  EXPECT_EQ(judge(access).can_read, false);
  EXPECT_EQ(judge(access).can_write, true);
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::function_execute});
  access.may_execute_reading = true;
  access.may_execute_writing[Write::update] = Answer::no;
  EXPECT_EQ(judge(access).can_read, true);
  EXPECT_EQ(judge(access).can_write, false);
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::function_execute});
  access.privileges = {select};
  EXPECT_EQ(judge(access).blocked_by, Blocked{});
}

TEST(Verdict, UnderlyingRelationBlocksWriting) {
  RelationAccess access = table(dml);
  access.writable_beneath[Write::update] = Answer::no;
  EXPECT_EQ(judge(access).can_write, false);
  EXPECT_EQ(judge(access).blocked_by, Blocked{Obstacle::underlying_relation});
}

TEST(Verdict, MissingUserMappingBlocksEverything) {
  RelationAccess access = table(dml | PrivilegeSet{select, truncate});
  access.lacks_user_mapping = true;
  const Verdict verdict = judge(access);
  EXPECT_EQ(verdict.can_read, false);
  EXPECT_EQ(verdict.can_write, false);
  EXPECT_EQ(verdict.can_truncate, false);
  EXPECT_EQ(verdict.blocked_by, Blocked{Obstacle::user_mapping});
}

TEST(Verdict, LockedLeavesOpenWhatDependsOnIt) {
  RelationAccess access = table(dml | PrivilegeSet{select, truncate});
  access.takes = unknown_writes;
  const Verdict verdict = judge(access);
  EXPECT_EQ(verdict.can_read, true);
  EXPECT_EQ(verdict.can_write, std::nullopt);
  EXPECT_EQ(verdict.can_truncate, true);
  EXPECT_EQ(verdict.blocked_by, Blocked{Obstacle::locked});
}

TEST(Verdict, LockedDoesNotMatterWhenTheAnswerIsNoAnyway) {
  RelationAccess access = table({insert});
  access.takes = unknown_writes;
  EXPECT_EQ(judge(access).can_write, false);
  EXPECT_EQ(judge(access).blocked_by, Blocked{});
}

TEST(Verdict, ObstaclesComeInOrder) {
  RelationAccess access = table({select, insert});
  access.schema_usage = false;
  access.takes = takes_nothing;
  access.readable_beneath = false;
  access.lacks_user_mapping = true;
  EXPECT_EQ(judge(access).blocked_by,
            (Blocked{Obstacle::schema_usage, Obstacle::not_updatable, Obstacle::underlying_relation,
                     Obstacle::user_mapping}));
}

TEST(Truncate, KindsThatTakeIt) {
  EXPECT_TRUE(takes_truncate(RelationKind::table, false, false));
  EXPECT_TRUE(takes_truncate(RelationKind::partitioned_table, false, false));
  EXPECT_FALSE(takes_truncate(RelationKind::table, true, false));
  EXPECT_FALSE(takes_truncate(RelationKind::view, false, true));
  EXPECT_FALSE(takes_truncate(RelationKind::materialized_view, false, true));
  EXPECT_TRUE(takes_truncate(RelationKind::foreign_table, false, true));
  EXPECT_FALSE(takes_truncate(RelationKind::foreign_table, false, false));
}

TEST(Answers, NoDecides) {
  EXPECT_EQ(Answer::no & Answer::unknown, Answer::no);
  EXPECT_EQ(Answer::unknown & Answer::no, Answer::no);
  EXPECT_EQ(Answer::yes & Answer::unknown, Answer::unknown);
  EXPECT_EQ(Answer::unknown & Answer::yes, Answer::unknown);
  EXPECT_EQ(Answer::yes & Answer::yes, Answer::yes);
}

TEST(Words, AsInTheInterface) {
  EXPECT_EQ(to_string(RelationKind::partitioned_table), "partitioned table");
  EXPECT_EQ(to_string(RelationKind::foreign_table), "foreign table");
  EXPECT_EQ(to_string(Obstacle::schema_usage), "schema usage");
  EXPECT_EQ(to_string(Obstacle::locked), "locked");
}

}  // namespace
}  // namespace conncheck::rules
