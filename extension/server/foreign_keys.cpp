#include "extension/server/foreign_keys.hpp"

#include <set>
#include <unordered_map>

#include "extension/server/catalog_scan.hpp"

namespace conncheck::server {
namespace {

using rules::RelationId;

/// Referenced table: the tables that reference it.
using References = std::unordered_map<RelationId, std::vector<RelationId>>;

References read_references() {
  References references;
  CatalogScan scan(ConstraintRelationId, InvalidOid, {});
  while (HeapTuple const row = scan.next([](HeapTuple constraint) {
    return ((Form_pg_constraint)GETSTRUCT(constraint))->contype == CONSTRAINT_FOREIGN;
  })) {
    const auto* const key = (Form_pg_constraint)GETSTRUCT(row);
    references[key->confrelid].push_back(key->conrelid);
  }
  return references;
}

std::vector<RelationId> children_of(RelationId parent) {
  std::vector<RelationId> children;
  CatalogScan scan(InheritsRelationId, InheritsParentIndexId,
                   {{Anum_pg_inherits_inhparent, F_OIDEQ, ObjectIdGetDatum(parent)}});
  while (HeapTuple const row = scan.next()) {
    children.push_back(((Form_pg_inherits)GETSTRUCT(row))->inhrelid);
  }
  return children;
}

void add_with_descendants(RelationId table, std::set<RelationId>& tables) {
  std::vector<RelationId> pending = {table};
  while (!pending.empty()) {
    const RelationId next = pending.back();
    pending.pop_back();
    if (tables.insert(next).second) {
      const std::vector<RelationId> children = children_of(next);
      pending.insert(pending.end(), children.begin(), children.end());
    }
  }
}

}  // namespace

std::vector<RelationId> tables_truncated_along(RelationId table) {
  std::set<RelationId> named;  // by TRUNCATE of the table itself
  add_with_descendants(table, named);
  const References references = read_references();
  std::set<RelationId> along;
  std::vector<RelationId> pending(named.begin(), named.end());
  while (!pending.empty()) {
    const auto found = references.find(pending.back());
    pending.pop_back();
    if (found == references.end()) {
      continue;
    }
    for (const RelationId referencing : found->second) {
      if (!named.contains(referencing) && along.insert(referencing).second) {
        pending.push_back(referencing);
      }
    }
  }
  return {along.begin(), along.end()};
}

}  // namespace conncheck::server
