#include "extension/server/relations.hpp"

#include <vector>

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_pages.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {
namespace {

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
  bool security_barrier = false;
  RelationRow::CheckOption check_option = RelationRow::CheckOption::none;
};

/// As reloptions are read, and stored as they were written: `yes`, `T`, …; defGetBoolean() knows
/// fewer words.
bool is_on(DefElem* option) {
  bool value = false;
  return option->arg == nullptr || (parse_bool(defGetString(option), &value) && value);
}

ViewOptions view_options(Datum reloptions) {
  return guard([reloptions] {
    ViewOptions options;
    ListCell* cell = nullptr;
    foreach (cell, untransformRelOptions(reloptions)) {
      auto* const option = static_cast<DefElem*>(lfirst(cell));
      if (strcmp(option->defname, "security_invoker") == 0) {
        options.security_invoker = is_on(option);
      } else if (strcmp(option->defname, "security_barrier") == 0) {
        options.security_barrier = is_on(option);
      } else if (strcmp(option->defname, "check_option") == 0) {
        options.check_option = pg_strcasecmp(defGetString(option), "cascaded") == 0
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

/// Turns rows of pg_class into relations; what it allocates it uses again for the next.
class RowReader {
 public:
  explicit RowReader(const RelationVisitor& each) : each_(each) {}

  void hand_over(HeapTuple row, TupleDesc descriptor);

 private:
  void take_fixed_columns(const FormData_pg_class* form);

  const RelationVisitor& each_;
  ScratchMemory memory_;
  RelationRow relation_;
  std::vector<rules::AclItem> acl_;
};

void RowReader::take_fixed_columns(const FormData_pg_class* form) {
  relation_.id = form->oid;
  relation_.schema = form->relnamespace;
  relation_.name.assign(NameStr(form->relname));
  relation_.kind = kind_from(form->relkind).value_or(rules::RelationKind::table);
  relation_.ownership.owner = form->relowner;
  relation_.ownership.protected_catalog =
      relation_.kind != rules::RelationKind::view &&
      IsSystemClass(form->oid, const_cast<FormData_pg_class*>(form));
  relation_.row_security = form->relrowsecurity;
  relation_.force_row_security = form->relforcerowsecurity;
  relation_.has_rules = form->relhasrules;
  relation_.has_triggers = form->relhastriggers;
  relation_.has_checks = form->relchecks != 0;
}

void RowReader::hand_over(HeapTuple row, TupleDesc descriptor) {
  take_fixed_columns((Form_pg_class)GETSTRUCT(row));
  ViewOptions options;
  if (relation_.kind == rules::RelationKind::view && !is_null(row, Anum_pg_class_reloptions)) {
    options = view_options(variable_column(row, Anum_pg_class_reloptions, descriptor));
  }
  relation_.security_invoker = options.security_invoker;
  relation_.security_barrier = options.security_barrier;
  relation_.check_option = options.check_option;
  if (is_null(row, Anum_pg_class_relacl)) {
    each_(relation_, std::nullopt);
  } else {
    read_acl_items(variable_column(row, Anum_pg_class_relacl, descriptor), acl_);
    each_(relation_, acl_);
  }
  memory_.reset();
}

void hand_over_all(CatalogScan& scan, const RelationVisitor& each) {
  RowReader reader(each);
  while (HeapTuple const row = scan.next(has_wanted_kind)) {
    reader.hand_over(row, scan.descriptor());
  }
}

void read_all_relations(const RelationVisitor& each) {
  CatalogPages pages(RelationRelationId, has_wanted_kind);
  RowReader reader(each);
  for (auto rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (HeapTupleData& row : rows) {
      reader.hand_over(&row, pages.descriptor());
    }
  }
}

}  // namespace

void read_relations(const RelationSelection& selection, const RelationVisitor& each) {
  if (!selection.name) {
    read_all_relations(each);
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

bool read_relation(rules::RelationId id, const RelationVisitor& each) {
  CatalogScan scan(RelationRelationId, ClassOidIndexId,
                   {{Anum_pg_class_oid, F_OIDEQ, ObjectIdGetDatum(id)}});
  HeapTuple const row = scan.next();
  if (row == nullptr) {
    return false;
  }
  RowReader(each).hand_over(row, scan.descriptor());
  scan.close();
  return true;
}

}  // namespace conncheck::server
