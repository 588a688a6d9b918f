// Columns and their ACLs, as pg_attribute has them.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/rules/columns.hpp"
#include "extension/rules/relation.hpp"
#include "extension/server/catalog_scan.hpp"

namespace conncheck::server {

struct ColumnRow {
  rules::RelationId relation = InvalidOid;
  int number = 0;  ///< below 0: a system column
  const char* name = nullptr;
  bool generated = false;
};

/// Calls `each` for every column of the database with an ACL of its own, in no order, but for
/// dropped ones; row and ACL are valid during the call. Goes through all of pg_attribute once, past
/// the rows that cannot have an ACL without looking at them.
void read_column_acls(
    const std::function<void(const ColumnRow& column, std::span<const rules::AclItem> acl)>& each);

/// Calls `each` for every column of the database that exists, system columns left out, in no order.
/// Reads all of pg_attribute once.
void read_all_live_columns(const std::function<void(const ColumnRow& column)>& each);

/// The same for one relation after another. Index look-ups.
class LiveColumns {
 public:
  LiveColumns();

  /// In the columns' order, as long as `each` wants more.
  void read(rules::RelationId relation, const std::function<bool(const ColumnRow& column)>& each);
  /// To be called in the end.
  void close() { scan_.close(); }

 private:
  CatalogScan scan_;
};

/// What the role holds by column on one relation, and the relation's columns. Index look-ups.
[[nodiscard]] rules::ColumnHoldings read_columns(rules::RelationId relation, rules::Role& role);

}  // namespace conncheck::server
