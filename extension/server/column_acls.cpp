#include "extension/server/column_acls.hpp"

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {

std::vector<ColumnAcl> read_column_acls_of(rules::RelationId relation) {
  std::vector<ColumnAcl> found;
  CatalogScan scan(AttributeRelationId, AttributeRelidNumIndexId,
                   {{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(relation)}});
  ScratchMemory memory;
  DeformedRow<Natts_pg_attribute> columns;
  while (HeapTuple const row = scan.next()) {
    const auto* const attribute = (Form_pg_attribute)GETSTRUCT(row);
    if (attribute->attisdropped) {
      continue;
    }
    ColumnAcl column{
        attribute->attnum, NameStr(attribute->attname), attribute->attgenerated != '\0', {}};
    if (!is_null(row, Anum_pg_attribute_attacl)) {
      columns.deform(row, scan.descriptor());
      column.acl = acl_items(columns[Anum_pg_attribute_attacl]);
    }
    found.push_back(std::move(column));
  }
  return found;
}

}  // namespace conncheck::server
