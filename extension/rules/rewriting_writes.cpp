// What lies beneath a relation that is written, and whether it takes the write.
#include <algorithm>

#include "extension/rules/rewriting.hpp"

namespace conncheck::rules {
namespace {

std::vector<int> without_generated(const std::vector<int>& numbers, const ColumnHoldings& columns) {
  std::vector<int> kept;
  for (const int number : numbers) {
    const bool generated = std::any_of(
        columns.live.begin(), columns.live.end(),
        [&](const Column& column) { return column.number == number && column.generated; });
    if (!generated) {
      kept.push_back(number);
    }
  }
  return kept;
}

}  // namespace

/// Notes a write as under way, as long as it lives: one that leads back to itself never ends.
class Rewriting::UnderWay {
 public:
  UnderWay(Rewriting& rewriting, RelationId relation, Write write)
      : writes_(rewriting.under_way_), write_(relation, write) {
    is_new_ = writes_.insert(write_).second;
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    if (is_new_) {
      writes_.erase(write_);
    }
  }
  [[nodiscard]] bool is_new() const { return is_new_; }

 private:
  std::set<std::pair<RelationId, Write>>& writes_;
  std::pair<RelationId, Write> write_;
  bool is_new_ = false;
};

struct Rewriting::Writing {
  Event event;
  Columns columns;
  bool reads = false;  ///< what is written, too
  std::vector<int> selected = {};
  bool checks_option = false;  ///< of a view further out, cascaded
  /// Of its columns, in conditions: the statement's, and those of views further out.
  std::vector<int> named = {};
};

/// Through a view: UPDATE sets even DEFAULT to a value there, and these columns take none.
bool Rewriting::takes_value(RelationId relation, int column, Write write) {
  if (write != Write::update) {
    return true;
  }
  const std::vector<Column>& live = source_.columns(relation, audited_).live;
  return std::none_of(live.begin(), live.end(), [column](const Column& each) {
    return each.number == column && (each.generated || each.identity_always);
  });
}

/// Is nothing given to a column of a table that takes no value? Through views, but not past a rule
/// that does something else instead.
bool Rewriting::takes_values(const WriteTarget& target) {
  const Event event{target.write, target.on_conflict};
  const bool gives_identity = target.overriding && target.write == Write::insert;
  std::set<RelationId> passed;
  RelationId relation = target.relation;
  Columns columns = target.assigned;
  while (columns && !columns->empty() && passed.insert(relation).second) {
    for (const Column& each : source_.columns(relation, audited_).live) {
      const bool takes_none = each.generated || (each.identity_always && !gives_identity);
      if (takes_none &&
          std::find(columns->begin(), columns->end(), each.number) != columns->end()) {
        return false;
      }
    }
    const Rewrites* const rewrites = source_.rewrites(relation);
    const Write write = event.rewritten_as();
    if (rewrites == nullptr || rewrites->on(write).instead_rule ||
        rewrites->on(write).instead_trigger || !rewrites->passes_on(write)) {
      break;
    }
    columns = rewrites->updatable->mapped(*columns);
    relation = rewrites->updatable->base;
  }
  return true;
}

Answer Rewriting::takes(RelationId relation, Write write) {
  return takes(relation, Event{write}, std::nullopt);
}

Answer Rewriting::takes(RelationId relation, Event event, const Columns& columns) {
  const Write write = event.rewritten_as();
  const Rewrites* target = source_.rewrites(relation);
  const UnderWay here(*this, relation, write);
  if (target == nullptr || !here.is_new() || source_.is_too_deep() ||
      (event.on_conflict && target->refuses_conflicts())) {
    return Answer::no;
  }
  if (target->kind == RelationKind::table || target->kind == RelationKind::partitioned_table ||
      target->on(write).instead_rule) {
    return Answer::yes;
  }
  // Without unique indexes no conflict is found, and nothing can be updated.
  const bool finds_conflicts = !event.updates_on_conflict();
  if (target->on(write).instead_trigger) {
    return answer(finds_conflicts);
  }
  if (target->kind == RelationKind::foreign_table) {
    return finds_conflicts ? source_.foreign_table_takes(relation, write) : Answer::no;
  }
  if (!target->passes_on(write)) {
    return Answer::no;
  }
  std::vector<int> base_columns;
  for (const UpdatableView::ColumnPair& pair : target->updatable->columns) {
    const bool written =
        !columns || std::find(columns->begin(), columns->end(), pair.of_view) != columns->end();
    if (written && takes_value(target->updatable->base, pair.of_base, event.write)) {
      base_columns.push_back(pair.of_base);
    }
  }
  if (base_columns.empty() && write != Write::delete_) {
    return Answer::no;
  }
  return takes(target->updatable->base, event, base_columns);
}

Beneath Rewriting::satisfied_with_writes(const Demands& demands, RoleId role) {
  Beneath result = satisfied(demands, role);
  for (const WriteTarget& target : demands.writes) {
    if (result.endless) {
      break;
    }
    result &= written_by_rule(target, role);
  }
  return result;
}

/// The conditions on the rows that are written become part of what a rule does, and if they name a
/// column of a view that has the rule, that is read there. Nobody is asked for SELECT on the view.
Beneath Rewriting::read_by_rule(RelationId view, const RuleAction& action,
                                const std::vector<int>& named) {
  Beneath result = view_reading(view).query;
  for (const int column : named) {
    result &= column_reading(view, column);
  }
  if (action.marks_rows && !result.endless) {
    result &= marking(view);
  }
  return result;
}

/// What the rules of a relation do beside or instead of a write, for which `role` is asked.
Beneath Rewriting::done_by_rules(RelationId relation, const Rewrites& target,
                                 const Writing& writing, RoleId role) {
  const Write write = writing.event.rewritten_as();
  const WriteRewrite& rewrite = target.on(write);
  const bool names_rows =
      target.kind == RelationKind::view && write != Write::insert && !writing.named.empty();
  Beneath result;
  bool acts = false;
  for (const RuleAction& action : rewrite.actions) {
    if (vanishes(action)) {
      continue;
    }
    acts = true;
    result &= satisfied_with_writes(action.demands, target.owner);
    if (names_rows && !result.endless) {
      result &= read_by_rule(relation, action, writing.named);
    }
    if (result.endless) {
      return result;
    }
  }
  if (!rewrite.instead_rule) {
    result &= satisfied(rewrite.conditions, target.owner);
  }
  if (acts) {
    // The table stands in the action's range table as well, where it is one that is read.
    result &= row_security(relation, {std::nullopt, {privilege_for(write)}}, role);
  }
  return result;
}

/// Once is enough: rules that double from table to table would never end otherwise. Where something
/// is written from makes no difference, unless it leads back there, and that is endless.
Beneath Rewriting::written_by_rule(const WriteTarget& target, RoleId role) {
  if (!takes_values(target)) {
    return denied;
  }
  const Event event{target.write, target.on_conflict};
  const WriteByRule key{target.relation, event, target.columns, target.reads, target.selected,
                        target.named,    role};
  const auto known = written_by_rules_.find(key);
  if (known != written_by_rules_.end()) {
    return known->second;
  }
  Beneath result = {takes(target.relation, event, target.columns)};
  result &=
      writable(target.relation,
               {event, target.columns, target.reads, target.selected, false, target.named}, role);
  if (!result.endless) {
    written_by_rules_.emplace(key, result);
  }
  return result;
}

bool Rewriting::calls_pass(RelationId relation, Write write) {
  return may_execute(source_.called_by_every(write, relation));
}

/// `role`: the one that is asked for the relation itself.
Beneath Rewriting::writable(RelationId relation, const Writing& writing, RoleId role) {
  const Rewrites* target = source_.rewrites(relation);
  if (target == nullptr) {
    return denied;
  }
  const Write write = writing.event.rewritten_as();
  const UnderWay here(*this, relation, write);
  if (!here.is_new() || source_.is_too_deep()) {
    return never_ends;
  }
  const WriteRewrite& rewrite = target->on(write);
  Beneath result = done_by_rules(relation, *target, writing, role);
  if (result.endless || rewrite.instead_rule) {
    return result;
  }
  if (target->kind != RelationKind::view) {
    result.functions = result.functions && calls_pass(relation, writing.event.write);
    return result;
  }
  if (rewrite.instead_trigger) {
    result.functions = result.functions && calls_pass(relation, writing.event.write);
    // UPDATE and DELETE read the view for the rows that they hand to the trigger.
    if (write != Write::insert) {
      result &= view_reading(relation).query;
      result &= column_reading(relation, 0);
      result &= marking(relation);
    }
    return result;
  }
  result &= base_writable(relation, *target, writing);
  return result;
}

/// nullopt: one of the columns cannot be written. All columns are all that can be.
Rewriting::Columns Rewriting::written_beneath(const UpdatableView& view, Event event,
                                              const Columns& columns) {
  const auto takes_it = [&](int column) { return takes_value(view.base, column, event.write); };
  if (columns) {
    Columns base_columns = view.mapped(*columns);
    const bool all =
        base_columns && std::all_of(base_columns->begin(), base_columns->end(), takes_it);
    return all ? base_columns : std::nullopt;
  }
  std::vector<int> base_columns;
  for (const UpdatableView::ColumnPair& pair : view.columns) {
    if (takes_it(pair.of_base) &&
        takes(view.base, event, std::vector{pair.of_base}) != Answer::no) {
      base_columns.push_back(pair.of_base);
    }
  }
  return base_columns;
}

Beneath Rewriting::base_writable(RelationId relation, const Rewrites& view,
                                 const Writing& writing) {
  const Event event = writing.event;
  if (!view.passes_on(event.rewritten_as())) {
    return denied;
  }
  const UpdatableView& updatable = *view.updatable;
  if (vanishes(updatable.base, event)) {
    return {};
  }
  const bool by_column = event.write != Write::delete_;
  const Columns base_columns =
      by_column ? written_beneath(updatable, event, writing.columns) : std::nullopt;
  if (by_column && !base_columns) {
    return denied;
  }
  const RoleId role = checking_role(view);
  const Privilege privilege = privilege_for(event.write);
  PermissionCheck check{updatable.base, {privilege}, {}, {}, {}, event.write};
  if (by_column && !source_.held(updatable.base, role).has(privilege)) {
    std::vector<int> written =
        without_generated(*base_columns, source_.columns(updatable.base, role));
    if (written.empty()) {
      written = *base_columns;  // these take DEFAULT
    }
    if (written.empty()) {
      return denied;
    }
    (event.write == Write::insert ? check.inserted : check.updated) = written;
  }
  Beneath result;
  if (writing.reads) {
    // The owner must be able to read all that the view names, even what the statement does not.
    check.required = check.required | PrivilegeSet{Privilege::select};
    check.selected = updatable.selected;
    for (const int column : writing.selected) {
      result &= column_reading(relation, column);
    }
  }
  result &= checked(check, role);
  if (event.rewritten_as() != Write::insert || writing.checks_option || updatable.checks_option) {
    result &= satisfied(updatable.condition, role);
  }
  if (event.rewritten_as() != Write::insert) {
    result &= satisfied(updatable.marking, role);
  }
  if (result.endless) {
    return result;
  }
  result &= writable(
      updatable.base,
      {event, base_columns, writing.reads, updatable.selected,
       writing.checks_option || updatable.cascades_option, updatable.named_beneath(writing.named)},
      role);
  return result;
}

const Beneath& Rewriting::writing(RelationId relation, Write write) {
  const auto known = writings_.find({relation, write});
  if (known != writings_.end()) {
    return known->second;
  }
  Beneath result;
  if (!vanishes(relation, write)) {
    result = row_security(relation, {write, {privilege_for(write)}}, audited_);
    result &= writable(relation, {Event{write}, std::nullopt}, audited_);
  }
  return writings_[{relation, write}] = result;
}

Answer Rewriting::writable_beneath(RelationId relation, Write write) {
  return writing(relation, write).relations;
}

bool Rewriting::may_execute_writing(RelationId relation, Write write) {
  return writing(relation, write).functions;
}

}  // namespace conncheck::rules
