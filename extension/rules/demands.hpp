// What a stored statement asks for when it is run, apart from who is asked.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "extension/rules/relation.hpp"
#include "extension/rules/role.hpp"

namespace conncheck::rules {

using FunctionId = std::uint32_t;

/// One check as the executor makes it: each required privilege on the relation, or (SELECT,
/// INSERT, UPDATE) on each of these columns; on any column where none is named.
/// Column number 0 stands for the whole row.
struct PermissionCheck {
  RelationId relation = 0;
  PrivilegeSet required;
  std::vector<int> selected;
  std::vector<int> inserted;
  std::vector<int> updated;
  std::optional<Write> write = std::nullopt;  ///< if it is what the statement writes
};

/// Something that a stored statement writes; its columns as far as it names them.
struct WriteTarget {
  RelationId relation = 0;
  Write write{};
  std::vector<int> columns;
  bool reads = false;         ///< its rows, too: in WHERE, RETURNING or in what it assigns
  std::vector<int> selected;  ///< the columns that it reads then
  bool on_conflict = false;   ///< an INSERT with that clause, or the UPDATE in it
  std::vector<int> assigned =
      {};  ///< those of `columns` that are given something else than DEFAULT
  bool overriding =
      false;  ///< OVERRIDING of either sort: what is GENERATED AS IDENTITY may be given
  std::vector<int> named = {};  ///< its columns in the statement's WHERE; 0: the whole row
};

/// A column of a view that is read; 0 stands for all of them.
struct ViewColumn {
  RelationId view = 0;
  int column = 0;
};

/// A column of a table that is read; 0 stands for all of them.
struct TableColumn {
  RelationId table = 0;
  int column = 0;
};

/// A function that a role other than the one that runs the statement must be able to execute.
struct CallAs {
  FunctionId function = 0;
  RoleId role = public_role;
};

struct Demands {
  std::vector<PermissionCheck> checks;
  std::vector<RelationId> views_read;    ///< these are expanded, and their own demands hold as well
  std::vector<RelationId> views_locked;  ///< of these: by FOR UPDATE and its like
  std::vector<RelationId>
      views_marked;  ///< of these: where the planner takes whole rows (row_marks)
  /// The planner drops what computes a column that nobody reads, and with it what that calls.
  std::vector<ViewColumn> columns_read;
  /// Of tables: what computes a column when it is read calls functions, too.
  std::vector<TableColumn> table_columns_read;
  /// EXECUTE is asked of the role that runs the statement, never of a view's or a rule's owner.
  std::vector<FunctionId> functions;
  std::vector<CallAs> called_as;  ///< what an aggregate consists of: its owner calls it
  std::vector<WriteTarget> writes;
  /// The statement itself calls something volatile, or gives sets: where it is a subquery, the
  /// planner keeps it, read or not.
  bool varies = false;

  [[nodiscard]] bool empty() const {
    return checks.empty() && views_read.empty() && views_locked.empty() && views_marked.empty() &&
           columns_read.empty() && table_columns_read.empty() && functions.empty() &&
           called_as.empty() && writes.empty();
  }
};

}  // namespace conncheck::rules
