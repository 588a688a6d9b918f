// Stored queries: what the permission checks of a view's or a rule's query are. Nothing is locked
// and no relation is opened; what is read is the catalog's text of the query alone.
#pragma once

#include <optional>
#include <vector>

#include "extension/rules/rewriting.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Adds what a rule's action, or an expression with its subqueries demands. Functions that
/// everybody may execute by default are left out.
/// Allocates in the current memory context, as do the others.
void add_demands(Node* node, rules::Demands& demands);
/// The same of an expression on that relation's columns.
void add_demands_of(rules::RelationId relation, Node* node, rules::Demands& demands);
/// The columns of OLD that a rule's condition names; 0: the whole row.
[[nodiscard]] std::vector<int> named_of_old_row(Node* condition);

/// nullopt: none of the three.
[[nodiscard]] std::optional<rules::Write> write_of(CmdType command);
/// What a statement writes; empty if it writes nothing, or in WITH besides.
[[nodiscard]] std::vector<rules::WriteTarget> read_write_targets(Query* statement);

/// What a view's query demands, whatever columns are read and by each column.
void read_view_demands(Query* query, rules::Rewrites& rewrites);

/// What a condition on a row security policy's table demands; its constants are looked at, too.
[[nodiscard]] rules::PolicyCondition read_policy_condition(rules::RelationId table,
                                                           Node* condition);

/// How the server would update the view by itself; nullopt if it would not.
[[nodiscard]] std::optional<rules::UpdatableView> read_updatable_view(Query* query);

}  // namespace conncheck::server
