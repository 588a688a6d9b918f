#include "extension/server/foreign_keys.hpp"

#include <set>
#include <unordered_map>

#include "extension/server/catalog_scan.hpp"
#include "extension/server/inheritance.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/version.hpp"

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

using Columns = DeformedRow<Natts_pg_constraint>;

rules::ReferentialAction action_of(char stored) {
  switch (stored) {
    case FKCONSTR_ACTION_RESTRICT:
      return rules::ReferentialAction::forbid;
    case FKCONSTR_ACTION_CASCADE:
      return rules::ReferentialAction::cascade;
    case FKCONSTR_ACTION_SETNULL:
    case FKCONSTR_ACTION_SETDEFAULT:
      return rules::ReferentialAction::set;
    default:
      return rules::ReferentialAction::none;
  }
}

std::vector<int> numbers(const Columns& columns, int column) {
  if (column == 0 || !columns.has(column)) {
    return {};
  }
  struct Numbers {
    const std::int16_t* first;
    int count;
  };
  const Datum stored = columns[column];
  const Numbers found = guard([stored] {
    ArrayType* const array = DatumGetArrayTypeP(stored);
    return Numbers{(const std::int16_t*)ARR_DATA_PTR(array),
                   ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))};
  });
  return {found.first, found.first + found.count};
}

struct FoundKey {
  Oid id;
  Oid parent;  ///< of a partition's: that of the partitioned table
  rules::ForeignKey key;
};

bool is_foreign_key(HeapTuple row) {
  const auto* const constraint = (Form_pg_constraint)GETSTRUCT(row);
  return constraint->contype == CONSTRAINT_FOREIGN && is_enforced(constraint);
}

FoundKey read_key(HeapTuple row, TupleDesc descriptor) {
  const auto* const form = (Form_pg_constraint)GETSTRUCT(row);
  Columns columns;
  columns.deform(row, descriptor);
  FoundKey found{form->oid, form->conparentid, {}};
  found.key.name = NameStr(form->conname);
  found.key.referencing = form->conrelid;
  found.key.referenced = form->confrelid;
  found.key.referencing_columns = numbers(columns, Anum_pg_constraint_conkey);
  found.key.referenced_columns = numbers(columns, Anum_pg_constraint_confkey);
  found.key.columns_set_on_delete = numbers(columns, columns_set_on_delete);
  found.key.on_update = action_of(form->confupdtype);
  found.key.on_delete = action_of(form->confdeltype);
  return found;
}

/// Of a key and those that stand for it at each partition on the other side, the first is the one.
std::vector<rules::ForeignKey> without_partitions(std::vector<FoundKey> found) {
  std::set<Oid> ids;
  for (const FoundKey& each : found) {
    ids.insert(each.id);
  }
  std::vector<rules::ForeignKey> keys;
  for (FoundKey& each : found) {
    if (!ids.contains(each.parent)) {
      keys.push_back(std::move(each.key));
    }
  }
  std::sort(keys.begin(), keys.end(), [](const rules::ForeignKey& a, const rules::ForeignKey& b) {
    return std::tie(a.name, a.referencing) < std::tie(b.name, b.referencing);
  });
  return keys;
}

}  // namespace

std::vector<rules::ForeignKey> foreign_keys_of(RelationId referencing) {
  std::vector<FoundKey> found;
  ScratchMemory memory;
  CatalogScan scan(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                   {{Anum_pg_constraint_conrelid, F_OIDEQ, ObjectIdGetDatum(referencing)}});
  while (HeapTuple const row = scan.next(is_foreign_key)) {
    found.push_back(read_key(row, scan.descriptor()));
  }
  return without_partitions(std::move(found));
}

std::vector<rules::ForeignKey> foreign_keys_to(RelationId referenced) {
  std::vector<FoundKey> found;
  ScratchMemory memory;
  CatalogScan scan(ConstraintRelationId, InvalidOid, {});
  while (HeapTuple const row = scan.next(is_foreign_key)) {
    if (((Form_pg_constraint)GETSTRUCT(row))->confrelid == referenced) {
      found.push_back(read_key(row, scan.descriptor()));
    }
  }
  return without_partitions(std::move(found));
}

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
