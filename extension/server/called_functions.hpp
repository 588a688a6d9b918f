// The functions that an expression calls. All of these may ereport, and hold plain data only.
#pragma once

#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Adds those whose permission the executor checks when it prepares the node, its children aside,
/// as far as they have an ACL. Not so those of casts by text, of row comparisons, GREATEST and
/// LEAST, and of sorting.
void note_called(const Node* node, List** functions);

/// Adds the equality of each SortGroupClause: grouping makes sure that it may be executed.
void note_grouping(const List* clauses, List** functions);

/// Set-returning or volatile: the planner keeps such a column, read or not. `context` is unused.
bool has_to_run(Node* node, void* context);

}  // namespace conncheck::server
