// Columns and their ACLs, as pg_attribute has them.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/rules/columns.hpp"
#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Calls `each` for every column of the database with an ACL of its own, in no order, dropped
/// columns left out. Reads all of pg_attribute once.
void read_column_acls(
    const std::function<void(rules::RelationId relation, int number, const char* name,
                             std::span<const rules::AclItem> acl)>& each);

/// What the role holds by column on one relation, and the relation's columns. Index look-ups.
[[nodiscard]] rules::ColumnHoldings read_columns(rules::RelationId relation, rules::Role& role);

}  // namespace conncheck::server
