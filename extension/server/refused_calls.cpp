#include "extension/server/refused_calls.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "extension/rules/acl.hpp"
#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_pages.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/inheritance.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {
namespace {

/// Functions that the role must not execute.
struct RefusedFunctions {
  std::vector<Oid> all;
  /// Those that initdb made. pg_depend does not tell who calls them. Sorted.
  std::vector<Oid> built_in;
  bool built_in_immutable = false;  ///< is one of these?
};

bool has_acl(HeapTuple row) { return !is_null(row, Anum_pg_proc_proacl); }

RefusedFunctions read_refused_functions(rules::Role& role) {
  RefusedFunctions refused;
  CatalogPages pages(ProcedureRelationId, has_acl);
  ScratchMemory memory;
  std::vector<rules::AclItem> acl;
  for (auto rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (HeapTupleData& row : rows) {
      read_acl_items(variable_column(&row, Anum_pg_proc_proacl, pages.descriptor()), acl);
      const bool held = std::any_of(acl.begin(), acl.end(), [&](const rules::AclItem& item) {
        return item.privileges.has(Privilege::execute) && role.receives_grants_to(item.grantee);
      });
      if (held) {
        continue;
      }
      const auto* const function = (Form_pg_proc)GETSTRUCT(&row);
      refused.all.push_back(function->oid);
      if (function->oid < FirstNormalObjectId) {
        refused.built_in.push_back(function->oid);
        refused.built_in_immutable =
            refused.built_in_immutable || function->provolatile == PROVOLATILE_IMMUTABLE;
      }
    }
    memory.reset();
  }
  std::sort(refused.built_in.begin(), refused.built_in.end());
  return refused;
}

/// Does a stored expression call one of these? Its text says so after "funcid ", of operators too.
bool calls_one(Datum stored, const std::vector<Oid>& functions) {
  constexpr std::string_view mark = "funcid ";
  const std::string_view tree = guard([stored] { return TextDatumGetCString(stored); });
  for (auto place = tree.find(mark); place != std::string_view::npos;
       place = tree.find(mark, place)) {
    place += mark.size();
    Oid function = InvalidOid;
    (void)std::from_chars(tree.data() + place, tree.data() + tree.size(), function);
    if (std::binary_search(functions.begin(), functions.end(), function)) {
      return true;
    }
  }
  return false;
}

/// Follows pg_depend from the functions to what calls them, and from domains to their columns.
class Callers {
 public:
  void follow_function(Oid function) { follow(ProcedureRelationId, function); }
  void follow_domain(Oid domain) { follow(TypeRelationId, domain); }
  void add(Oid relation) { relations_.insert(relation); }
  void add_constraint(const FormData_pg_constraint* constraint);
  std::vector<rules::RelationId> relations();

 private:
  void follow(Oid catalog, Oid object);
  void meet(Oid catalog, Oid object);
  void meet_by_oid(Oid catalog, Oid index, AttrNumber oid_column, Oid object);

  std::set<std::pair<Oid, Oid>> followed_;
  std::set<Oid> relations_;
};

void Callers::add_constraint(const FormData_pg_constraint* constraint) {
  if (OidIsValid(constraint->conrelid)) {
    add(constraint->conrelid);
  } else {
    follow_domain(constraint->contypid);
  }
}

void Callers::follow(Oid catalog, Oid object) {
  std::vector<std::pair<Oid, Oid>> pending = {{catalog, object}};
  while (!pending.empty()) {
    const auto next = pending.back();
    pending.pop_back();
    if (!followed_.insert(next).second) {
      continue;
    }
    CatalogScan scan(DependRelationId, DependReferenceIndexId,
                     {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(next.first)},
                      {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(next.second)}});
    while (HeapTuple const row = scan.next()) {
      const auto* const dependency = (Form_pg_depend)GETSTRUCT(row);
      const Oid kind = dependency->classid;
      // By a default of an argument, a function calls others, too.
      if (kind == OperatorRelationId || kind == ProcedureRelationId ||
          (kind == TypeRelationId && next.first == TypeRelationId)) {
        pending.emplace_back(kind, dependency->objid);
      } else {
        meet(kind, dependency->objid);
      }
    }
  }
}

/// The relation of an index, or the relation itself.
Oid indexed_relation(Oid relation) {
  return guard([relation] {
    HeapTuple const row = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(row)) {
      return relation;
    }
    const Oid indexed = ((Form_pg_index)GETSTRUCT(row))->indrelid;
    ReleaseSysCache(row);
    return indexed;
  });
}

void Callers::meet(Oid catalog, Oid object) {
  switch (catalog) {
    case RelationRelationId:  // a partition key, an index, before 15 a generated column
      add(indexed_relation(object));
      break;
    case ConstraintRelationId:
      meet_by_oid(catalog, ConstraintOidIndexId, Anum_pg_constraint_oid, object);
      break;
    case AttrDefaultRelationId:
      meet_by_oid(catalog, AttrDefaultOidIndexId, Anum_pg_attrdef_oid, object);
      break;
    case TriggerRelationId:
      meet_by_oid(catalog, TriggerOidIndexId, Anum_pg_trigger_oid, object);
      break;
    default:
      break;
  }
}

void Callers::meet_by_oid(Oid catalog, Oid index, AttrNumber oid_column, Oid object) {
  CatalogScan scan(catalog, index, {{oid_column, F_OIDEQ, ObjectIdGetDatum(object)}});
  while (HeapTuple const row = scan.next()) {
    if (catalog == ConstraintRelationId) {
      add_constraint((Form_pg_constraint)GETSTRUCT(row));
    } else if (catalog == AttrDefaultRelationId) {
      add(((Form_pg_attrdef)GETSTRUCT(row))->adrelid);
    } else {
      add(((Form_pg_trigger)GETSTRUCT(row))->tgrelid);
    }
  }
}

/// A partition is held against the key of its parent.
std::vector<rules::RelationId> Callers::relations() {
  std::set<rules::RelationId> all;
  for (const Oid relation : relations_) {
    const std::vector<rules::RelationId> found = with_descendants(relation);
    all.insert(found.begin(), found.end());
  }
  return {all.begin(), all.end()};
}

/// Calls `each` for the wanted rows in which one of these columns calls one of the functions.
template <int columns, class Visitor>
void search_texts(Oid catalog, CatalogPages::Filter wanted, std::initializer_list<int> texts,
                  const std::vector<Oid>& functions, const Visitor& each) {
  CatalogPages pages(catalog, wanted);
  ScratchMemory memory;
  DeformedRow<columns> deformed;
  for (auto rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (HeapTupleData& row : rows) {
      deformed.deform(&row, pages.descriptor());
      for (const int column : texts) {
        if (deformed.has(column) && calls_one(deformed[column], functions)) {
          each(&row);
        }
      }
    }
    memory.reset();
  }
}

bool is_check(HeapTuple row) {
  return ((Form_pg_constraint)GETSTRUCT(row))->contype == CONSTRAINT_CHECK;
}
bool has_condition(HeapTuple row) { return !is_null(row, Anum_pg_trigger_tgqual); }
bool has_expressions(HeapTuple row) {
  return !is_null(row, Anum_pg_index_indexprs) || !is_null(row, Anum_pg_index_indpred);
}
bool is_any(HeapTuple /*row*/) { return true; }

/// The domains' constraints stand together in an index.
void search_domains(const std::vector<Oid>& functions, Callers& callers) {
  CatalogScan scan(ConstraintRelationId, ConstraintTypidIndexId,
                   {{Anum_pg_constraint_contypid, F_OIDGT, ObjectIdGetDatum(InvalidOid),
                     BTGreaterStrategyNumber}});
  ScratchMemory memory;
  DeformedRow<Natts_pg_constraint> columns;
  while (HeapTuple const row = scan.next(is_check)) {
    columns.deform(row, scan.descriptor());
    if (calls_one(columns[Anum_pg_constraint_conbin], functions)) {
      callers.add_constraint((Form_pg_constraint)GETSTRUCT(row));
    }
    memory.reset();
  }
}

/// What must be immutable calls none of the functions that initdb refuses to all but a few: only
/// where somebody has refused others is that read.
void search_immutable(const std::vector<Oid>& functions, Callers& callers) {
  search_texts<Natts_pg_index>(
      IndexRelationId, has_expressions, {Anum_pg_index_indexprs, Anum_pg_index_indpred}, functions,
      [&](HeapTuple row) { callers.add(((Form_pg_index)GETSTRUCT(row))->indrelid); });
  search_texts<Natts_pg_attrdef>(
      AttrDefaultRelationId, is_any, {Anum_pg_attrdef_adbin}, functions,
      [&](HeapTuple row) { callers.add(((Form_pg_attrdef)GETSTRUCT(row))->adrelid); });
  search_texts<Natts_pg_partitioned_table>(
      PartitionedRelationId, is_any, {Anum_pg_partitioned_table_partexprs}, functions,
      [&](HeapTuple row) { callers.add(((Form_pg_partitioned_table)GETSTRUCT(row))->partrelid); });
}

void search_for_built_in(const RefusedFunctions& refused, RelationTraits traits, Callers& callers) {
  if (traits.some_have_checks) {
    search_texts<Natts_pg_constraint>(
        ConstraintRelationId, is_check, {Anum_pg_constraint_conbin}, refused.built_in,
        [&](HeapTuple row) { callers.add_constraint((Form_pg_constraint)GETSTRUCT(row)); });
  } else {
    search_domains(refused.built_in, callers);
  }
  if (traits.some_have_triggers) {
    search_texts<Natts_pg_trigger>(
        TriggerRelationId, has_condition, {Anum_pg_trigger_tgqual}, refused.built_in,
        [&](HeapTuple row) { callers.add(((Form_pg_trigger)GETSTRUCT(row))->tgrelid); });
  }
  if (refused.built_in_immutable) {
    search_immutable(refused.built_in, callers);
  }
}

}  // namespace

std::vector<rules::RelationId> relations_with_refused_calls(rules::Role& role,
                                                            RelationTraits traits) {
  if (role.superuser()) {
    return {};
  }
  const RefusedFunctions refused = read_refused_functions(role);
  Callers callers;
  for (const Oid function : refused.all) {
    callers.follow_function(function);
  }
  if (!refused.built_in.empty()) {
    search_for_built_in(refused, traits, callers);
  }
  return callers.relations();
}

}  // namespace conncheck::server
