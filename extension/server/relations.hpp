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
  bool security_invoker = false;  ///< these two: of views only
  enum class CheckOption { none, local, cascaded } check_option = CheckOption::none;
};

/// Which relations to read. A name makes it an index look-up.
struct RelationSelection {
  std::optional<std::string> name;
  std::optional<Oid> schema;  ///< only together with `name`
};

/// Calls `each` for every table, partitioned table, view, materialized view and foreign table,
/// with its ACL, which is valid during the call.
void read_relations(const RelationSelection& selection,
                    const std::function<void(RelationRow relation, const rules::Acl& acl)>& each);

/// One relation; false if it is gone. Of the kinds that views can read besides those (sequences),
/// it is called a table.
[[nodiscard]] bool read_relation(
    rules::RelationId id,
    const std::function<void(RelationRow relation, const rules::Acl& acl)>& each);

}  // namespace conncheck::server
