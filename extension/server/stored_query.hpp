// Stored queries: what the permission checks of a view's or a rule's query are. Nothing is locked
// and no relation is opened; what is read is the catalog's text of the query alone.
#pragma once

#include "extension/rules/rewriting.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Adds what a rule's action, a view's query, or an expression with its subqueries demands.
/// Allocates in the current memory context.
void add_demands(Node* node, rules::Demands& demands);

/// How the server would update the view by itself; nullopt if it would not.
[[nodiscard]] std::optional<rules::UpdatableView> read_updatable_view(Query* query);

}  // namespace conncheck::server
