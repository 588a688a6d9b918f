// The relations in a query's range table, as far as the query is about them.
#pragma once

#include "extension/server/query_walk.hpp"

namespace conncheck::server {

/// What stands in a range table only for its name (OLD and NEW of rules) is not. `index`, as the
/// server counts them, is that of a relation.
bool is_expanded_view(Query* query, int index);
void note_relation(Query* query, int index, QueryPart* part);

}  // namespace conncheck::server
