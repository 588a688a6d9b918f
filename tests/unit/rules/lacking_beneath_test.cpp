#include "extension/rules/lacking_beneath.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

namespace conncheck::rules {
namespace {

constexpr RoleId view_owner = 10;
constexpr RoleId audited = 20;
constexpr RoleId stranger = 30;
constexpr FunctionId secret = 40;
constexpr RelationId table = 1;
constexpr RelationId second_table = 2;
constexpr RelationId view = 3;
constexpr RelationId outer_view = 4;

class Relations : public RelationSource {
 public:
  Relations() {
    known[table].kind = known[second_table].kind = RelationKind::table;
    add_view(view, {table, second_table});
  }
  const Rewrites* rewrites(RelationId relation) override {
    const auto found = known.find(relation);
    return found == known.end() ? nullptr : &found->second;
  }
  PrivilegeSet held(RelationId relation, RoleId role) override {
    return holdings[{relation, role}];
  }
  const ColumnHoldings& columns(RelationId relation, RoleId role) override {
    return by_column[{relation, role}];
  }
  bool lacks_user_mapping(RelationId relation, RoleId) override {
    return unmapped.contains(relation);
  }
  Answer foreign_table_takes(RelationId, Write) override { return Answer::yes; }
  Role& role(RoleId) override { return nobody; }
  const std::vector<Policy>& policies(RelationId) override { return no_policies; }
  bool may_execute(FunctionId function, RoleId role) override {
    return !(function == secret && role == audited);
  }
  const std::vector<FunctionId>& called_by_every(Write, RelationId relation) override {
    return called[relation];
  }
  const std::vector<FunctionId>& called_by_reading(RelationId relation, int) override {
    return computed[relation];
  }

  Rewrites& add_view(RelationId id, const std::vector<RelationId>& over) {
    Rewrites& added = known[id];
    added.kind = RelationKind::view;
    added.owner = view_owner;
    for (const RelationId read : over) {
      added.reading.checks.push_back({read, {Privilege::select}, {1}, {}, {}});
      if (known[read].kind == RelationKind::view) {
        added.reading.views_read.push_back(read);
      }
    }
    return added;
  }

  std::map<RelationId, Rewrites> known;
  std::map<RelationId, std::vector<FunctionId>> called;
  std::map<RelationId, std::vector<FunctionId>> computed;
  std::map<std::pair<RelationId, RoleId>, PrivilegeSet> holdings;
  std::map<std::pair<RelationId, RoleId>, ColumnHoldings> by_column;
  std::set<RelationId> unmapped;
  Role nobody{stranger, {}, {}, [](RoleId) { return false; }};
  std::vector<Policy> no_policies;
};

class LackingBeneathTest : public testing::Test {
 protected:
  std::vector<std::tuple<RelationId, RoleId, std::optional<Privilege>>> lacks(
      RelationId relation, Statement statement = std::nullopt) {
    std::vector<std::tuple<RelationId, RoleId, std::optional<Privilege>>> result;
    const LackingBeneath found = lacking_beneath(relations, audited, relation, statement, [] {});
    otherwise = found.otherwise;
    for (const Lack& lack : found.lacks) {
      if (lack.function) {
        functions.push_back(*lack.function);
      } else {
        result.emplace_back(lack.relation, lack.role, lack.privilege);
      }
    }
    return result;
  }
  using Lacks = std::vector<std::tuple<RelationId, RoleId, std::optional<Privilege>>>;

  Relations relations;
  bool otherwise = false;
  std::vector<FunctionId> functions;
};

TEST_F(LackingBeneathTest, EveryTableThatTheOwnerMayNotRead) {
  EXPECT_EQ(lacks(view), (Lacks{{table, view_owner, Privilege::select},
                                {second_table, view_owner, Privilege::select}}));
  relations.holdings[{table, view_owner}] = {Privilege::select};
  EXPECT_EQ(lacks(view), (Lacks{{second_table, view_owner, Privilege::select}}));
  relations.by_column[{second_table, view_owner}] = {{{1, "a", {Privilege::select}}}, {{1, false}}};
  EXPECT_TRUE(lacks(view).empty());
  EXPECT_FALSE(otherwise);
}

TEST_F(LackingBeneathTest, TheReaderOfSecurityInvokerViews) {
  relations.known[view].security_invoker = true;
  relations.holdings[{second_table, audited}] = {Privilege::select};
  EXPECT_EQ(lacks(view), (Lacks{{table, audited, Privilege::select}}));
}

TEST_F(LackingBeneathTest, ThroughViewsBeneath) {
  relations.add_view(outer_view, {view});
  relations.holdings[{table, view_owner}] = {Privilege::select};
  EXPECT_EQ(lacks(outer_view), (Lacks{{view, view_owner, Privilege::select},
                                      {second_table, view_owner, Privilege::select}}));
}

TEST_F(LackingBeneathTest, BothPrivilegesOfALockingView) {
  relations.known[view].reading.checks = {
      {table, {Privilege::select, Privilege::update}, {1}, {}, {}}};
  EXPECT_EQ(lacks(view), (Lacks{{table, view_owner, Privilege::select},
                                {table, view_owner, Privilege::update}}));
}

TEST_F(LackingBeneathTest, WritesThatArePassedOn) {
  relations.known[view].updatable = UpdatableView{table, {{1, 1}}, {}, {}, {}, false, false};
  EXPECT_EQ(lacks(view, Write::insert), (Lacks{{table, view_owner, Privilege::insert}}));
  relations.holdings[{table, view_owner}] = {Privilege::insert};
  EXPECT_TRUE(lacks(view, Write::insert).empty());
}

TEST_F(LackingBeneathTest, UserMappings) {
  relations.unmapped = {table};
  relations.holdings[{table, view_owner}] = {Privilege::select};
  relations.holdings[{second_table, view_owner}] = {Privilege::select};
  EXPECT_EQ(lacks(view), (Lacks{{table, view_owner, std::nullopt}}));
}

TEST_F(LackingBeneathTest, FunctionsThatTheReaderMayNotExecute) {
  relations.known[view].reading.functions = {secret, secret + 1};
  relations.holdings[{table, view_owner}] = {Privilege::select};
  relations.holdings[{second_table, view_owner}] = {Privilege::select};
  EXPECT_TRUE(lacks(view).empty());
  EXPECT_EQ(functions, std::vector<FunctionId>{secret});
}

TEST_F(LackingBeneathTest, FunctionsThatEveryWriteCalls) {
  relations.known[view].updatable = UpdatableView{table, {{1, 1}}, {1}, {}, {}, false, false};
  relations.holdings[{table, view_owner}] = {Privilege::insert, Privilege::select};
  relations.holdings[{second_table, view_owner}] = {Privilege::select};
  relations.called[table] = {secret};
  const LackingBeneath found = lacking_beneath(relations, audited, view, Write::insert, [] {});
  ASSERT_EQ(found.lacks.size(), 1U);
  EXPECT_EQ(found.lacks[0].function, secret);
}

TEST_F(LackingBeneathTest, WhatNoGrantMends) {
  relations.known[view].reading.views_read = {view};
  EXPECT_TRUE(lacks(view).empty());
  EXPECT_TRUE(otherwise);
}

TEST_F(LackingBeneathTest, LooksOnlyAtWhatAStatementCanAskFor) {
  int looked = 0;
  (void)lacking_beneath(relations, audited, view, std::nullopt, [&] { ++looked; });
  constexpr int tables = 2;
  constexpr int askable = 4;  // SELECT, INSERT, UPDATE, DELETE
  EXPECT_LE(looked, 1 + tables * askable);
}

TEST_F(LackingBeneathTest, LeavesRoomForInterrupts) {
  int called = 0;
  (void)lacking_beneath(relations, audited, view, std::nullopt, [&] { ++called; });
  EXPECT_GT(called, 2);
}

}  // namespace
}  // namespace conncheck::rules
