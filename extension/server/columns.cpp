#include "extension/server/columns.hpp"

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {
namespace {

Form_pg_attribute attribute(HeapTuple row) { return (Form_pg_attribute)GETSTRUCT(row); }

bool exists(HeapTuple row) { return !attribute(row)->attisdropped; }
bool has_acl(HeapTuple row) { return exists(row) && !is_null(row, Anum_pg_attribute_attacl); }

std::vector<rules::AclItem> acl_of(HeapTuple row, TupleDesc descriptor) {
  DeformedRow<Natts_pg_attribute> columns;
  columns.deform(row, descriptor);
  return acl_items(columns[Anum_pg_attribute_attacl]);
}

void append_live(HeapTuple row, std::vector<rules::Column>& live) {
  if (attribute(row)->attnum > 0) {
    live.push_back({attribute(row)->attnum, attribute(row)->attgenerated != '\0'});
  }
}

ScanCondition of_relation(rules::RelationId relation) {
  return {Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(relation)};
}

}  // namespace

void read_column_acls(
    const std::function<void(rules::RelationId relation, int number, const char* name,
                             std::span<const rules::AclItem> acl)>& each) {
  CatalogScan scan(AttributeRelationId, InvalidOid, {});
  ScratchMemory memory;
  int rows = 0;
  while (HeapTuple const row = scan.next(has_acl)) {
    each(attribute(row)->attrelid, attribute(row)->attnum, NameStr(attribute(row)->attname),
         acl_of(row, scan.descriptor()));
    if (++rows % 1000 == 0) {
      memory.reset();
    }
  }
}

rules::ColumnHoldings read_columns(rules::RelationId relation, rules::Role& role) {
  rules::ColumnHoldings holdings;
  CatalogScan scan(AttributeRelationId, AttributeRelidNumIndexId, {of_relation(relation)});
  ScratchMemory memory;
  while (HeapTuple const row = scan.next(exists)) {
    append_live(row, holdings.live);
    if (has_acl(row)) {
      const PrivilegeSet held = rules::column_grants(role, acl_of(row, scan.descriptor()));
      if (!held.empty()) {
        holdings.grants.push_back({attribute(row)->attnum, NameStr(attribute(row)->attname), held});
      }
    }
  }
  return holdings;
}

}  // namespace conncheck::server
