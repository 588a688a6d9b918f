#include "extension/server/virtual_columns.hpp"

#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/stored_query.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

/// What column a default belongs to, if that is virtual.
std::optional<VirtualColumn> virtual_column(rules::RelationId relation, AttrNumber number) {
  struct Facts {
    bool is_virtual = false;
    bool not_null = false;
    NameData name = {};
  };
  const Facts facts = guard([=] {
    Facts found;
    HeapTuple const row =
        SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(number));
    if (HeapTupleIsValid(row)) {
      const auto* const column = (Form_pg_attribute)GETSTRUCT(row);
      found = {column->attgenerated == generated_when_read, column->attnotnull, column->attname};
      ReleaseSysCache(row);
    }
    return found;
  });
  if (!facts.is_virtual) {
    return std::nullopt;
  }
  return VirtualColumn{number, NameStr(facts.name), facts.not_null, {}};
}

}  // namespace

std::vector<VirtualColumn> read_virtual_columns(rules::RelationId relation) {
  std::vector<VirtualColumn> columns;
  if (!has_virtual_columns) {
    return columns;
  }
  ScratchMemory memory;
  CatalogScan scan(AttrDefaultRelationId, AttrDefaultIndexId,
                   {{Anum_pg_attrdef_adrelid, F_OIDEQ, ObjectIdGetDatum(relation)}});
  DeformedRow<Natts_pg_attrdef> stored;
  while (HeapTuple const row = scan.next()) {
    stored.deform(row, scan.descriptor());
    std::optional<VirtualColumn> column =
        virtual_column(relation, DatumGetInt16(stored[Anum_pg_attrdef_adnum]));
    if (!column) {
      continue;
    }
    const Datum tree = stored[Anum_pg_attrdef_adbin];
    rules::Demands demands;
    add_demands(guard([tree] { return (Node*)stringToNode(TextDatumGetCString(tree)); }), demands);
    column->functions = std::move(demands.functions);
    if (!column->functions.empty()) {
      columns.push_back(std::move(*column));
    }
  }
  return columns;
}

}  // namespace conncheck::server
