#include "extension/server/stored_query.hpp"

#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

/// Plain data, as the walk runs inside the server's own frames.
struct FoundEntry {
  Oid relation;
  bool is_expanded_view;
  bool is_target;
  CmdType command;  ///< if is_target
  EntryPermissions permissions;
};

struct Walk {
  List* entries = nullptr;  ///< of FoundEntry
};

bool walk(Node* node, void* context);

void note_entries(Query* query, Walk* found) {
  int index = 0;
  ListCell* cell = nullptr;
  foreach (cell, query->rtable) {
    ++index;
    auto* const entry = static_cast<RangeTblEntry*>(lfirst(cell));
    if (entry->rtekind != RTE_RELATION) {
      continue;
    }
    auto* const noted = static_cast<FoundEntry*>(palloc0(sizeof(FoundEntry)));
    noted->relation = entry->relid;
    noted->is_target = index == query->resultRelation;
    noted->command = query->commandType;
    noted->is_expanded_view = entry->relkind == RELKIND_VIEW && !noted->is_target &&
                              rangeTableEntry_used((Node*)query, index, 0);
    noted->permissions = entry_permissions(query, entry);
    found->entries = lappend(found->entries, noted);
  }
}

/// The planner drops a SELECT in WITH that nothing refers to; its checks are never made.
void walk_with_queries(Query* query, void* context) {
  ListCell* cell = nullptr;
  foreach (cell, query->cteList) {
    auto* const with = static_cast<CommonTableExpr*>(lfirst(cell));
    auto* const inner = (Query*)with->ctequery;
    if (with->cterefcount > 0 || inner->commandType != CMD_SELECT) {
      walk((Node*)inner, context);
    }
  }
}

bool walk(Node* node, void* context) {
  if (node == nullptr) {
    return false;
  }
  check_stack_depth();
  if (IsA(node, Query)) {
    auto* const query = (Query*)node;
    note_entries(query, static_cast<Walk*>(context));
    walk_with_queries(query, context);
    return walk_query(query, walk, context, QTW_IGNORE_CTE_SUBQUERIES);
  }
  return walk_expression(node, walk, context);
}

std::vector<int> column_numbers(const Bitmapset* columns) {
  std::vector<int> numbers;
  int member = -1;
  while ((member = bms_next_member(columns, member)) >= 0) {
    numbers.push_back(member + FirstLowInvalidHeapAttributeNumber);
  }
  return numbers;
}

void append_write(const FoundEntry& entry, rules::Demands& demands) {
  const EntryPermissions& permissions = entry.permissions;
  switch (entry.command) {
    case CMD_INSERT:
      demands.writes.push_back(
          {entry.relation, rules::Write::insert, column_numbers(permissions.inserted)});
      if ((permissions.required & ACL_UPDATE) != 0) {  // ON CONFLICT DO UPDATE
        demands.writes.push_back(
            {entry.relation, rules::Write::update, column_numbers(permissions.updated)});
      }
      break;
    case CMD_UPDATE:
      demands.writes.push_back(
          {entry.relation, rules::Write::update, column_numbers(permissions.updated)});
      break;
    case CMD_DELETE:
      demands.writes.push_back({entry.relation, rules::Write::delete_, {}});
      break;
    default:
      break;
  }
}

void append(const FoundEntry& entry, rules::Demands& demands) {
  const EntryPermissions& permissions = entry.permissions;
  if (permissions.required != 0) {
    demands.checks.push_back({entry.relation, PrivilegeSet::from_bits(permissions.required),
                              column_numbers(permissions.selected),
                              column_numbers(permissions.inserted),
                              column_numbers(permissions.updated)});
  }
  if (entry.is_expanded_view) {
    demands.views_read.push_back(entry.relation);
  }
  if (entry.is_target) {
    append_write(entry, demands);
  }
}

struct SimpleColumn {
  int of_view;
  int of_base;
};

struct SimpleView {
  Oid base = InvalidOid;
  int count = 0;
  SimpleColumn columns[MaxTupleAttributeNumber];
};

/// The same rule as the server has for the columns of updatable views: plain ones of the base.
bool is_updatable_column(const TargetEntry* target, int base_index) {
  if (target->resjunk || !IsA(target->expr, Var)) {
    return false;
  }
  const auto* const variable = (const Var*)target->expr;
  return variable->varno == static_cast<decltype(variable->varno)>(base_index) &&
         variable->varlevelsup == 0 && variable->varattno > 0;
}

SimpleView* find_simple_view(Query* query) {
  if (view_query_is_auto_updatable(query, false) != nullptr) {
    return nullptr;
  }
  auto* const view = static_cast<SimpleView*>(palloc0(sizeof(SimpleView)));
  const int base_index = ((RangeTblRef*)linitial(query->jointree->fromlist))->rtindex;
  view->base = rt_fetch(base_index, query->rtable)->relid;
  ListCell* cell = nullptr;
  foreach (cell, query->targetList) {
    auto* const target = static_cast<TargetEntry*>(lfirst(cell));
    if (is_updatable_column(target, base_index)) {
      view->columns[view->count++] = {target->resno, ((Var*)target->expr)->varattno};
    }
  }
  return view;
}

}  // namespace

void add_demands(Node* node, rules::Demands& demands) {
  const Walk found = guard([node] {
    Walk result;
    walk(node, &result);
    return result;
  });
  for (int i = 0; i < list_length(found.entries); ++i) {
    append(*static_cast<FoundEntry*>(list_nth(found.entries, i)), demands);
  }
}

std::optional<rules::UpdatableView> read_updatable_view(Query* query) {
  const SimpleView* const view = guard([query] { return find_simple_view(query); });
  if (view == nullptr) {
    return std::nullopt;
  }
  rules::UpdatableView updatable;
  updatable.base = view->base;
  for (int i = 0; i < view->count; ++i) {
    updatable.columns.push_back({view->columns[i].of_view, view->columns[i].of_base});
  }
  add_demands(query->jointree->quals, updatable.condition);
  return updatable;
}

}  // namespace conncheck::server
