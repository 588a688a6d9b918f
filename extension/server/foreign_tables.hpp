// Foreign tables: what their wrapper takes, and whether it demands a user mapping.
#pragma once

#include "extension/rules/relation.hpp"
#include "extension/rules/role.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

struct ForeignTable {
  Oid server = InvalidOid;
  bool demands_user_mapping = false;  ///< postgres_fdw; file_fdw, for one, reads without
  bool takes_truncate = false;
  rules::WriteAnswers takes;  ///< unknown: the wrapper wants the relation, and it is locked
};

/// Asks the wrapper; one without handler takes nothing. Tries for the relation's lock without
/// waiting, and only if the wrapper judges each relation by itself.
[[nodiscard]] ForeignTable read_foreign_table(rules::RelationId relation);

/// Has the role, or PUBLIC, a user mapping on the foreign server?
[[nodiscard]] bool has_user_mapping(rules::RoleId role, Oid server);

}  // namespace conncheck::server
