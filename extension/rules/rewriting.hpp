// Views and rules: which permission checks a statement brings along underneath, and do they pass.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "extension/rules/columns.hpp"
#include "extension/rules/demands.hpp"
#include "extension/rules/expansion_path.hpp"
#include "extension/rules/policies.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/role.hpp"

namespace conncheck::rules {

/// Rules (those that are enabled) and INSTEAD OF triggers for one kind of write.
struct WriteRewrite {
  bool instead_rule = false;  ///< an unconditional one
  /// With a conditional one, the server no longer updates a view by itself.
  bool conditional_instead_rule = false;
  bool instead_trigger = false;
  bool has_actions = false;  ///< of any rule; NOTHING is none
  Demands rules;             ///< of all actions; made as the relation's owner
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
  bool checks_option = false;       ///< WITH CHECK OPTION of either sort
  bool cascades_option = false;
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
  std::array<WriteRewrite, all_writes.size()> writes;
  std::optional<UpdatableView> updatable;

  [[nodiscard]] const WriteRewrite& on(Write write) const {
    return writes[static_cast<std::size_t>(write)];
  }
  /// Nothing takes the place of the write, and it can be passed on to the view's base.
  [[nodiscard]] bool passes_on(Write write) const {
    return updatable && !on(write).conditional_instead_rule;
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
  virtual Answer foreign_table_takes(RelationId relation, Write write) = 0;
  virtual Role& role(RoleId role) = 0;
  virtual const std::vector<Policy>& policies(RelationId table) = 0;
  virtual bool may_execute(FunctionId function, RoleId role) = 0;
};

/// Would the executor let `role` pass, row security aside?
[[nodiscard]] bool passes(RelationSource& source, const PermissionCheck& check, RoleId role);

/// What comes of everything that a statement does beneath the relation that it names.
struct Beneath {
  Answer relations = Answer::yes;  ///< may it be done to them?
  bool functions = true;           ///< may what is called be executed?
  bool endless = false;            ///< views, policies or rules lead back to themselves

  Beneath& operator&=(const Beneath& other);
};

/// Judges what lies beneath relations for one audited role: security_invoker views and policies
/// ask the reader, other views and all rules ask their owner. Schema USAGE does not count there.
class Rewriting {
 public:
  Rewriting(RelationSource& source, RoleId audited) : source_(source), audited_(audited) {}

  /// May everything be read that reading all columns of this relation reads: what a view stands
  /// for, what the policies of a table ask?
  bool readable_beneath(RelationId relation);
  /// May the audited role execute every function that this calls?
  bool may_execute_reading(RelationId relation);
  /// Does the relation take the write: by itself, as an updatable view, by rule or trigger?
  Answer takes(RelationId relation, Write write);
  /// May everything be done that writing to all columns of this relation does in turn?
  Answer writable_beneath(RelationId relation, Write write);
  bool may_execute_writing(RelationId relation, Write write);

 private:
  using Columns = std::optional<std::vector<int>>;  ///< nullopt: all of them
  struct Path;
  struct Writing;
  struct ViewReading {
    Beneath query;  ///< whatever columns are read
    std::vector<std::pair<int, Beneath>> columns;
    std::vector<RelationId> expanded;
  };
  struct TableReading {
    Beneath policies;
    std::vector<RelationId> expanded;
  };

  const Beneath& reading(RelationId relation);
  const Beneath& writing(RelationId relation, Write write);

  RoleId checking_role(const Rewrites& view) const;
  Columns written_beneath(const UpdatableView& view, Write write, const Columns& columns,
                          const Path* path);
  Beneath checked(const PermissionCheck& check, RoleId role);
  Beneath satisfied(const Demands& demands, RoleId role);
  Beneath satisfied_with_writes(const Demands& demands, RoleId role, const Path* path);
  ViewReading view_reading(RelationId view);
  ViewReading read_view(const Rewrites& view);
  Beneath locking(RelationId view);
  Beneath column_reading(RelationId view, int column);
  Beneath row_security(RelationId table, const TableUse& use, RoleId role);
  TableReading policies_pass(RelationId table, const TableUse& use, RoleId role);
  Answer takes(RelationId relation, Write write, const Columns& columns, const Path* path);
  Beneath writable(RelationId relation, const Writing& writing, RoleId role, const Path* path);
  Beneath base_writable(RelationId relation, const Rewrites& view, const Writing& writing,
                        const Path* path);

  RelationSource& source_;
  RoleId audited_;
  ExpansionPath path_;
  // What has been judged. Endless ones only where they were begun: seen from elsewhere, what lies
  // on the way may end.
  std::unordered_map<RelationId, ViewReading> views_;
  std::map<std::tuple<RelationId, RoleId, int, std::uint32_t>, TableReading> tables_;
  std::unordered_map<RelationId, Beneath> readings_;
  std::map<std::pair<RelationId, Write>, Beneath> writings_;
};

}  // namespace conncheck::rules
