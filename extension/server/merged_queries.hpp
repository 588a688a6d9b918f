// What the planner makes of queries within queries, as far as it decides what they ask for. All of
// these may ereport.
#pragma once

#include "extension/server/version.hpp"

namespace conncheck::server {

/// Does the planner put it in the place where it stands in FROM? Else it has a plan of its own.
/// (is_simple_subquery() in prepjointree.c.)
[[nodiscard]] bool is_merged(Query* query);

/// EXISTS wants rows and no columns, unless what there is depends on more than WHERE.
[[nodiscard]] bool wants_rows_alone(const SubLink* link);

/// Does the planner make a join of it, where a condition demands it?
/// (convert_EXISTS_sublink_to_join() and convert_ANY_sublink_to_join() in subselect.c; in doubt
/// yes.)
[[nodiscard]] bool becomes_join(const SubLink* link);

/// Is there a call in it that the planner makes itself: of something immutable, and of no column?
/// `query` is that of its variables; those that stand for expressions beneath count as such.
[[nodiscard]] bool may_be_evaluated_early(Node* node, Query* query);

}  // namespace conncheck::server
