// Relations as pg_class has them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "extension/rules/acl.hpp"
#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

struct RelationRow {
  rules::RelationId id = InvalidOid;
  Oid schema = InvalidOid;
  std::string name;
  rules::RelationKind kind{};
  rules::RelationOwnership ownership;
  bool row_security = false;
  bool force_row_security = false;
  bool has_rules = false;
  bool has_triggers = false;
  bool has_checks = false;        ///< CHECK constraints
  bool security_invoker = false;  ///< these three: of views only
  bool security_barrier = false;
  enum class CheckOption { none, local, cascaded } check_option = CheckOption::none;
};

/// Which relations to read. A name makes it an index look-up.
struct RelationSelection {
  std::optional<std::string> name;
  std::optional<Oid> schema;  ///< only together with `name`
};

/// Takes a relation and its ACL; both are valid during the call.
using RelationVisitor = std::function<void(const RelationRow& relation, const rules::Acl& acl)>;

/// Calls `each` for every table, partitioned table, view, materialized view and foreign table.
void read_relations(const RelationSelection& selection, const RelationVisitor& each);

/// One relation; false if it is gone. Of the kinds that views can read besides those (sequences),
/// it is called a table.
[[nodiscard]] bool read_relation(rules::RelationId id, const RelationVisitor& each);

}  // namespace conncheck::server
