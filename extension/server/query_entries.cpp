#include "extension/server/query_entries.hpp"

#include "extension/server/named_columns.hpp"

namespace conncheck::server {
namespace {

/// Several rows are a list of values beneath.
bool is_default(Query* query, const TargetEntry* target) {
  ListCell* row = nullptr;
  if (!IsA(target->expr, Var)) {
    return IsA(target->expr, SetToDefault);
  }
  const auto* const variable = (const Var*)target->expr;
  const RangeTblEntry* const values =
      variable->varlevelsup == 0 ? rt_fetch(variable->varno, query->rtable) : nullptr;
  if (!rows_of_defaults_are_defaults || values == nullptr || values->rtekind != RTE_VALUES) {
    return false;
  }
  foreach (row, values->values_lists) {
    if (!IsA(list_nth((List*)lfirst(row), variable->varattno - 1), SetToDefault)) {
      return false;
    }
  }
  return true;
}

Bitmapset* assigned(Query* query, List* targets) {
  Bitmapset* columns = nullptr;
  ListCell* cell = nullptr;
  foreach (cell, targets) {
    auto* const target = static_cast<TargetEntry*>(lfirst(cell));
    if (!target->resjunk && !is_default(query, target)) {
      columns = bms_add_member(columns, target->resno - FirstLowInvalidHeapAttributeNumber);
    }
  }
  return columns;
}

bool is_joined(Node* node, int index) {
  ListCell* cell = nullptr;
  check_stack_depth();
  if (node == nullptr) {
    return false;
  }
  if (IsA(node, RangeTblRef)) {
    return ((RangeTblRef*)node)->rtindex == index;
  }
  if (IsA(node, JoinExpr)) {
    return is_joined(((JoinExpr*)node)->larg, index) || is_joined(((JoinExpr*)node)->rarg, index);
  }
  foreach (cell, ((FromExpr*)node)->fromlist) {
    if (is_joined((Node*)lfirst(cell), index)) {
      return true;
    }
  }
  return false;
}

/// The same way down as the server goes when it marks rows for locking.
void note_locked(Query* query, Node* joined, QueryPart* part) {
  check_stack_depth();
  if (joined == nullptr) {
    return;
  }
  if (IsA(joined, JoinExpr)) {
    note_locked(query, ((JoinExpr*)joined)->larg, part);
    note_locked(query, ((JoinExpr*)joined)->rarg, part);
    return;
  }
  if (IsA(joined, FromExpr)) {
    ListCell* cell = nullptr;
    foreach (cell, ((FromExpr*)joined)->fromlist) {
      note_locked(query, (Node*)lfirst(cell), part);
    }
    return;
  }
  RangeTblEntry* const entry = rt_fetch(((RangeTblRef*)joined)->rtindex, query->rtable);
  if (entry->rtekind == RTE_SUBQUERY) {
    note_locked(entry->subquery, (Node*)entry->subquery->jointree, part);
  } else if (entry->rtekind == RTE_RELATION) {
    auto* const noted = static_cast<FoundEntry*>(palloc0(sizeof(FoundEntry)));
    noted->relation = entry->relid;
    noted->is_locked_view = entry->relkind == RELKIND_VIEW;
    noted->permissions.required = ACL_SELECT_FOR_UPDATE;
    part->entries = lappend(part->entries, noted);
  }
}

}  // namespace

bool is_expanded_view(Query* query, int index) {
  return rt_fetch(index, query->rtable)->relkind == RELKIND_VIEW &&
         index != query->resultRelation && is_joined((Node*)query->jointree, index);
}

void note_relation(Query* query, int index, QueryPart* part) {
  RangeTblEntry* const entry = rt_fetch(index, query->rtable);
  auto* const noted = static_cast<FoundEntry*>(palloc0(sizeof(FoundEntry)));
  noted->relation = entry->relid;
  noted->is_target = index == query->resultRelation;
  if (noted->is_target) {
    describe_write(query, noted);
  }
  noted->is_expanded_view = is_expanded_view(query, index);
  noted->is_locked_view =
      noted->is_expanded_view && get_parse_rowmark(query, static_cast<Index>(index)) != nullptr;
  noted->permissions = entry_permissions(query, entry);
  part->entries = lappend(part->entries, noted);
}

void describe_write(Query* query, FoundEntry* target) {
  target->command = query->commandType;
  target->on_conflict = query->onConflict != nullptr;
  target->overriding = query->override != OVERRIDING_NOT_SET;
  target->assigned = assigned(query, query->targetList);
  target->named = named_columns(query->jointree->quals, query->resultRelation);
  if (target->on_conflict) {
    target->assigned_on_conflict = assigned(query, query->onConflict->onConflictSet);
  }
}

QueryPart walk_locked(Query* query) {
  QueryPart part;
  note_locked(query, (Node*)query->jointree, &part);
  return part;
}

}  // namespace conncheck::server
