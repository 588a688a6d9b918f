#include "extension/server/foreign_keys.hpp"

#include <set>
#include <unordered_map>

#include "extension/server/catalog_scan.hpp"
#include "extension/server/inheritance.hpp"

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

}  // namespace

std::vector<RelationId> tables_truncated_along(RelationId table) {
  const std::vector<RelationId> by_itself = with_descendants(table);
  const std::set<RelationId> named(by_itself.begin(), by_itself.end());
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
