// Relations that a test makes up, and what Rewriting says of them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "extension/rules/rewriting.hpp"
#include "tests/unit/rules/roles.hpp"

namespace conncheck::rules {

using enum Privilege;

inline constexpr RoleId view_owner = 10;
inline constexpr RoleId audited = 20;
inline constexpr RelationId base = 1;
inline constexpr RelationId view = 2;
inline constexpr RelationId outer_view = 3;
inline constexpr RelationId other = 4;
inline constexpr FunctionId function = 50;

inline const PrivilegeSet dml = {insert, update, delete_};

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
    added.updatable = UpdatableView{over, {{1, 1}, {2, 2}}, {1, 2}, {}, {}, false, false};
    return added;
  }
  static Demands reads_column(RelationId view, int column) {
    Demands demands;
    demands.columns_read = {{view, column}};
    return demands;
  }
  /// By the one rule on INSERT.
  Demands& done_on_insert(RelationId id) {
    rewrites_[id].writes[0].actions.resize(1);
    return rewrites_[id].writes[0].actions[0].demands;
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

}  // namespace conncheck::rules
