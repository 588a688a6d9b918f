#include "extension/server/foreign_parents.hpp"

#include <set>

#include "extension/server/catalog_scan.hpp"

namespace conncheck::server {
namespace {

using rules::RelationId;

std::vector<RelationId> foreign_tables() {
  std::vector<RelationId> tables;
  CatalogScan scan(ForeignTableRelationId, InvalidOid, {});
  while (HeapTuple const row = scan.next()) {
    tables.push_back(((Form_pg_foreign_table)GETSTRUCT(row))->ftrelid);
  }
  return tables;
}

std::vector<RelationId> parents_of(RelationId table) {
  std::vector<RelationId> parents;
  CatalogScan scan(InheritsRelationId, InheritsRelidSeqnoIndexId,
                   {{Anum_pg_inherits_inhrelid, F_OIDEQ, ObjectIdGetDatum(table)}});
  while (HeapTuple const row = scan.next()) {
    parents.push_back(((Form_pg_inherits)GETSTRUCT(row))->inhparent);
  }
  return parents;
}

}  // namespace

ForeignParents read_foreign_parents() {
  ForeignParents result;
  for (const RelationId foreign : foreign_tables()) {
    std::set<RelationId> above;
    std::vector<RelationId> pending = {foreign};
    while (!pending.empty()) {
      const RelationId table = pending.back();
      pending.pop_back();
      for (const RelationId parent : parents_of(table)) {
        if (above.insert(parent).second) {
          pending.push_back(parent);
          result[parent].push_back(foreign);
        }
      }
    }
  }
  return result;
}

}  // namespace conncheck::server
