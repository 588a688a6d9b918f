#include "extension/server/schemas.hpp"

#include <optional>
#include <string_view>

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

bool is_system_schema(std::string_view name) {
  return name == "pg_catalog" || name == "information_schema" || name.substr(0, 8) == "pg_toast";
}

/// The server judges its own temporary schema by the database's TEMP privilege, not by its ACL.
rules::SchemaGrants temporary_schema_grants(rules::Role& role) {
  const rules::RoleId id = role.id();
  return {true,
          role.superuser() || guard([id] { return has_database_privilege(id, ACL_CREATE_TEMP); })};
}

rules::SchemaGrants grants_of(rules::Role& role, Oid schema, rules::RoleId owner, HeapTuple row,
                              TupleDesc descriptor) {
  if (guard([schema] { return isTempNamespace(schema); })) {
    return temporary_schema_grants(role);
  }
  if (is_null(row, Anum_pg_namespace_nspacl)) {
    return rules::schema_grants(role, owner, std::nullopt);
  }
  DeformedRow<Natts_pg_namespace> columns;
  columns.deform(row, descriptor);
  const std::vector<rules::AclItem> items = acl_items(columns[Anum_pg_namespace_nspacl]);
  return rules::schema_grants(role, owner, items);
}

}  // namespace

Schemas read_schemas(rules::Role& role, bool include_system) {
  ScratchMemory memory;
  Schemas schemas;
  CatalogScan scan(NamespaceRelationId, InvalidOid, {});
  while (HeapTuple const row = scan.next()) {
    const auto* const schema = (Form_pg_namespace)GETSTRUCT(row);
    const Oid id = schema->oid;
    if ((!include_system && is_system_schema(NameStr(schema->nspname))) ||
        guard([id] { return isOtherTempNamespace(id); })) {
      continue;
    }
    schemas.emplace(id, Schema{id, NameStr(schema->nspname), schema->nspowner,
                               grants_of(role, id, schema->nspowner, row, scan.descriptor())});
  }
  return schemas;
}

}  // namespace conncheck::server
