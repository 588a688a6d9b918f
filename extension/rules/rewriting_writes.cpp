// What lies beneath a relation that is written, and whether it takes the write.
#include <algorithm>

#include "extension/rules/rewriting.hpp"

namespace conncheck::rules {
namespace {

/// Base columns behind those columns of the view; nullopt: one of them cannot be written.
std::optional<std::vector<int>> mapped(const UpdatableView& view, const std::vector<int>& columns) {
  std::vector<int> base_columns;
  for (const int column : columns) {
    const auto pair = std::find_if(view.columns.begin(), view.columns.end(),
                                   [&](const auto& each) { return each.of_view == column; });
    if (pair == view.columns.end()) {
      return std::nullopt;
    }
    base_columns.push_back(pair->of_base);
  }
  return base_columns;
}

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
  Write write{};
  Columns columns;
  bool reads = false;  ///< what is written, too
  std::vector<int> selected = {};
  bool checks_option = false;  ///< of a view further out, cascaded
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

Answer Rewriting::takes(RelationId relation, Write write) {
  return takes(relation, write, std::nullopt);
}

Answer Rewriting::takes(RelationId relation, Write write, const Columns& columns) {
  const Rewrites* target = source_.rewrites(relation);
  const UnderWay here(*this, relation, write);
  if (target == nullptr || !here.is_new() || source_.is_too_deep()) {
    return Answer::no;
  }
  if (target->kind == RelationKind::table || target->kind == RelationKind::partitioned_table ||
      target->on(write).instead_rule || target->on(write).instead_trigger) {
    return Answer::yes;
  }
  if (target->kind == RelationKind::foreign_table) {
    return source_.foreign_table_takes(relation, write);
  }
  if (!target->passes_on(write)) {
    return Answer::no;
  }
  std::vector<int> base_columns;
  for (const UpdatableView::ColumnPair& pair : target->updatable->columns) {
    const bool written =
        !columns || std::find(columns->begin(), columns->end(), pair.of_view) != columns->end();
    if (written && takes_value(target->updatable->base, pair.of_base, write)) {
      base_columns.push_back(pair.of_base);
    }
  }
  if (base_columns.empty() && write != Write::delete_) {
    return Answer::no;
  }
  return takes(target->updatable->base, write, base_columns);
}

/// An action whose relation has rules that make nothing of it is as NOTHING. It must be one that
/// the server could rewrite, though.
bool Rewriting::vanishes(const RuleAction& action) {
  if (!action.write || !vanishes(action.write->relation, action.write->write)) {
    return false;
  }
  const Write write = action.write->write;
  RelationId relation = action.write->relation;
  Columns columns = action.write->columns;
  for (;;) {
    const std::vector<Column>& live = source_.columns(relation, audited_).live;
    for (const Column& each : live) {
      const bool named = std::find(columns->begin(), columns->end(), each.number) != columns->end();
      if (named && (each.generated || each.identity_always)) {
        return false;
      }
    }
    const Rewrites& target = *source_.rewrites(relation);
    if (target.on(write).instead_rule) {
      return true;
    }
    columns = mapped(*target.updatable, *columns);
    if (!columns || (write != Write::delete_ && target.updatable->columns.empty())) {
      return false;
    }
    relation = target.updatable->base;
  }
}

/// Does nothing come of any rule? What leads back to itself never ends, and does not vanish.
bool Rewriting::makes_nothing(const Rewrites& target, Write write) {
  const std::vector<RuleAction>& actions = target.on(write).actions;
  return std::all_of(actions.begin(), actions.end(),
                     [this](const RuleAction& action) { return vanishes(action); });
}

/// On the way down from view to view, a rule that does something runs with all that lies above it,
/// and the server checks that much.
bool Rewriting::vanishes(RelationId relation, Write write) {
  std::vector<RelationId> passed;
  bool vanishes = false;
  for (;;) {
    const auto [known, is_new] = vanishing_.try_emplace({relation, write}, false);
    if (!is_new) {
      vanishes = known->second;
      break;
    }
    passed.push_back(relation);
    const Rewrites* const target = source_.rewrites(relation);
    if (target == nullptr || source_.is_too_deep() || !makes_nothing(*target, write)) {
      break;
    }
    if (target->on(write).instead_rule) {
      vanishes = true;
      break;
    }
    if (target->kind != RelationKind::view || target->on(write).instead_trigger ||
        !target->passes_on(write)) {
      break;
    }
    relation = target->updatable->base;
  }
  for (const RelationId each : passed) {
    vanishing_[{each, write}] = vanishes;
  }
  return vanishes;
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

/// What the rules of a relation do beside or instead of a write, for which `role` is asked.
Beneath Rewriting::done_by_rules(const WriteRewrite& rewrite, RelationId relation, RoleId owner,
                                 RoleId role, Write write) {
  Beneath result;
  bool acts = false;
  for (const RuleAction& action : rewrite.actions) {
    if (vanishes(action)) {
      continue;
    }
    acts = true;
    result &= satisfied_with_writes(action.demands, owner);
    if (result.endless) {
      return result;
    }
  }
  if (!rewrite.instead_rule) {
    result &= satisfied(rewrite.conditions, owner);
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
  const WriteByRule key{target.relation, target.write,    target.columns,
                        target.reads,    target.selected, role};
  const auto known = written_by_rules_.find(key);
  if (known != written_by_rules_.end()) {
    return known->second;
  }
  Beneath result = {takes(target.relation, target.write, target.columns)};
  result &= writable(target.relation, {target.write, target.columns, target.reads, target.selected},
                     role);
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
  const UnderWay here(*this, relation, writing.write);
  if (!here.is_new() || source_.is_too_deep()) {
    return never_ends;
  }
  const WriteRewrite& rewrite = target->on(writing.write);
  Beneath result = done_by_rules(rewrite, relation, target->owner, role, writing.write);
  if (result.endless || rewrite.instead_rule) {
    return result;
  }
  if (target->kind != RelationKind::view) {
    result.functions = result.functions && calls_pass(relation, writing.write);
    return result;
  }
  if (rewrite.instead_trigger) {
    result.functions = result.functions && calls_pass(relation, writing.write);
    // UPDATE and DELETE read the view for the rows that they hand to the trigger.
    if (writing.write != Write::insert) {
      result &= view_reading(relation).query;
      result &= column_reading(relation, 0);
    }
    return result;
  }
  result &= base_writable(relation, *target, writing);
  return result;
}

/// nullopt: one of the columns cannot be written. All columns are all that can be.
Rewriting::Columns Rewriting::written_beneath(const UpdatableView& view, Write write,
                                              const Columns& columns) {
  const auto takes_it = [&](int column) { return takes_value(view.base, column, write); };
  if (columns) {
    Columns base_columns = mapped(view, *columns);
    const bool all =
        base_columns && std::all_of(base_columns->begin(), base_columns->end(), takes_it);
    return all ? base_columns : std::nullopt;
  }
  std::vector<int> base_columns;
  for (const UpdatableView::ColumnPair& pair : view.columns) {
    if (takes_it(pair.of_base) &&
        takes(view.base, write, std::vector{pair.of_base}) != Answer::no) {
      base_columns.push_back(pair.of_base);
    }
  }
  return base_columns;
}

Beneath Rewriting::base_writable(RelationId relation, const Rewrites& view,
                                 const Writing& writing) {
  if (!view.passes_on(writing.write)) {
    return denied;
  }
  const UpdatableView& updatable = *view.updatable;
  if (vanishes(updatable.base, writing.write)) {
    return {};
  }
  const bool by_column = writing.write != Write::delete_;
  const Columns base_columns =
      by_column ? written_beneath(updatable, writing.write, writing.columns) : std::nullopt;
  if (by_column && !base_columns) {
    return denied;
  }
  const RoleId role = checking_role(view);
  const Privilege privilege = privilege_for(writing.write);
  PermissionCheck check{updatable.base, {privilege}, {}, {}, {}, writing.write};
  if (by_column && !source_.held(updatable.base, role).has(privilege)) {
    const std::vector<int> written =
        without_generated(*base_columns, source_.columns(updatable.base, role));
    if (written.empty()) {
      return denied;
    }
    (writing.write == Write::insert ? check.inserted : check.updated) = written;
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
  if (writing.write != Write::insert || writing.checks_option || updatable.checks_option) {
    result &= satisfied(updatable.condition, role);
  }
  if (result.endless) {
    return result;
  }
  result &= writable(updatable.base,
                     {writing.write, base_columns, writing.reads, updatable.selected,
                      writing.checks_option || updatable.cascades_option},
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
    result &= writable(relation, {write, std::nullopt}, audited_);
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
