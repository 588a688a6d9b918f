#include "extension/server/columns.hpp"

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_pages.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {
namespace {

Form_pg_attribute attribute(HeapTuple row) { return (Form_pg_attribute)GETSTRUCT(row); }

bool exists(HeapTuple row) { return !attribute(row)->attisdropped; }
/// The row's head first: it is enough to dismiss most rows, and the columns lie further behind.
bool has_acl(HeapTuple row) { return !is_null(row, Anum_pg_attribute_attacl) && exists(row); }

bool is_live(HeapTuple row) { return exists(row) && attribute(row)->attnum > 0; }

/// A row as short as this ends with its columns of fixed length, and the ACL comes behind them.
/// Without a bitmap of NULLs a row is shorter by less than the shortest ACL.
constexpr std::size_t bitmap_length = (Natts_pg_attribute + 7) / 8;
constexpr std::size_t longest_without_acl =
    MAXALIGN(SizeofHeapTupleHeader + bitmap_length) + ATTRIBUTE_FIXED_PART_SIZE;
static_assert(MAXALIGN(SizeofHeapTupleHeader + bitmap_length) - MAXALIGN(SizeofHeapTupleHeader) <=
              ARR_OVERHEAD_NONULLS(0) - VARHDRSZ);

ColumnRow column_row(HeapTuple row) {
  const Form_pg_attribute form = attribute(row);
  return {form->attrelid, form->attnum, NameStr(form->attname), form->attgenerated != '\0'};
}

std::vector<rules::AclItem> acl_of(HeapTuple row, TupleDesc descriptor) {
  return acl_items(variable_column(row, Anum_pg_attribute_attacl, descriptor));
}

void append_live(HeapTuple row, std::vector<rules::Column>& live) {
  if (attribute(row)->attnum > 0) {
    live.push_back({attribute(row)->attnum, attribute(row)->attgenerated != '\0',
                    attribute(row)->attidentity == ATTRIBUTE_IDENTITY_ALWAYS});
  }
}

ScanCondition of_relation(rules::RelationId relation) {
  return {Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(relation)};
}

}  // namespace

void read_column_acls(
    const std::function<void(const ColumnRow& column, std::span<const rules::AclItem> acl)>& each) {
  CatalogPages pages(AttributeRelationId, has_acl, longest_without_acl);
  ScratchMemory memory;
  std::vector<rules::AclItem> acl;
  for (auto rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (HeapTupleData& row : rows) {
      read_acl_items(variable_column(&row, Anum_pg_attribute_attacl, pages.descriptor()), acl);
      each(column_row(&row), acl);
    }
    memory.reset();
  }
}

void read_all_live_columns(const std::function<void(const ColumnRow& column)>& each) {
  CatalogPages pages(AttributeRelationId, is_live);
  for (auto rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (HeapTupleData& row : rows) {
      each(column_row(&row));
    }
  }
}

LiveColumns::LiveColumns()
    : scan_(AttributeRelationId, AttributeRelidNumIndexId,
            {of_relation(InvalidOid),
             {Anum_pg_attribute_attnum, F_INT2GT, Int16GetDatum(0), BTGreaterStrategyNumber}},
            true) {}

void LiveColumns::read(rules::RelationId relation,
                       const std::function<bool(const ColumnRow& column)>& each) {
  scan_.restart(ObjectIdGetDatum(relation));
  while (HeapTuple const row = scan_.next(exists)) {
    if (!each(column_row(row))) {
      break;
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
