#include "extension/server/stored_query.hpp"

#include <algorithm>

#include "extension/server/called_functions.hpp"
#include "extension/server/merged_queries.hpp"
#include "extension/server/named_columns.hpp"
#include "extension/server/query_entries.hpp"
#include "extension/server/query_walk.hpp"
#include "extension/server/row_marks.hpp"

namespace conncheck::server {
namespace {

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
  const bool reads = (permissions.required & ACL_SELECT) != 0;
  const std::vector<int> selected = column_numbers(permissions.selected);
  const auto add = [&](rules::Write write, const Bitmapset* columns, const Bitmapset* assigned) {
    demands.writes.push_back({entry.relation, write, column_numbers(columns), reads, selected,
                              entry.on_conflict, column_numbers(assigned), entry.overriding,
                              column_numbers(entry.named)});
  };
  switch (entry.command) {
    case CMD_INSERT:
      add(rules::Write::insert, permissions.inserted, entry.assigned);
      if ((permissions.required & ACL_UPDATE) != 0) {  // ON CONFLICT DO UPDATE
        add(rules::Write::update, permissions.updated, entry.assigned_on_conflict);
      }
      break;
    case CMD_UPDATE:
      add(rules::Write::update, permissions.updated, entry.assigned);
      break;
    case CMD_DELETE:
      add(rules::Write::delete_, nullptr, nullptr);
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
                              column_numbers(permissions.updated),
                              entry.is_target ? write_of(entry.command) : std::nullopt});
  }
  if (entry.is_expanded_view) {
    demands.views_read.push_back(entry.relation);
  }
  if (entry.is_locked_view) {
    demands.views_locked.push_back(entry.relation);
  }
  if (entry.is_marked_view) {
    demands.views_marked.push_back(entry.relation);
  }
  if (entry.is_target) {
    append_write(entry, demands);
  }
}

void append(const QueryPart& part, rules::Demands& demands) {
  for (int i = 0; i < list_length(part.entries); ++i) {
    append(*static_cast<FoundEntry*>(list_nth(part.entries, i)), demands);
  }
  for (int i = 0; i < list_length(part.columns); ++i) {
    const auto* const found = static_cast<FoundColumn*>(list_nth(part.columns, i));
    demands.columns_read.push_back({found->relation, found->column});
  }
  for (int i = 0; i < list_length(part.of_tables); ++i) {
    const auto* const found = static_cast<FoundColumn*>(list_nth(part.of_tables, i));
    demands.table_columns_read.push_back({found->relation, found->column});
  }
  std::vector<rules::FunctionId>& functions = demands.functions;
  for (int i = 0; i < list_length(part.called.functions); ++i) {
    functions.push_back(list_nth_oid(part.called.functions, i));
  }
  for (int i = 0; i < list_length(part.called.by_owners); i += 2) {
    demands.called_as.push_back(
        {list_nth_oid(part.called.by_owners, i), list_nth_oid(part.called.by_owners, i + 1)});
  }
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
}

struct SimpleColumn {
  int of_view;
  int of_base;
};

struct SimpleView {
  Oid base = InvalidOid;
  Bitmapset* selected = nullptr;
  Bitmapset* named = nullptr;
  List* computed = nullptr;  ///< of SimpleColumn
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

void note_computed(const TargetEntry* target, const Bitmapset* of_base, SimpleView* view) {
  int member = -1;
  while ((member = bms_next_member(of_base, member)) >= 0) {
    auto* const noted = static_cast<SimpleColumn*>(palloc(sizeof(SimpleColumn)));
    *noted = {target->resno, member + FirstLowInvalidHeapAttributeNumber};
    view->computed = lappend(view->computed, noted);
  }
}

SimpleView* find_simple_view(Query* query) {
  if (view_query_is_auto_updatable(query, false) != nullptr) {
    return nullptr;
  }
  auto* const view = static_cast<SimpleView*>(palloc0(sizeof(SimpleView)));
  const int base_index = ((RangeTblRef*)linitial(query->jointree->fromlist))->rtindex;
  RangeTblEntry* const base = rt_fetch(base_index, query->rtable);
  view->base = base->relid;
  view->selected = entry_permissions(query, base).selected;
  view->named = named_columns(query->jointree->quals, base_index);
  ListCell* cell = nullptr;
  foreach (cell, query->targetList) {
    auto* const target = static_cast<TargetEntry*>(lfirst(cell));
    if (is_updatable_column(target, base_index)) {
      view->columns[view->count++] = {target->resno, ((Var*)target->expr)->varattno};
    } else {
      note_computed(target, named_columns((Node*)target->expr, base_index), view);
    }
  }
  return view;
}

}  // namespace

std::optional<rules::Write> write_of(CmdType command) {
  switch (command) {
    case CMD_INSERT:
      return rules::Write::insert;
    case CMD_UPDATE:
      return rules::Write::update;
    case CMD_DELETE:
      return rules::Write::delete_;
    default:
      return std::nullopt;
  }
}

void add_demands(Node* node, rules::Demands& demands) {
  append(guard([node] { return walk_node(node, nullptr); }), demands);
}

std::vector<rules::WriteTarget> read_write_targets(Query* statement) {
  if (!write_of(statement->commandType) || statement->hasModifyingCTE) {
    return {};
  }
  FoundEntry entry{};
  guard([&] {
    describe_write(statement, &entry);
    RangeTblEntry* const target = rt_fetch(statement->resultRelation, statement->rtable);
    entry.relation = target->relid;
    entry.permissions = entry_permissions(statement, target);
  });
  rules::Demands demands;
  append_write(entry, demands);
  return demands.writes;
}

void add_demands_of(rules::RelationId relation, Node* node, rules::Demands& demands) {
  append(guard([=] { return walk_expression_of(relation, node); }), demands);
}

std::vector<int> named_of_old_row(Node* condition) {
  return column_numbers(guard([condition] { return named_columns(condition, PRS2_OLD_VARNO); }));
}

void read_view_demands(Query* query, rules::Rewrites& rewrites) {
  append(guard([query] { return walk_without_columns(query); }), rewrites.reading);
  rewrites.reading.varies = guard([query] { return has_to_run((Node*)query, nullptr); });
  append(guard([query] { return walk_locked(query); }), rewrites.locking);
  rewrites.is_merged = guard([query] { return is_merged(query); });
  append(guard([query] { return walk_marked(query); }), rewrites.marking);
  for (int column = 1; column <= list_length(query->targetList); ++column) {
    rules::Demands demands;
    append(guard([query, column] { return walk_column(query, column); }), demands);
    if (!demands.empty()) {
      rewrites.columns.push_back({column, std::move(demands)});
    }
  }
}

rules::PolicyCondition read_policy_condition(rules::RelationId table, Node* condition) {
  rules::PolicyCondition result;
  add_demands_of(table, condition, result.demands);
  result.demands.varies = guard([condition] { return has_to_run(condition, nullptr); });
  result.always_true = is_constant_true(condition);
  result.has_subqueries = guard([condition] { return checkExprHasSubLink(condition); });
  return result;
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
  for (int i = 0; i < list_length(view->computed); ++i) {
    const auto* const column = static_cast<SimpleColumn*>(list_nth(view->computed, i));
    updatable.computed.push_back({column->of_view, column->of_base});
  }
  updatable.selected = column_numbers(view->selected);
  updatable.named = column_numbers(view->named);
  append(guard([query] {
           const QueryLevel level{query, nullptr};
           return walk_node(query->jointree->quals, &level);
         }),
         updatable.condition);
  append(guard([query] { return walk_marked_conditions(query); }), updatable.marking);
  return updatable;
}

}  // namespace conncheck::server
