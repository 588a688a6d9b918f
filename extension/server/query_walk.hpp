// The walk over a stored query as the planner would leave it: what nobody reads is dropped.
#pragma once

#include "extension/server/called_functions.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {

/// All of this is plain data in the current memory context: the walk runs inside guard().
struct FoundEntry {
  Oid relation;
  bool is_expanded_view;
  bool is_locked_view;  ///< by FOR UPDATE and its like
  bool is_marked_view;  ///< (see row_marks.hpp)
  bool is_target;
  CmdType command;  ///< these: if is_target
  bool on_conflict;
  bool overriding;
  Bitmapset* assigned;  ///< columns that are given something else than DEFAULT
  Bitmapset* assigned_on_conflict;
  Bitmapset* named;  ///< columns in the statement's WHERE
  EntryPermissions permissions;
};

struct FoundColumn {
  Oid relation;
  int column;  ///< 0: all of them
};

/// What a part of a query asks for.
struct QueryPart {
  List* entries = nullptr;    ///< of FoundEntry
  List* columns = nullptr;    ///< of FoundColumn: read from views
  List* of_tables = nullptr;  ///< of FoundColumn: read from tables
  CalledFunctions called;
  List* followed = nullptr;  ///< columns of subqueries that have been walked
};

/// Queries around the node that is walked, innermost first.
struct QueryLevel {
  Query* query;
  const QueryLevel* outer;
};

[[nodiscard]] bool is_constant_true(const Node* node);

/// All of a statement or an expression. `level` is what variables of an expression refer to;
/// nullptr: nothing that matters. These may ereport.
QueryPart walk_node(Node* node, const QueryLevel* level);
/// An expression that is stored with a relation: its variables are that relation's columns.
QueryPart walk_expression_of(Oid relation, Node* node);
/// What a SELECT asks for when none of its columns is read.
QueryPart walk_without_columns(Query* query);
/// What a SELECT asks for beyond that when somebody locks its rows.
QueryPart walk_locked(Query* query);
/// What one of its columns, counted from 1, adds to that.
QueryPart walk_column(Query* query, int column);

/// Adds what computes a column of a query within those of `around`, or all of them for 0.
void walk_output(Query* query, int column, const QueryLevel* around, QueryPart* part);
/// Likewise, of the WITH query that an entry of `level` refers to, if it is read in its place.
void walk_with_query(RangeTblEntry* entry, int column, const QueryLevel* level, QueryPart* part);

}  // namespace conncheck::server
