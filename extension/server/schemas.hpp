// Schemas of the database, as one role sees them.
#pragma once

#include <string>
#include <unordered_map>

#include "extension/rules/acl.hpp"
#include "extension/server/roles.hpp"

namespace conncheck::server {

struct Schema {
  Oid id = InvalidOid;
  std::string name;
  rules::RoleId owner = rules::public_role;
  rules::SchemaGrants grants;  ///< of the role that was asked for
};

using Schemas = std::unordered_map<Oid, Schema>;

/// Every schema but those of other sessions' temporary tables and, unless asked for, the system's
/// (pg_catalog, information_schema, pg_toast*).
[[nodiscard]] Schemas read_schemas(rules::Role& role, bool include_system);

}  // namespace conncheck::server
