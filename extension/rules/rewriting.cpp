#include "extension/rules/rewriting.hpp"

#include <algorithm>

#include "extension/rules/row_security.hpp"

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

Beneath& Beneath::operator&=(const Beneath& other) {
  relations = relations & other.relations;
  functions = functions && other.functions;
  endless = endless || other.endless;
  return *this;
}

/// The writes under way, innermost first: one that leads back to itself never ends.
struct Rewriting::Path {
  RelationId relation;
  Write write;
  const Path* outer;

  static bool contains(const Path* path, RelationId relation, Write write) {
    for (; path != nullptr; path = path->outer) {
      if (path->relation == relation && path->write == write) {
        return true;
      }
    }
    return false;
  }
};

struct Rewriting::Writing {
  Write write{};
  Columns columns;
  bool reads = false;  ///< what is written, too
  std::vector<int> selected = {};
  bool checks_option = false;  ///< of a view further out, cascaded
};

namespace {

constexpr Beneath denied = {Answer::no, true, false};
constexpr Beneath never_ends = {Answer::no, true, true};

}  // namespace

RoleId Rewriting::checking_role(const Rewrites& view) const {
  return view.security_invoker ? audited_ : view.owner;
}

Beneath Rewriting::checked(const PermissionCheck& check, RoleId role) {
  Beneath result = {answer(passes(source_, check, role))};
  result &= row_security(check.relation, {check.write, check.required}, role);
  return result;
}

/// Everything is looked at, as more than one thing may be lacking; but what never ends ends here.
Beneath Rewriting::satisfied(const Demands& demands, RoleId role) {
  Beneath result;
  for (const PermissionCheck& check : demands.checks) {
    result &= checked(check, role);
    if (result.endless) {
      return result;
    }
  }
  for (const RelationId view : demands.views_read) {
    result &= view_reading(view).query;
    if (result.endless) {
      return result;
    }
  }
  for (const RelationId view : demands.views_locked) {
    result &= locking(view);
  }
  for (const ViewColumn& read : demands.columns_read) {
    result &= column_reading(read.view, read.column);
    if (result.endless) {
      return result;
    }
  }
  for (const TableColumn& read : demands.table_columns_read) {
    result.functions =
        may_execute(source_.called_by_reading(read.table, read.column)) && result.functions;
  }
  result.functions = may_execute(demands.functions) && result.functions;
  return result;
}

Beneath Rewriting::satisfied_with_writes(const Demands& demands, RoleId role, const Path* path) {
  Beneath result = satisfied(demands, role);
  for (const WriteTarget& target : demands.writes) {
    if (result.endless) {
      break;
    }
    result &= written_by_rule(target, role, path);
  }
  return result;
}

/// Once is enough: rules that double from table to table would never end otherwise. Where something
/// is written from makes no difference, unless it leads back there, and that is endless.
Beneath Rewriting::written_by_rule(const WriteTarget& target, RoleId role, const Path* path) {
  const WriteByRule key{target.relation, target.write,    target.columns,
                        target.reads,    target.selected, role};
  const auto known = written_by_rules_.find(key);
  if (known != written_by_rules_.end()) {
    return known->second;
  }
  Beneath result = {takes(target.relation, target.write, target.columns, path)};
  result &= writable(target.relation, {target.write, target.columns, target.reads, target.selected},
                     role, path);
  if (!result.endless) {
    written_by_rules_.emplace(key, result);
  }
  return result;
}

Rewriting::ViewReading Rewriting::read_view(const Rewrites& view) {
  const RoleId role = checking_role(view);
  ViewReading result;
  result.query = satisfied(view.reading, role);
  for (const ColumnDemands& column : view.columns) {
    if (result.query.endless) {
      break;
    }
    result.columns.emplace_back(column.column, satisfied(column.demands, role));
    // The rewriter expands the columns that nobody reads, too.
    result.query.endless = result.columns.back().second.endless;
  }
  if (result.query.endless) {
    result.query.relations = Answer::no;
  }
  return result;
}

Rewriting::ViewReading Rewriting::view_reading(RelationId view) {
  const auto known = views_.find(view);
  if (known != views_.end()) {
    return path_.repeat(known->second.expanded) ? known->second : ViewReading{never_ends, {}, {}};
  }
  if (path_.contains(view) || source_.is_too_deep()) {
    return {never_ends, {}, {}};
  }
  const Rewrites* rewrites = source_.rewrites(view);
  if (rewrites == nullptr) {
    return {denied, {}, {}};
  }
  const std::size_t mark = path_.enter(view);
  ViewReading result = read_view(*rewrites);
  result.expanded = path_.leave(mark);
  if (!result.query.endless || path_.empty()) {
    views_.emplace(view, result);
  }
  return result;
}

/// FOR UPDATE of a view locks what its query reads, and asks the same for it. The view has been
/// read before: it does not lead back to itself.
Beneath Rewriting::locking(RelationId view) {
  const auto known = lockings_.find(view);
  if (known != lockings_.end()) {
    return known->second;
  }
  const Rewrites* const rewrites = source_.rewrites(view);
  if (rewrites == nullptr) {
    return denied;
  }
  if (source_.is_too_deep()) {
    return never_ends;
  }
  const Beneath result = satisfied(rewrites->locking, checking_role(*rewrites));
  if (!result.endless) {
    lockings_.emplace(view, result);
  }
  return result;
}

Beneath Rewriting::column_reading(RelationId view, int column) {
  const ViewReading read = view_reading(view);
  Beneath result;
  result.endless = read.query.endless;
  for (const auto& [number, beneath] : read.columns) {
    if (column == 0 || column == number) {
      result &= beneath;
    }
  }
  return result;
}

Rewriting::TableReading Rewriting::policies_pass(RelationId table, const TableUse& use,
                                                 RoleId role) {
  const std::vector<AddedCondition> conditions =
      added_conditions(source_.policies(table), source_.role(role), use);
  const bool expands = std::any_of(conditions.begin(), conditions.end(),
                                   [](const auto& each) { return each.condition->has_subqueries; });
  if (expands && (path_.contains(table) || source_.is_too_deep())) {
    return {never_ends, {}};
  }
  const std::size_t mark = expands ? path_.enter(table) : 0;
  TableReading result;
  for (const AddedCondition& added : conditions) {
    const Beneath condition = satisfied(added.condition->demands, role);
    if (condition.endless) {
      result.policies = never_ends;
      break;
    }
    if (added.planned) {
      result.policies &= condition;
    }
  }
  if (expands) {
    result.expanded = path_.leave(mark);
  }
  return result;
}

/// What the policies of a table ask of a role that they bind.
Beneath Rewriting::row_security(RelationId table, const TableUse& use, RoleId role) {
  const Rewrites* const rewrites = source_.rewrites(table);
  if (rewrites == nullptr || !rewrites->row_security ||
      rules::row_security(source_.role(role), rewrites->owner, true,
                          rewrites->force_row_security) != RowSecurity::applies) {
    return {};
  }
  if (use.write && rewrites->on(*use.write).instead_rule) {
    return {};
  }
  const std::tuple key{table, role, use.write ? static_cast<int>(*use.write) : -1,
                       static_cast<std::uint32_t>(use.required.bits())};
  const auto known = tables_.find(key);
  if (known != tables_.end()) {
    return path_.repeat(known->second.expanded) ? known->second.policies : never_ends;
  }
  const TableReading result = policies_pass(table, use, role);
  if (!result.policies.endless || path_.empty()) {
    tables_.emplace(key, result);
  }
  return result.policies;
}

const Beneath& Rewriting::reading(RelationId relation) {
  const auto known = readings_.find(relation);
  if (known != readings_.end()) {
    return known->second;
  }
  const Rewrites* const rewrites = source_.rewrites(relation);
  Beneath result = denied;
  if (rewrites != nullptr && rewrites->kind == RelationKind::view) {
    result = view_reading(relation).query;
    result &= column_reading(relation, 0);
  } else if (rewrites != nullptr) {
    result = row_security(relation, {std::nullopt, {Privilege::select}}, audited_);
    result.functions = may_execute(source_.called_by_reading(relation, 0)) && result.functions;
  }
  return readings_[relation] = result;
}

bool Rewriting::readable_beneath(RelationId relation) {
  return reading(relation).relations == Answer::yes;
}

bool Rewriting::may_execute_reading(RelationId relation) { return reading(relation).functions; }

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
  return takes(relation, write, std::nullopt, nullptr);
}

Answer Rewriting::takes(RelationId relation, Write write, const Columns& columns,
                        const Path* path) {
  const Rewrites* target = source_.rewrites(relation);
  if (target == nullptr || Path::contains(path, relation, write) || source_.is_too_deep()) {
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
  const Path here{relation, write, path};
  return takes(target->updatable->base, write, base_columns, &here);
}

const Beneath& Rewriting::writing(RelationId relation, Write write) {
  const auto known = writings_.find({relation, write});
  if (known != writings_.end()) {
    return known->second;
  }
  Beneath result;
  if (!vanishes(relation, write)) {
    result = row_security(relation, {write, {privilege_for(write)}}, audited_);
    result &= writable(relation, {write, std::nullopt}, audited_, nullptr);
  }
  return writings_[{relation, write}] = result;
}

Answer Rewriting::writable_beneath(RelationId relation, Write write) {
  return writing(relation, write).relations;
}

bool Rewriting::may_execute_writing(RelationId relation, Write write) {
  return writing(relation, write).functions;
}

/// On the way down from view to view, a rule that does something runs with all that lies above it,
/// and the server checks that much.
bool Rewriting::vanishes(RelationId relation, Write write) {
  std::vector<RelationId> passed;
  while (std::find(passed.begin(), passed.end(), relation) == passed.end()) {
    passed.push_back(relation);
    const Rewrites* const target = source_.rewrites(relation);
    if (target == nullptr || target->on(write).has_actions) {
      return false;
    }
    if (target->on(write).instead_rule) {
      return true;
    }
    if (target->kind != RelationKind::view || target->on(write).instead_trigger ||
        !target->passes_on(write)) {
      return false;
    }
    relation = target->updatable->base;
  }
  return false;
}

bool Rewriting::may_execute(const std::vector<FunctionId>& functions) {
  return std::all_of(functions.begin(), functions.end(), [this](FunctionId function) {
    return source_.may_execute(function, audited_);
  });
}

bool Rewriting::calls_pass(RelationId relation, Write write) {
  return may_execute(source_.called_by_every(write, relation));
}

/// `role`: the one that is asked for the relation itself.
Beneath Rewriting::writable(RelationId relation, const Writing& writing, RoleId role,
                            const Path* path) {
  const Rewrites* target = source_.rewrites(relation);
  if (target == nullptr) {
    return denied;
  }
  if (Path::contains(path, relation, writing.write) || source_.is_too_deep()) {
    return never_ends;
  }
  const Path here{relation, writing.write, path};
  const WriteRewrite& rewrite = target->on(writing.write);
  Beneath result = satisfied_with_writes(rewrite.rules, target->owner, &here);
  if (rewrite.has_actions) {
    // The table stands in the action's range table as well, where it is one that is read.
    result &= row_security(relation, {std::nullopt, {privilege_for(writing.write)}}, role);
  }
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
  result &= base_writable(relation, *target, writing, &here);
  return result;
}

/// nullopt: one of the columns cannot be written. All columns are all that can be.
Rewriting::Columns Rewriting::written_beneath(const UpdatableView& view, Write write,
                                              const Columns& columns, const Path* path) {
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
        takes(view.base, write, std::vector{pair.of_base}, path) != Answer::no) {
      base_columns.push_back(pair.of_base);
    }
  }
  return base_columns;
}

Beneath Rewriting::base_writable(RelationId relation, const Rewrites& view, const Writing& writing,
                                 const Path* path) {
  if (!view.passes_on(writing.write)) {
    return denied;
  }
  const UpdatableView& updatable = *view.updatable;
  if (vanishes(updatable.base, writing.write)) {
    return {};
  }
  const bool by_column = writing.write != Write::delete_;
  const Columns base_columns =
      by_column ? written_beneath(updatable, writing.write, writing.columns, path) : std::nullopt;
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
                     role, path);
  return result;
}

}  // namespace conncheck::rules
