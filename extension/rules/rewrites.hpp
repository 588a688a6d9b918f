// The facts about relations that the judgement of what lies beneath them follows from.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "extension/rules/columns.hpp"
#include "extension/rules/demands.hpp"
#include "extension/rules/policies.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/role.hpp"

namespace conncheck::rules {

/// One statement of a rule's action.
struct RuleAction {
  Demands demands;                  ///< its own, and of the rule's condition
  std::vector<WriteTarget> writes;  ///< what it writes, if that is all that it does
  bool marks_rows = false;          ///< of all in FROM (row_marks)
};

/// Rules (those that are enabled) and INSTEAD OF triggers for one kind of write.
struct WriteRewrite {
  bool instead_rule = false;  ///< an unconditional one
  /// With a conditional one, the server no longer updates a view by itself.
  bool conditional_instead_rule = false;
  bool instead_trigger = false;
  /// Of all rules; made as the relation's owner. Not NOTHING, and NOTIFY asks for nothing.
  std::vector<RuleAction> actions;
  /// Of conditional INSTEAD rules: the statement itself is made where they do not hold.
  Demands conditions;
};

/// A view that the server can update by itself.
struct UpdatableView {
  struct ColumnPair {
    int of_view = 0;
    int of_base = 0;
  };
  RelationId base = 0;
  std::vector<ColumnPair> columns;  ///< the updatable ones
  std::vector<int> selected;        ///< all columns of the base that the view's query names
  Demands condition;                ///< of the view's WHERE
  Demands marking;                  ///< of that, in UPDATE and DELETE (see Rewrites::marking)
  bool checks_option = false;       ///< WITH CHECK OPTION of either sort
  bool cascades_option = false;
  /// Base columns that the view's WHERE names; 0: the whole row. None of a security barrier's: the
  /// server keeps that apart from the statement's own WHERE.
  std::vector<int> named = {};
  std::vector<ColumnPair> computed = {};  ///< which base columns the other columns name

  /// Base columns in place of those of the view that a condition further out names, and in the
  /// view's own.
  [[nodiscard]] std::vector<int> named_beneath(const std::vector<int>& of_view) const;
  /// Base columns behind those columns of the view; nullopt: one of them cannot be written.
  [[nodiscard]] std::optional<std::vector<int>> mapped(const std::vector<int>& of_view) const;
};

/// What one column of a view demands beyond `reading`, if it is read.
struct ColumnDemands {
  int column = 0;
  Demands demands;
};

/// How statements on one relation are rewritten. Tables without rules and row security have
/// nothing in it.
struct Rewrites {
  RelationKind kind{};
  RoleId owner = public_role;
  bool security_invoker = false;
  bool row_security = false;  ///< these two: of tables
  bool force_row_security = false;
  Demands reading;                     ///< of a view's query, whatever columns are read
  std::vector<ColumnDemands> columns;  ///< of a view; those that demand nothing are left out
  Demands locking;                     ///< of a view's query, if its rows are locked as well
  /// Does the planner put a view's query in the place of the view? Else that has a plan of its own.
  bool is_merged = true;
  /// Of a view's query beyond `reading`, where the planner takes whole rows of everything in FROM.
  Demands marking;
  std::array<WriteRewrite, all_writes.size()> writes;
  std::optional<UpdatableView> updatable;
  /// Is there a rule for UPDATE, enabled or not, or one for INSERT that is not NOTHING?
  bool rules_meet_conflicts = false;

  [[nodiscard]] const WriteRewrite& on(Write write) const {
    return writes[static_cast<std::size_t>(write)];
  }
  /// Nothing takes the place of the write, and it can be passed on to the view's base.
  [[nodiscard]] bool passes_on(Write write) const {
    return updatable && !on(write).conditional_instead_rule;
  }
  /// INSERT with ON CONFLICT is an error. A view that passes it on does so whatever its rules are.
  [[nodiscard]] bool refuses_conflicts() const {
    const WriteRewrite& insert = on(Write::insert);
    return rules_meet_conflicts &&
           (kind != RelationKind::view || insert.instead_rule || insert.instead_trigger);
  }
};

/// Where the facts come from: the server's catalogs, or a test. What is returned stays valid as
/// long as the source.
class RelationSource {
 public:
  virtual ~RelationSource() = default;
  /// nullptr: the relation is gone.
  virtual const Rewrites* rewrites(RelationId relation) = 0;
  virtual PrivilegeSet held(RelationId relation, RoleId role) = 0;
  virtual const ColumnHoldings& columns(RelationId relation, RoleId role) = 0;
  virtual bool lacks_user_mapping(RelationId relation, RoleId role) = 0;
  /// On a foreign table among its partitions or children.
  virtual bool lacks_user_mapping_beneath(RelationId /*relation*/, RoleId /*role*/) {
    return false;
  }
  virtual Answer foreign_table_takes(RelationId relation, Write write) = 0;
  virtual Role& role(RoleId role) = 0;
  virtual const std::vector<Policy>& policies(RelationId table) = 0;
  virtual bool may_execute(FunctionId function, RoleId role) = 0;
  /// Is the stack used up? Views and rules may be stacked as deep as somebody likes.
  virtual bool is_too_deep() { return false; }

  /// What every such write to the relation calls (see is_always_evaluated_by()).
  virtual const std::vector<FunctionId>& called_by_every(Write write, RelationId relation) = 0;
  /// What computes that column of a table, or any for 0, when it is read.
  virtual const std::vector<FunctionId>& called_by_reading(RelationId table, int column) = 0;
};

}  // namespace conncheck::rules
