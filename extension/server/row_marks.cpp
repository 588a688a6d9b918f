#include "extension/server/row_marks.hpp"

#include "extension/server/merged_queries.hpp"

namespace conncheck::server {
namespace {

void note_marked(const RangeTblEntry* entry, QueryPart* part) {
  if (entry->relkind == RELKIND_VIEW) {
    auto* const noted = static_cast<FoundEntry*>(palloc0(sizeof(FoundEntry)));
    noted->relation = entry->relid;
    noted->is_marked_view = true;
    part->entries = lappend(part->entries, noted);
  }
}

void walk_within(Query* query, const QueryLevel* around, QueryPart* part) {
  const QueryLevel level{query, around};
  walk_marked_rows((Node*)query->jointree, &level, part);
}

void walk_entry(int index, const QueryLevel* level, QueryPart* part) {
  RangeTblEntry* const entry = rt_fetch(index, level->query->rtable);
  if (entry->rtekind == RTE_SUBQUERY && is_merged(entry->subquery)) {
    walk_within(entry->subquery, level, part);
  } else if (entry->rtekind == RTE_SUBQUERY) {
    walk_output(entry->subquery, 0, level, part);
  } else if (entry->rtekind == RTE_CTE) {
    walk_with_query(entry, 0, level, part);
  } else if (entry->rtekind == RTE_RELATION && index != level->query->resultRelation) {
    note_marked(entry, part);
  }
}

/// Those that become joins.
void walk_sublinks(Node* condition, const QueryLevel* level, QueryPart* part) {
  check_stack_depth();
  if (condition == nullptr) {
    return;
  }
  if (is_andclause(condition)) {
    ListCell* cell = nullptr;
    foreach (cell, ((BoolExpr*)condition)->args) {
      walk_sublinks((Node*)lfirst(cell), level, part);
    }
  } else if (is_notclause(condition)) {
    Node* const negated = (Node*)get_notclausearg(condition);
    if (IsA(negated, SubLink) && ((SubLink*)negated)->subLinkType == EXISTS_SUBLINK) {
      walk_sublinks(negated, level, part);
    }
  } else if (IsA(condition, SubLink) && becomes_join((SubLink*)condition)) {
    auto* const query = (Query*)((SubLink*)condition)->subselect;
    if (((SubLink*)condition)->subLinkType == EXISTS_SUBLINK || is_merged(query)) {
      walk_within(query, level, part);
    }
  }
}

}  // namespace

bool marks_rows(const Query* query) {
  return query->rowMarks != NIL || query->commandType == CMD_UPDATE ||
         query->commandType == CMD_DELETE;
}

void walk_marked_rows(Node* joined, const QueryLevel* level, QueryPart* part) {
  check_stack_depth();
  if (joined == nullptr) {
    return;
  }
  if (IsA(joined, RangeTblRef)) {
    walk_entry(((RangeTblRef*)joined)->rtindex, level, part);
  } else if (IsA(joined, JoinExpr)) {
    walk_marked_rows(((JoinExpr*)joined)->larg, level, part);
    walk_marked_rows(((JoinExpr*)joined)->rarg, level, part);
    walk_sublinks(((JoinExpr*)joined)->quals, level, part);
  } else {
    ListCell* cell = nullptr;
    foreach (cell, ((FromExpr*)joined)->fromlist) {
      walk_marked_rows((Node*)lfirst(cell), level, part);
    }
    walk_sublinks(((FromExpr*)joined)->quals, level, part);
  }
}

QueryPart walk_marked(Query* query) {
  QueryPart part;
  walk_within(query, nullptr, &part);
  return part;
}

QueryPart walk_marked_conditions(Query* query) {
  QueryPart part;
  const QueryLevel level{query, nullptr};
  walk_sublinks(query->jointree->quals, &level, &part);
  return part;
}

}  // namespace conncheck::server
