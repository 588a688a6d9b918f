#include "extension/server/relations.hpp"

#include <vector>

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {
namespace {

using Each = std::function<void(RelationRow relation, const rules::Acl& acl)>;

std::optional<rules::RelationKind> kind_from(char relkind) {
  switch (relkind) {
    case RELKIND_RELATION:
      return rules::RelationKind::table;
    case RELKIND_PARTITIONED_TABLE:
      return rules::RelationKind::partitioned_table;
    case RELKIND_VIEW:
      return rules::RelationKind::view;
    case RELKIND_MATVIEW:
      return rules::RelationKind::materialized_view;
    case RELKIND_FOREIGN_TABLE:
      return rules::RelationKind::foreign_table;
    default:
      return std::nullopt;
  }
}

struct ViewOptions {
  bool security_invoker = false;
  RelationRow::CheckOption check_option = RelationRow::CheckOption::none;
};

ViewOptions view_options(Datum reloptions) {
  return guard([reloptions] {
    ViewOptions options;
    ListCell* cell = nullptr;
    foreach (cell, untransformRelOptions(reloptions)) {
      auto* const option = static_cast<DefElem*>(lfirst(cell));
      if (strcmp(option->defname, "security_invoker") == 0) {
        options.security_invoker = defGetBoolean(option);
      } else if (strcmp(option->defname, "check_option") == 0) {
        options.check_option = strcmp(defGetString(option), "cascaded") == 0
                                   ? RelationRow::CheckOption::cascaded
                                   : RelationRow::CheckOption::local;
      }
    }
    return options;
  });
}

bool has_wanted_kind(HeapTuple row) {
  return kind_from(((Form_pg_class)GETSTRUCT(row))->relkind).has_value();
}

void hand_over(HeapTuple row, TupleDesc descriptor, const Each& each) {
  auto* const form = (Form_pg_class)GETSTRUCT(row);
  RelationRow relation;
  relation.id = form->oid;
  relation.schema = form->relnamespace;
  relation.name = NameStr(form->relname);
  relation.kind = kind_from(form->relkind).value_or(rules::RelationKind::table);
  relation.ownership.owner = form->relowner;
  relation.ownership.protected_catalog =
      relation.kind != rules::RelationKind::view && IsSystemClass(form->oid, form);
  relation.row_security = form->relrowsecurity;
  relation.force_row_security = form->relforcerowsecurity;
  relation.has_rules = form->relhasrules;
  relation.has_triggers = form->relhastriggers;

  const bool has_acl = !is_null(row, Anum_pg_class_relacl);
  const bool has_options =
      relation.kind == rules::RelationKind::view && !is_null(row, Anum_pg_class_reloptions);
  if (!has_acl && !has_options) {
    each(std::move(relation), std::nullopt);
    return;
  }
  DeformedRow<Natts_pg_class> columns;
  columns.deform(row, descriptor);
  if (has_options) {
    const ViewOptions options = view_options(columns[Anum_pg_class_reloptions]);
    relation.security_invoker = options.security_invoker;
    relation.check_option = options.check_option;
  }
  if (!has_acl) {
    each(std::move(relation), std::nullopt);
    return;
  }
  const std::vector<rules::AclItem> items = acl_items(columns[Anum_pg_class_relacl]);
  each(std::move(relation), items);
}

void hand_over_all(CatalogScan& scan, const Each& each) {
  ScratchMemory memory;
  int rows = 0;
  while (HeapTuple const row = scan.next(has_wanted_kind)) {
    hand_over(row, scan.descriptor(), each);
    if (++rows % 1000 == 0) {
      memory.reset();
    }
  }
}

}  // namespace

void read_relations(const RelationSelection& selection, const Each& each) {
  if (!selection.name) {
    CatalogScan scan(RelationRelationId, InvalidOid, {});
    hand_over_all(scan, each);
    return;
  }
  NameData name = {};
  if (selection.name->size() >= sizeof name.data) {
    return;
  }
  namestrcpy(&name, selection.name->c_str());
  const ScanCondition by_name{Anum_pg_class_relname, F_NAMEEQ, NameGetDatum(&name)};
  if (selection.schema) {
    const ScanCondition by_schema{Anum_pg_class_relnamespace, F_OIDEQ,
                                  ObjectIdGetDatum(*selection.schema)};
    CatalogScan scan(RelationRelationId, ClassNameNspIndexId, {by_name, by_schema});
    hand_over_all(scan, each);
  } else {
    CatalogScan scan(RelationRelationId, ClassNameNspIndexId, {by_name});
    hand_over_all(scan, each);
  }
}

bool read_relation(rules::RelationId id, const Each& each) {
  CatalogScan scan(RelationRelationId, ClassOidIndexId,
                   {{Anum_pg_class_oid, F_OIDEQ, ObjectIdGetDatum(id)}});
  ScratchMemory memory;
  HeapTuple const row = scan.next();
  if (row == nullptr) {
    return false;
  }
  hand_over(row, scan.descriptor(), each);
  scan.close();
  return true;
}

}  // namespace conncheck::server
