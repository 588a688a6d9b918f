#include "extension/server/stored_rules.hpp"

#include <optional>

#include "extension/server/catalog_pages.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/row_marks.hpp"
#include "extension/server/stored_query.hpp"

namespace conncheck::server {
namespace {

/// pg_rewrite.ev_type is the digit of a CmdType; SELECT's rule is the view itself.
std::optional<rules::Write> written_on(char ev_type) {
  return write_of(static_cast<CmdType>(ev_type - '0'));
}

Node* parsed(Datum tree) {
  return guard([tree] { return (Node*)stringToNode(TextDatumGetCString(tree)); });
}

void add_view_query(Node* action, const RelationRow& relation, rules::Rewrites& rewrites) {
  auto* const query = (Query*)linitial((List*)action);
  read_view_demands(query, rewrites);
  rewrites.is_merged = rewrites.is_merged && !relation.security_barrier;
  rewrites.updatable = read_updatable_view(query);
  if (rewrites.updatable) {
    using CheckOption = RelationRow::CheckOption;
    if (relation.security_barrier) {
      rewrites.updatable->marking = {};  // the planner keeps its conditions apart
      rewrites.updatable->named = {};
    }
    rewrites.updatable->checks_option = relation.check_option != CheckOption::none;
    rewrites.updatable->cascades_option = relation.check_option == CheckOption::cascaded;
  }
}

/// Of NOTIFY the server checks nothing, not even what would have been written instead.
bool does_something(const Query* action) {
  return action->commandType != CMD_NOTHING && action->commandType != CMD_UTILITY;
}

/// Even NOTIFY, and actions of which other rules make nothing, are in the way of ON CONFLICT.
bool meets_conflicts(rules::Write write, List* actions, bool is_enabled) {
  const auto* const first = (const Query*)linitial(actions);
  return write == rules::Write::update ||
         (write == rules::Write::insert && is_enabled && first->commandType != CMD_NOTHING);
}

/// A condition on the view's rows makes every action read them.
void add_condition(Node* condition, const RelationRow& relation, rules::Demands& demands) {
  add_demands_of(relation.id, condition, demands);
  if (relation.kind != rules::RelationKind::view) {
    return;
  }
  const std::vector<int> named = named_of_old_row(condition);
  if (!named.empty()) {
    demands.views_read.push_back(relation.id);
  }
  for (const int column : named) {
    demands.columns_read.push_back({relation.id, column});
  }
}

void add_rule(HeapTuple row, TupleDesc descriptor, const RelationRow& relation,
              rules::Rewrites& rewrites) {
  const auto* const rule = (Form_pg_rewrite)GETSTRUCT(row);
  DeformedRow<Natts_pg_rewrite> columns;
  columns.deform(row, descriptor);
  Node* const action = parsed(columns[Anum_pg_rewrite_ev_action]);
  const std::optional<rules::Write> write = written_on(rule->ev_type);
  if (!write) {
    if (relation.kind == rules::RelationKind::view) {
      add_view_query(action, relation, rewrites);
    }
    return;
  }
  const bool is_enabled = rule->ev_enabled == 'O' || rule->ev_enabled == 'A';
  if (meets_conflicts(*write, (List*)action, is_enabled)) {
    rewrites.rules_meet_conflicts = true;
  }
  if (!is_enabled) {
    return;
  }
  Node* const condition = parsed(columns[Anum_pg_rewrite_ev_qual]);
  rules::WriteRewrite& rewrite = rewrites.writes[static_cast<std::size_t>(*write)];
  if (rule->is_instead && condition != nullptr) {
    rewrite.conditional_instead_rule = true;
    add_condition(condition, relation, rewrite.conditions);
  } else if (rule->is_instead) {
    rewrite.instead_rule = true;
  }
  for (int i = 0; i < list_length((List*)action); ++i) {
    auto* const statement = (Query*)list_nth((List*)action, i);
    if (does_something(statement)) {
      rules::RuleAction& added = rewrite.actions.emplace_back();
      add_demands((Node*)statement, added.demands);
      add_condition(condition, relation, added.demands);
      added.writes = read_write_targets(statement);
      added.marks_rows = marks_rows(statement);
    }
  }
}

void read_rules(const RelationRow& relation, rules::Rewrites& rewrites) {
  CatalogScan scan(RewriteRelationId, RewriteRelRulenameIndexId,
                   {{Anum_pg_rewrite_ev_class, F_OIDEQ, ObjectIdGetDatum(relation.id)}});
  ScratchMemory memory;
  while (HeapTuple const row = scan.next()) {
    add_rule(row, scan.descriptor(), relation, rewrites);
    memory.reset();
  }
}

/// Disabled ones count: the server lets the statement pass, and does nothing.
void read_triggers(const RelationRow& relation, rules::Rewrites& rewrites) {
  CatalogScan scan(TriggerRelationId, TriggerRelidNameIndexId,
                   {{Anum_pg_trigger_tgrelid, F_OIDEQ, ObjectIdGetDatum(relation.id)}});
  constexpr int instead_of_row = TRIGGER_TYPE_INSTEAD | TRIGGER_TYPE_ROW;
  constexpr int events[] = {TRIGGER_TYPE_INSERT, TRIGGER_TYPE_UPDATE, TRIGGER_TYPE_DELETE};
  while (HeapTuple const row = scan.next()) {
    const int type = ((Form_pg_trigger)GETSTRUCT(row))->tgtype;
    for (const rules::Write write : rules::all_writes) {
      const auto index = static_cast<std::size_t>(write);
      if ((type & instead_of_row) == instead_of_row && (type & events[index]) != 0) {
        rewrites.writes[index].instead_trigger = true;
      }
    }
  }
}

}  // namespace

rules::Rewrites read_rewrites(const RelationRow& relation) {
  rules::Rewrites rewrites;
  rewrites.kind = relation.kind;
  rewrites.owner = relation.ownership.owner;
  rewrites.security_invoker = relation.security_invoker;
  const bool is_table = relation.kind == rules::RelationKind::table ||
                        relation.kind == rules::RelationKind::partitioned_table;
  rewrites.row_security = is_table && relation.row_security;
  rewrites.force_row_security = is_table && relation.force_row_security;
  if (relation.has_rules && relation.kind != rules::RelationKind::materialized_view) {
    read_rules(relation, rewrites);
  }
  if (relation.has_triggers && relation.kind == rules::RelationKind::view) {
    read_triggers(relation, rewrites);
  }
  return rewrites;
}

bool some_rules_are_instead() {
  CatalogPages pages(RewriteRelationId, [](HeapTuple row) {
    const auto* const rule = (Form_pg_rewrite)GETSTRUCT(row);
    return rule->is_instead && written_on(rule->ev_type).has_value();
  });
  bool found = false;
  for (auto rows = pages.next(); !rows.empty(); rows = pages.next()) {
    found = true;
  }
  return found;
}

}  // namespace conncheck::server
