#include "extension/server/inheritance.hpp"

#include <algorithm>
#include <set>

#include "extension/server/catalog_scan.hpp"

namespace conncheck::server {

using rules::RelationId;

std::vector<RelationId> children_of(RelationId parent) {
  std::vector<RelationId> children;
  CatalogScan scan(InheritsRelationId, InheritsParentIndexId,
                   {{Anum_pg_inherits_inhparent, F_OIDEQ, ObjectIdGetDatum(parent)}});
  while (HeapTuple const row = scan.next()) {
    children.push_back(((Form_pg_inherits)GETSTRUCT(row))->inhrelid);
  }
  return children;
}

std::vector<RelationId> with_descendants(RelationId table) {
  std::set<RelationId> tables;
  std::vector<RelationId> pending = {table};
  while (!pending.empty()) {
    const RelationId next = pending.back();
    pending.pop_back();
    if (tables.insert(next).second) {
      const std::vector<RelationId> children = children_of(next);
      pending.insert(pending.end(), children.begin(), children.end());
    }
  }
  return {tables.begin(), tables.end()};
}

std::vector<RelationId> ancestors_of(RelationId partition) {
  std::vector<RelationId> ancestors;
  for (bool found = true; found;) {
    found = false;
    CatalogScan scan(InheritsRelationId, InheritsRelidSeqnoIndexId,
                     {{Anum_pg_inherits_inhrelid, F_OIDEQ, ObjectIdGetDatum(partition)}});
    while (HeapTuple const row = scan.next()) {
      partition = ((Form_pg_inherits)GETSTRUCT(row))->inhparent;
      found = std::find(ancestors.begin(), ancestors.end(), partition) == ancestors.end();
    }
    if (found) {
      ancestors.push_back(partition);
    }
  }
  return ancestors;
}

}  // namespace conncheck::server
