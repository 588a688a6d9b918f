// The functions that an expression calls. All of these may ereport, and hold plain data only.
#pragma once

#include "extension/server/guard.hpp"

namespace conncheck::server {

struct CalledFunctions {
  List* functions = nullptr;  ///< OIDs, of those only that have an ACL; some twice
  /// Likewise, each followed by the owner of the aggregate that consists of it, who calls it.
  List* by_owners = nullptr;
  List* looked_into = nullptr;  ///< domains, and functions with defaults: once is enough
};

/// Adds those whose permission the executor checks when it prepares the node, its children aside,
/// as far as they have an ACL: also what a domain checks when a value is cast to it, and what
/// stands in for an argument that is not given. Not so those of casts by text, of row comparisons,
/// GREATEST and LEAST, and of sorting.
void note_called(const Node* node, CalledFunctions* called);

/// Adds the equality of each SortGroupClause: grouping makes sure that it may be executed.
void note_grouping(const List* clauses, CalledFunctions* called);

/// Set-returning or volatile: the planner keeps such a column, read or not. `context` is unused.
bool has_to_run(Node* node, void* context);

}  // namespace conncheck::server
