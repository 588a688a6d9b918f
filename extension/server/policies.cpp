#include "extension/server/policies.hpp"

#include <algorithm>
#include <optional>

#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/plain_conditions.hpp"
#include "extension/server/stored_query.hpp"

namespace conncheck::server {
namespace {

using Columns = DeformedRow<Natts_pg_policy>;

rules::Policy::Command command_of(char polcmd) {
  switch (polcmd) {
    case ACL_SELECT_CHR:
      return rules::Policy::Command::select;
    case ACL_INSERT_CHR:
      return rules::Policy::Command::insert;
    case ACL_UPDATE_CHR:
      return rules::Policy::Command::update;
    case ACL_DELETE_CHR:
      return rules::Policy::Command::delete_;
    default:
      return rules::Policy::Command::all;
  }
}

std::vector<rules::RoleId> roles_of(Datum polroles) {
  struct Oids {
    const Oid* first;
    int count;
  };
  const Oids oids = guard([polroles] {
    ArrayType* const array = DatumGetArrayTypeP(polroles);
    return Oids{(const Oid*)ARR_DATA_PTR(array), ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))};
  });
  return {oids.first, oids.first + oids.count};
}

std::optional<rules::PolicyCondition> condition_of(rules::RelationId table, const Columns& columns,
                                                   int column) {
  if (!columns.has(column)) {
    return std::nullopt;
  }
  const Datum stored = columns[column];
  return read_policy_condition(
      table, guard([stored] { return (Node*)stringToNode(TextDatumGetCString(stored)); }));
}

void sort_and_deduplicate(std::vector<rules::RelationId>& tables) {
  std::sort(tables.begin(), tables.end());
  tables.erase(std::unique(tables.begin(), tables.end()), tables.end());
}

}  // namespace

std::vector<rules::Policy> read_policies(rules::RelationId table) {
  std::vector<rules::Policy> policies;
  CatalogScan scan(PolicyRelationId, PolicyPolrelidPolnameIndexId,
                   {{Anum_pg_policy_polrelid, F_OIDEQ, ObjectIdGetDatum(table)}});
  ScratchMemory memory;
  while (HeapTuple const row = scan.next()) {
    const auto* const form = (Form_pg_policy)GETSTRUCT(row);
    Columns columns;
    columns.deform(row, scan.descriptor());
    rules::Policy& policy = policies.emplace_back();
    policy.command = command_of(form->polcmd);
    policy.permissive = form->polpermissive;
    policy.roles = roles_of(columns[Anum_pg_policy_polroles]);
    policy.using_rows = condition_of(table, columns, Anum_pg_policy_polqual);
    policy.with_check = condition_of(table, columns, Anum_pg_policy_polwithcheck);
    memory.reset();
  }
  return policies;
}

TablesWithPolicies tables_with_policies() {
  TablesWithPolicies tables;
  CatalogScan scan(PolicyRelationId, InvalidOid, {});
  PlainConditions plain;
  Columns columns;
  ScratchMemory memory;
  while (HeapTuple const row = scan.next()) {
    columns.deform(row, scan.descriptor());
    const rules::RelationId table = ((Form_pg_policy)GETSTRUCT(row))->polrelid;
    tables.all.push_back(table);
    for (const int condition : {Anum_pg_policy_polqual, Anum_pg_policy_polwithcheck}) {
      if (columns.has(condition) && !plain.has(columns[condition])) {
        tables.demanding.push_back(table);
      }
    }
    memory.reset();
  }
  sort_and_deduplicate(tables.all);
  sort_and_deduplicate(tables.demanding);
  return tables;
}

}  // namespace conncheck::server
