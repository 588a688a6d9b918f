#include "extension/rules/policies.hpp"

#include <gtest/gtest.h>

#include "tests/unit/rules/roles.hpp"

namespace conncheck::rules {
namespace {

using enum Privilege;
using Command = Policy::Command;
using Relations = std::vector<RelationId>;

/// A policy whose USING reads the relation `using_reads`, its WITH CHECK `check_reads`; 0: none.
Policy policy(Command command, RelationId using_reads, RelationId check_reads = 0,
              bool permissive = true) {
  const auto condition = [](RelationId read) -> std::optional<PolicyCondition> {
    if (read == 0) {
      return std::nullopt;
    }
    PolicyCondition result;
    result.demands.checks = {{read, {select}, {}, {}, {}}};
    return result;
  };
  return {command, permissive, {public_role}, condition(using_reads), condition(check_reads)};
}

Relations read_by(const std::vector<Policy>& policies, const TableUse& use,
                  bool only_planned = true) {
  Role role = tests::role_with(tests::reader, {tests::group});
  Relations read;
  for (const AddedCondition& added : added_conditions(policies, role, use)) {
    if (added.planned || !only_planned) {
      read.push_back(added.condition->demands.checks.empty()
                         ? 0
                         : added.condition->demands.checks[0].relation);
    }
  }
  return read;
}

const TableUse reading = {std::nullopt, {select}};
const TableUse inserting = {Write::insert, {insert}};
const TableUse updating = {Write::update, {update}};
const TableUse deleting = {Write::delete_, {delete_}};

TEST(Policies, EachCommandBringsItsOwn) {
  const std::vector<Policy> policies = {policy(Command::select, 1), policy(Command::insert, 0, 2),
                                        policy(Command::update, 3, 4), policy(Command::delete_, 5)};
  EXPECT_EQ(read_by(policies, reading), Relations{1});
  EXPECT_EQ(read_by(policies, inserting), Relations{2});
  EXPECT_EQ(read_by(policies, updating), (Relations{3, 4}));
  EXPECT_EQ(read_by(policies, deleting), Relations{5});
}

TEST(Policies, WritesThatReadBringThoseOfSelect) {
  const std::vector<Policy> policies = {policy(Command::select, 1), policy(Command::delete_, 5)};
  EXPECT_EQ(read_by(policies, {Write::delete_, {delete_, select}}), (Relations{1, 5}));
  EXPECT_EQ(read_by(policies, {Write::insert, {insert, select}}), Relations{1});
}

TEST(Policies, ReadsForUpdateBringThoseOfUpdate) {
  const std::vector<Policy> policies = {policy(Command::select, 1), policy(Command::update, 3, 4)};
  EXPECT_EQ(read_by(policies, {std::nullopt, {select, update}}), (Relations{1, 3}));
}

TEST(Policies, AllMeansEveryCommand) {
  const std::vector<Policy> policies = {policy(Command::all, 1)};
  EXPECT_EQ(read_by(policies, reading), Relations{1});
  EXPECT_EQ(read_by(policies, inserting), Relations{1}) << "USING stands in for WITH CHECK";
  EXPECT_EQ(read_by(policies, deleting), Relations{1});
}

TEST(Policies, OnlyThoseOfTheRolesWhoseRightsItHas) {
  std::vector<Policy> policies = {policy(Command::all, 1)};
  policies[0].roles = {tests::stranger};
  EXPECT_EQ(read_by(policies, reading), Relations{});
  policies[0].roles = {tests::stranger, tests::group};
  EXPECT_EQ(read_by(policies, reading), Relations{1});
}

TEST(Policies, RestrictiveOnesStandOnlyBesidePermissiveOnes) {
  std::vector<Policy> policies = {policy(Command::all, 2, 0, false)};
  EXPECT_EQ(read_by(policies, reading), Relations{});
  policies.push_back(policy(Command::select, 1));
  EXPECT_EQ(read_by(policies, reading), (Relations{1, 2}));
  EXPECT_EQ(read_by(policies, inserting), Relations{});
}

TEST(Policies, WhatIsAlwaysTrueDropsThePermissiveOnesBesideIt) {
  std::vector<Policy> policies = {policy(Command::all, 1), policy(Command::select, 3),
                                  policy(Command::all, 2, 0, false)};
  policies[1].using_rows = PolicyCondition{{}, true, false};
  EXPECT_EQ(read_by(policies, reading), Relations{2});
  EXPECT_EQ(read_by(policies, reading, false), (Relations{1, 0, 2}));
  EXPECT_EQ(read_by(policies, deleting), (Relations{1, 2}));
}

}  // namespace
}  // namespace conncheck::rules
