#include "extension/server/query_entries.hpp"

namespace conncheck::server {
namespace {

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
  noted->command = query->commandType;
  noted->on_conflict = query->onConflict != nullptr;
  noted->is_expanded_view = is_expanded_view(query, index);
  noted->is_locked_view =
      noted->is_expanded_view && get_parse_rowmark(query, static_cast<Index>(index)) != nullptr;
  noted->permissions = entry_permissions(query, entry);
  part->entries = lappend(part->entries, noted);
}

QueryPart walk_locked(Query* query) {
  QueryPart part;
  note_locked(query, (Node*)query->jointree, &part);
  return part;
}

}  // namespace conncheck::server
