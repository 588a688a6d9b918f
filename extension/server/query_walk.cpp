#include "extension/server/query_walk.hpp"

#include "extension/server/merged_queries.hpp"
#include "extension/server/query_entries.hpp"
#include "extension/server/row_marks.hpp"

namespace conncheck::server {
namespace {

struct Walk {
  const QueryLevel* level;
  QueryPart* part;
};

enum class Wanted {
  rows,  ///< not even what would have to run
  no_column,
  all_columns,
};

bool walk(Node* node, void* context);
void walk_statement(Query* query, const Walk& outer, Wanted wanted);
void walk_targets(Query* query, int column, const Walk& at);

/// Is the whole of it dropped by the planner?
bool is_true_anyway(const Node* node) {
  if (!IsA(node, BoolExpr) || ((const BoolExpr*)node)->boolop != OR_EXPR) {
    return false;
  }
  ListCell* cell = nullptr;
  foreach (cell, ((const BoolExpr*)node)->args) {
    if (is_constant_true((const Node*)lfirst(cell))) {
      return true;
    }
  }
  return false;
}

CommonTableExpr* find_with_query(const QueryLevel* level, const char* name) {
  ListCell* cell = nullptr;
  foreach (cell, level->query->cteList) {
    auto* const with = static_cast<CommonTableExpr*>(lfirst(cell));
    if (strcmp(with->ctename, name) == 0) {
      return with;
    }
  }
  return nullptr;
}

/// The same rule as the planner has for putting a WITH query in the place where it is read.
bool is_inlined(const CommonTableExpr* with) {
  auto* const query = (Query*)with->ctequery;
  return with->ctematerialized != CTEMaterializeAlways &&
         (with->ctematerialized == CTEMaterializeNever || with->cterefcount == 1) &&
         !with->cterecursive && query->commandType == CMD_SELECT && query->rowMarks == NIL &&
         !has_to_run((Node*)query, nullptr);
}

void walk_joined(RangeTblEntry* join, int column, const Walk& at) {
  Walk here = at;
  int index = 0;
  ListCell* cell = nullptr;
  foreach (cell, join->joinaliasvars) {
    if (++index == column || column == 0) {
      walk((Node*)lfirst(cell), &here);
    }
  }
}

struct FollowedColumn {
  const RangeTblEntry* entry;
  int column;
};

/// Once is enough, and expressions that double from level to level would never end otherwise.
bool follow(const RangeTblEntry* entry, int column, QueryPart* part) {
  ListCell* cell = nullptr;
  foreach (cell, part->followed) {
    const auto* const known = static_cast<FollowedColumn*>(lfirst(cell));
    if (known->entry == entry && known->column == column) {
      return false;
    }
  }
  auto* const followed = static_cast<FollowedColumn*>(palloc(sizeof(FollowedColumn)));
  *followed = {entry, column};
  part->followed = lappend(part->followed, followed);
  return true;
}

void walk_variable(const Var* variable, const Walk& at) {
  const QueryLevel* level = at.level;
  for (Index up = variable->varlevelsup; up > 0 && level != nullptr; --up) {
    level = level->outer;
  }
  const int index = static_cast<int>(variable->varno);
  const int column = variable->varattno;
  if (level == nullptr || index > list_length(level->query->rtable) || column < 0) {
    return;
  }
  RangeTblEntry* const entry = rt_fetch(index, level->query->rtable);
  const Walk there{level, at.part};
  if (!follow(entry, column, at.part)) {
    return;
  }
  if (entry->rtekind == RTE_SUBQUERY) {
    walk_output(entry->subquery, column, level, at.part);
  } else if (entry->rtekind == RTE_JOIN) {
    walk_joined(entry, column, there);
  } else if (entry->rtekind == RTE_CTE) {
    walk_with_query(entry, column, level, at.part);
  } else if (entry->rtekind == RTE_RELATION) {
    const bool of_view = is_expanded_view(level->query, index);
    if (!of_view && !has_virtual_columns) {
      return;
    }
    List** const columns = of_view ? &at.part->columns : &at.part->of_tables;
    auto* const noted = static_cast<FoundColumn*>(palloc(sizeof(FoundColumn)));
    *noted = {entry->relid, column};
    *columns = lappend(*columns, noted);
  }
}

/// Column by column through UNION and its like; 0 stands for all of them.
void walk_set_operation(Node* operation, int column, const Walk& at) {
  check_stack_depth();
  if (IsA(operation, SetOperationStmt)) {
    walk_set_operation(((SetOperationStmt*)operation)->larg, column, at);
    walk_set_operation(((SetOperationStmt*)operation)->rarg, column, at);
    return;
  }
  const RangeTblEntry* const leaf =
      rt_fetch(((RangeTblRef*)operation)->rtindex, at.level->query->rtable);
  walk_output(leaf->subquery, column, at.level, at.part);
}

void walk_targets(Query* query, int column, const Walk& at) {
  if (query->setOperations != nullptr) {
    walk_set_operation(query->setOperations, column, at);
    return;
  }
  Walk here = at;
  ListCell* cell = nullptr;
  foreach (cell, query->targetList) {
    auto* const target = static_cast<TargetEntry*>(lfirst(cell));
    if (column == 0 || target->resno == column) {
      walk((Node*)target->expr, &here);
    }
  }
}

bool is_union_all(Node* operation) {
  check_stack_depth();
  if (!IsA(operation, SetOperationStmt)) {
    return true;
  }
  const auto* const set = (SetOperationStmt*)operation;
  return set->op == SETOP_UNION && set->all && is_union_all(set->larg) && is_union_all(set->rarg);
}

void note_set_grouping(Node* operation, QueryPart* part) {
  check_stack_depth();
  if (operation == nullptr || !IsA(operation, SetOperationStmt)) {
    return;
  }
  const auto* const set = (SetOperationStmt*)operation;
  note_grouping(set->groupClauses, &part->called);
  note_set_grouping(set->larg, part);
  note_set_grouping(set->rarg, part);
}

/// Does the planner keep all columns of the query, read or not?
bool keeps_columns(Query* query) {
  if (query->commandType != CMD_SELECT || (query->distinctClause != NIL && !query->hasDistinctOn)) {
    return true;
  }
  if (query->setOperations == nullptr) {
    return false;
  }
  return !is_union_all(query->setOperations) || query->sortClause != NIL ||
         query->limitCount != nullptr || query->limitOffset != nullptr || query->cteList != NIL;
}

void walk_kept_columns(Query* query, const Walk& at) {
  Walk here = at;
  ListCell* cell = nullptr;
  foreach (cell, query->targetList) {
    auto* const target = static_cast<TargetEntry*>(lfirst(cell));
    if (target->ressortgroupref != 0 || has_to_run((Node*)target->expr, nullptr)) {
      walk((Node*)target->expr, &here);
    }
  }
}

/// The planner looks at the columns of a UNION ALL's parts, read or not.
void walk_evaluated_columns(Query* query, const Walk& at) {
  ListCell* entry_cell = nullptr;
  foreach (entry_cell, query->rtable) {
    auto* const entry = static_cast<RangeTblEntry*>(lfirst(entry_cell));
    if (entry->rtekind != RTE_SUBQUERY || !is_merged(entry->subquery)) {
      continue;
    }
    const QueryLevel level{entry->subquery, at.level};
    Walk there{&level, at.part};
    ListCell* cell = nullptr;
    foreach (cell, entry->subquery->targetList) {
      auto* const target = static_cast<TargetEntry*>(lfirst(cell));
      if (may_be_evaluated_early((Node*)target->expr, entry->subquery)) {
        walk((Node*)target->expr, &there);
      }
    }
  }
}

/// The planner drops a SELECT in WITH that nothing refers to; its checks are never made.
void walk_with_queries(Query* query, const Walk& at) {
  ListCell* cell = nullptr;
  foreach (cell, query->cteList) {
    auto* const with = static_cast<CommonTableExpr*>(lfirst(cell));
    auto* const inner = (Query*)with->ctequery;
    if (with->cterefcount > 0 || inner->commandType != CMD_SELECT) {
      walk_statement(inner, at, is_inlined(with) ? Wanted::no_column : Wanted::all_columns);
    }
  }
}

void walk_range_table(Query* query, const Walk& at) {
  Walk here = at;
  int index = 0;
  ListCell* cell = nullptr;
  foreach (cell, query->rtable) {
    ++index;
    auto* const entry = static_cast<RangeTblEntry*>(lfirst(cell));
    if (entry->rtekind == RTE_RELATION) {
      note_relation(query, index, at.part);
    } else if (entry->rtekind == RTE_SUBQUERY && entry->subquery != nullptr) {
      walk_statement(entry->subquery, at, Wanted::no_column);
    }
    walk_entry(entry, walk, &here, QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_JOINALIASES);
  }
}

void walk_groups(Query* query, const Walk& at) {
  note_grouping(query->groupClause, &at.part->called);
  note_grouping(query->distinctClause, &at.part->called);
  note_set_grouping(query->setOperations, at.part);
  Walk here = at;
  ListCell* cell = nullptr;
  foreach (cell, query->windowClause) {
    const auto* const window = static_cast<WindowClause*>(lfirst(cell));
    note_grouping(window->partitionClause, &at.part->called);
    note_grouping(window->orderClause, &at.part->called);
    walk(window->startOffset, &here);
    walk(window->endOffset, &here);
  }
}

void walk_statement(Query* query, const Walk& outer, Wanted wanted) {
  CHECK_FOR_INTERRUPTS();
  check_stack_depth();
  const QueryLevel level{query, outer.level};
  Walk here{&level, outer.part};
  walk_range_table(query, here);
  walk_with_queries(query, here);
  if (wanted != Wanted::rows) {
    walk_groups(query, here);
  }
  for (Node* const part :
       {(Node*)query->jointree, query->havingQual, query->limitOffset, query->limitCount,
        (Node*)query->onConflict, (Node*)query->returningList}) {
    walk(part, &here);
  }
  if (wanted == Wanted::all_columns || (wanted == Wanted::no_column && keeps_columns(query))) {
    walk_targets(query, 0, here);
  } else if (wanted == Wanted::no_column) {
    walk_kept_columns(query, here);
    if (query->setOperations != nullptr) {
      walk_evaluated_columns(query, here);
    }
  }
  if (marks_rows(query)) {
    walk_marked_rows((Node*)query->jointree, &level, outer.part);
  }
}

void walk_sublink(SubLink* link, Walk* at) {
  walk(link->testexpr, at);
  walk_statement((Query*)link->subselect, *at,
                 wants_rows_alone(link) ? Wanted::rows : Wanted::all_columns);
}

bool walk(Node* node, void* context) {
  if (node == nullptr) {
    return false;
  }
  check_stack_depth();
  auto* const at = static_cast<Walk*>(context);
  note_called(node, &at->part->called);
  if (IsA(node, Query)) {
    walk_statement((Query*)node, *at, Wanted::all_columns);
    return false;
  }
  if (IsA(node, SubLink)) {
    walk_sublink((SubLink*)node, at);
    return false;
  }
  if (IsA(node, Var)) {
    walk_variable((const Var*)node, *at);
    return false;
  }
  return is_true_anyway(node) ? false : walk_expression(node, walk, context);
}

}  // namespace

bool is_constant_true(const Node* node) {
  return IsA(node, Const) && !((const Const*)node)->constisnull &&
         DatumGetBool(((const Const*)node)->constvalue);
}

QueryPart walk_node(Node* node, const QueryLevel* level) {
  QueryPart part;
  Walk at{level, &part};
  walk(node, &at);
  return part;
}

QueryPart walk_expression_of(Oid relation, Node* node) {
  RangeTblEntry* const entry = makeNode(RangeTblEntry);
  entry->rtekind = RTE_RELATION;
  entry->relid = relation;
  Query* const query = makeNode(Query);
  query->rtable = list_make2(entry, entry);  // old and new rows
  query->jointree = makeFromExpr(NIL, nullptr);
  const QueryLevel level{query, nullptr};
  return walk_node(node, &level);
}

QueryPart walk_without_columns(Query* query) {
  QueryPart part;
  walk_statement(query, {nullptr, &part}, Wanted::no_column);
  return part;
}

void walk_output(Query* query, int column, const QueryLevel* around, QueryPart* part) {
  const QueryLevel here{query, around};
  walk_targets(query, column, {&here, part});
}

void walk_with_query(RangeTblEntry* entry, int column, const QueryLevel* level, QueryPart* part) {
  for (Index up = entry->ctelevelsup; up > 0 && level != nullptr; --up) {
    level = level->outer;
  }
  CommonTableExpr* const with = level == nullptr ? nullptr : find_with_query(level, entry->ctename);
  if (with != nullptr && is_inlined(with)) {
    walk_output((Query*)with->ctequery, column, level, part);
  }
}

QueryPart walk_column(Query* query, int column) {
  QueryPart part;
  walk_output(query, column, nullptr, &part);
  return part;
}

}  // namespace conncheck::server
