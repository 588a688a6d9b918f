// Views and rules: which permission checks a statement brings along underneath, and do they pass.
#pragma once

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

#include "extension/rules/columns.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/role.hpp"

namespace conncheck::rules {

/// One check as the executor makes it: each required privilege on the relation, or (SELECT,
/// INSERT, UPDATE) on each of these columns; on any column where none is named.
/// Column number 0 stands for the whole row.
struct PermissionCheck {
  RelationId relation = 0;
  PrivilegeSet required;
  std::vector<int> selected;
  std::vector<int> inserted;
  std::vector<int> updated;
};

/// Something that a stored statement writes; its columns as far as it names them.
struct WriteTarget {
  RelationId relation = 0;
  Write write{};
  std::vector<int> columns;
};

/// What stored statements ask for, apart from who is asked.
struct Demands {
  std::vector<PermissionCheck> checks;
  std::vector<RelationId> views_read;  ///< these are expanded, and their own demands hold as well
  std::vector<WriteTarget> writes;
};

/// Rules (those that are enabled) and INSTEAD OF triggers for one kind of write.
struct WriteRewrite {
  bool instead_rule = false;  ///< an unconditional one
  /// With a conditional one, the server no longer updates a view by itself.
  bool conditional_instead_rule = false;
  bool instead_trigger = false;
  Demands rules;  ///< of all actions; made as the relation's owner
};

/// A view that the server can update by itself.
struct UpdatableView {
  struct ColumnPair {
    int of_view = 0;
    int of_base = 0;
  };
  RelationId base = 0;
  std::vector<ColumnPair> columns;  ///< the updatable ones
  Demands condition;                ///< of the view's WHERE
  bool checks_option = false;       ///< WITH CHECK OPTION of either sort
  bool cascades_option = false;
};

/// How statements on one relation are rewritten. Tables without rules have nothing in it.
struct Rewrites {
  RelationKind kind{};
  RoleId owner = public_role;
  bool security_invoker = false;
  Demands reading;  ///< of a view's query
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
};

/// Would the executor let `role` pass?
[[nodiscard]] bool passes(RelationSource& source, const PermissionCheck& check, RoleId role);

/// Judges what lies beneath relations for one audited role: security_invoker views ask it, other
/// views and all rules ask their owner. Schema USAGE does not count there.
class Rewriting {
 public:
  Rewriting(RelationSource& source, RoleId audited) : source_(source), audited_(audited) {}

  /// May everything be read that reading this view reads? True for what is no view.
  bool readable_beneath(RelationId relation);
  /// Does the relation take the write: by itself, as an updatable view, by rule or trigger?
  Answer takes(RelationId relation, Write write);
  /// May everything be done that writing to all columns of this relation does in turn?
  Answer writable_beneath(RelationId relation, Write write);

 private:
  using Columns = std::optional<std::vector<int>>;  ///< nullopt: all of them
  struct Path;

  RoleId checking_role(const Rewrites& view) const;
  Columns written_beneath(const UpdatableView& view, Write write, const Columns& columns,
                          const Path* path);
  bool satisfied(const Demands& demands, RoleId role);
  Answer satisfied_with_writes(const Demands& demands, RoleId role, const Path* path);
  Answer takes(RelationId relation, Write write, const Columns& columns, const Path* path);
  Answer writable(RelationId relation, Write write, const Columns& columns, bool checks_option,
                  const Path* path);
  Answer base_writable(const Rewrites& view, Write write, const Columns& columns,
                       bool checks_option, const Path* path);

  RelationSource& source_;
  RoleId audited_;
  /// A view that is being judged stands in it as `false`: one that reads itself is blocked.
  std::unordered_map<RelationId, bool> readable_;
};

}  // namespace conncheck::rules
