#include "extension/server/called_functions.hpp"

#include "extension/server/catalog_scan.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

/// EXECUTE is PUBLIC's by default: without an ACL nobody can lack it.
void note_function(Oid function, List** functions) {
  HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(row)) {
    return;
  }
  const bool has_acl = !is_null(row, Anum_pg_proc_proacl);
  ReleaseSysCache(row);
  if (has_acl) {
    *functions = lappend_oid(*functions, function);
  }
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

void note_called(const Node* node, List** functions) {
  switch (nodeTag(node)) {
    case T_FuncExpr:
      note_function(((const FuncExpr*)node)->funcid, functions);
      break;
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
      note_function(get_opcode(((const OpExpr*)node)->opno), functions);
      break;
    case T_ScalarArrayOpExpr:
      note_function(get_opcode(((const ScalarArrayOpExpr*)node)->opno), functions);
      break;
    case T_Aggref:
      note_function(((const Aggref*)node)->aggfnoid, functions);
      break;
    case T_WindowFunc:
      note_function(((const WindowFunc*)node)->winfnoid, functions);
      break;
    default:
      break;
  }
}

void note_grouping(const List* clauses, List** functions) {
  ListCell* cell = nullptr;
  foreach (cell, clauses) {
    note_function(get_opcode(((SortGroupClause*)lfirst(cell))->eqop), functions);
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
