#include "extension/server/called_functions.hpp"

#include "extension/server/catalog_scan.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

/// EXECUTE is PUBLIC's by default: without an ACL nobody can lack it.
bool has_acl(Oid function) {
  HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(row)) {
    return false;
  }
  const bool result = !is_null(row, Anum_pg_proc_proacl);
  ReleaseSysCache(row);
  return result;
}

void note_function(Oid function, CalledFunctions* called) {
  if (has_acl(function)) {
    called->functions = lappend_oid(called->functions, function);
  }
}

bool note_all(Node* node, void* context) {
  if (node == nullptr) {
    return false;
  }
  check_stack_depth();
  note_called(node, static_cast<CalledFunctions*>(context));
  return walk_expression(node, note_all, context);
}

void note_stored(Datum tree, CalledFunctions* called) {
  note_all((Node*)stringToNode(TextDatumGetCString(tree)), called);
}

bool looks_into(Oid object, CalledFunctions* called) {
  if (list_member_oid(called->looked_into, object)) {
    return false;
  }
  called->looked_into = lappend_oid(called->looked_into, object);
  return true;
}

void note_checks_of(Oid domain, CalledFunctions* called) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(domain));
  Relation const constraints = table_open(ConstraintRelationId, AccessShareLock);
  SysScanDesc const scan =
      systable_beginscan(constraints, ConstraintTypidIndexId, true, nullptr, 1, &key);
  DeformedRow<Natts_pg_constraint> columns;
  while (HeapTuple const row = systable_getnext(scan)) {
    if (((Form_pg_constraint)GETSTRUCT(row))->contype == CONSTRAINT_CHECK) {
      columns.deform(row, RelationGetDescr(constraints));
      note_stored(columns[Anum_pg_constraint_conbin], called);
    }
  }
  systable_endscan(scan);
  table_close(constraints, AccessShareLock);
}

/// Domains over domains check both.
void note_domain(Oid type, CalledFunctions* called) {
  while (looks_into(type, called)) {
    HeapTuple const row = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(row)) {
      return;
    }
    const auto* const form = (Form_pg_type)GETSTRUCT(row);
    const bool is_domain = form->typtype == TYPTYPE_DOMAIN;
    const Oid base = form->typbasetype;
    ReleaseSysCache(row);
    if (!is_domain) {
      return;
    }
    note_checks_of(type, called);
    type = base;
  }
}

/// The planner puts in the defaults of arguments that are not given: the last ones.
void note_defaults(const FuncExpr* call, CalledFunctions* called) {
  HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(call->funcid));
  if (!HeapTupleIsValid(row)) {
    return;
  }
  const int lacking = ((Form_pg_proc)GETSTRUCT(row))->pronargs - list_length(call->args);
  bool is_null = true;
  const Datum stored = SysCacheGetAttr(PROCOID, row, Anum_pg_proc_proargdefaults, &is_null);
  if (lacking > 0 && !is_null && looks_into(call->funcid, called)) {
    note_stored(stored, called);
  }
  ReleaseSysCache(row);
}

void note_part(Oid function, Oid owner, CalledFunctions* called) {
  if (OidIsValid(function) && has_acl(function)) {
    called->by_owners = lappend_oid(lappend_oid(called->by_owners, function), owner);
  }
}

/// The aggregate's owner calls what it consists of. A window function need not be an aggregate.
void note_aggregate(Oid function, CalledFunctions* called) {
  note_function(function, called);
  HeapTuple const row = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(row)) {
    return;
  }
  const auto* const aggregate = (Form_pg_aggregate)GETSTRUCT(row);
  HeapTuple const routine = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (HeapTupleIsValid(routine)) {
    const Oid owner = ((Form_pg_proc)GETSTRUCT(routine))->proowner;
    ReleaseSysCache(routine);
    note_part(aggregate->aggtransfn, owner, called);
    note_part(aggregate->aggfinalfn, owner, called);
  }
  ReleaseSysCache(row);
}

bool is_volatile(Oid function) {
  HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(row)) {
    return false;
  }
  const bool result = ((Form_pg_proc)GETSTRUCT(row))->provolatile == PROVOLATILE_VOLATILE;
  ReleaseSysCache(row);
  return result;
}

}  // namespace

void note_called(const Node* node, CalledFunctions* called) {
  switch (nodeTag(node)) {
    case T_FuncExpr:
      note_function(((const FuncExpr*)node)->funcid, called);
      note_defaults((const FuncExpr*)node, called);
      break;
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
      note_function(get_opcode(((const OpExpr*)node)->opno), called);
      break;
    case T_ScalarArrayOpExpr:
      note_function(get_opcode(((const ScalarArrayOpExpr*)node)->opno), called);
      break;
    case T_Aggref:
      note_aggregate(((const Aggref*)node)->aggfnoid, called);
      break;
    case T_WindowFunc:
      note_aggregate(((const WindowFunc*)node)->winfnoid, called);
      break;
    case T_CoerceToDomain:
      note_domain(((const CoerceToDomain*)node)->resulttype, called);
      break;
    default:
      break;
  }
}

void note_grouping(const List* clauses, CalledFunctions* called) {
  ListCell* cell = nullptr;
  foreach (cell, clauses) {
    note_function(get_opcode(((SortGroupClause*)lfirst(cell))->eqop), called);
  }
}

bool has_to_run(Node* node, void* context) {
  if (node == nullptr) {
    return false;
  }
  check_stack_depth();
  switch (nodeTag(node)) {
    case T_Query:
      return walk_query((Query*)node, has_to_run, context, 0);
    case T_NextValueExpr:
      return true;
    case T_FuncExpr:
      if (((FuncExpr*)node)->funcretset || is_volatile(((FuncExpr*)node)->funcid)) {
        return true;
      }
      break;
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
      if (((OpExpr*)node)->opretset || is_volatile(get_opcode(((OpExpr*)node)->opno))) {
        return true;
      }
      break;
    case T_ScalarArrayOpExpr:
      if (is_volatile(get_opcode(((ScalarArrayOpExpr*)node)->opno))) {
        return true;
      }
      break;
    default:
      break;
  }
  return walk_expression(node, has_to_run, context);
}

}  // namespace conncheck::server
