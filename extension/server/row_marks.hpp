// An UPDATE or DELETE, and a query that locks rows, may have to look at a row again: the planner
// takes whole rows of everything in FROM then. Of what has a plan of its own there, that is every
// column.
#pragma once

#include "extension/server/query_walk.hpp"

namespace conncheck::server {

[[nodiscard]] bool marks_rows(const Query* query);
/// What it asks for beyond what else is read, of what is joined there; `level` is its query. Views
/// are noted as marked.
void walk_marked_rows(Node* joined, const QueryLevel* level, QueryPart* part);

/// What a SELECT asks for where it stands in such a statement.
QueryPart walk_marked(Query* query);
/// Likewise, of its conditions alone.
QueryPart walk_marked_conditions(Query* query);

}  // namespace conncheck::server
