// The relations in a query's range table, as far as the query is about them.
#pragma once

#include "extension/server/query_walk.hpp"

namespace conncheck::server {

/// What stands in a range table only for its name (OLD and NEW of rules) is not. `index`, as the
/// server counts them, is that of a relation.
bool is_expanded_view(Query* query, int index);
void note_relation(Query* query, int index, QueryPart* part);
/// What `query`, which writes, does to its target; the relation itself is not filled in.
void describe_write(Query* query, FoundEntry* target);

}  // namespace conncheck::server
