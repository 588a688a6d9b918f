#include "extension/rules/rewriting.hpp"

#include <algorithm>

namespace conncheck::rules {
namespace {

bool any_column_grants(const ColumnHoldings& columns, Privilege privilege) {
  return std::any_of(columns.grants.begin(), columns.grants.end(), [&](const ColumnGrant& grant) {
    return grant.number > 0 && grant.privileges.has(privilege);
  });
}

bool every_column_grants(const ColumnHoldings& columns, Privilege privilege) {
  return !columns.live.empty() &&
         std::all_of(columns.live.begin(), columns.live.end(), [&](const Column& column) {
           return held_on_column(columns.grants, column.number, privilege);
         });
}

bool columns_grant(const ColumnHoldings& columns, const std::vector<int>& asked,
                   Privilege privilege) {
  if (asked.empty()) {
    return any_column_grants(columns, privilege);
  }
  return std::all_of(asked.begin(), asked.end(), [&](int number) {
    return number == 0 ? every_column_grants(columns, privilege)
                       : held_on_column(columns.grants, number, privilege);
  });
}

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

bool passes(RelationSource& source, const PermissionCheck& check, RoleId role) {
  if (source.lacks_user_mapping(check.relation, role)) {
    return false;
  }
  constexpr PrivilegeSet by_column = {Privilege::select, Privilege::insert, Privilege::update};
  const PrivilegeSet missing = check.required - source.held(check.relation, role);
  if (missing.empty()) {
    return true;
  }
  if (!by_column.has_all(missing)) {
    return false;
  }
  const ColumnHoldings& columns = source.columns(check.relation, role);
  return (!missing.has(Privilege::select) ||
          columns_grant(columns, check.selected, Privilege::select)) &&
         (!missing.has(Privilege::insert) ||
          columns_grant(columns, check.inserted, Privilege::insert)) &&
         (!missing.has(Privilege::update) ||
          columns_grant(columns, check.updated, Privilege::update));
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

RoleId Rewriting::checking_role(const Rewrites& view) const {
  return view.security_invoker ? audited_ : view.owner;
}

bool Rewriting::satisfied(const Demands& demands, RoleId role) {
  return std::all_of(demands.checks.begin(), demands.checks.end(),
                     [&](const auto& check) { return passes(source_, check, role); }) &&
         std::all_of(demands.views_read.begin(), demands.views_read.end(),
                     [&](RelationId view) { return readable_beneath(view); });
}

Answer Rewriting::satisfied_with_writes(const Demands& demands, RoleId role, const Path* path) {
  Answer result = answer(satisfied(demands, role));
  for (const WriteTarget& target : demands.writes) {
    if (result == Answer::no) {
      break;
    }
    result = result & takes(target.relation, target.write, target.columns, path) &
             writable(target.relation, target.write, target.columns, false, path);
  }
  return result;
}

bool Rewriting::readable_beneath(RelationId relation) {
  const auto [entry, is_new] = readable_.emplace(relation, false);
  if (!is_new) {
    return entry->second;
  }
  const Rewrites* view = source_.rewrites(relation);
  const bool readable = view != nullptr && satisfied(view->reading, checking_role(*view));
  readable_[relation] = readable;
  return readable;
}

Answer Rewriting::takes(RelationId relation, Write write) {
  return takes(relation, write, std::nullopt, nullptr);
}

Answer Rewriting::takes(RelationId relation, Write write, const Columns& columns,
                        const Path* path) {
  const Rewrites* target = source_.rewrites(relation);
  if (target == nullptr || Path::contains(path, relation, write)) {
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
    if (!columns || std::find(columns->begin(), columns->end(), pair.of_view) != columns->end()) {
      base_columns.push_back(pair.of_base);
    }
  }
  if (base_columns.empty() && write != Write::delete_) {
    return Answer::no;
  }
  const Path here{relation, write, path};
  return takes(target->updatable->base, write, base_columns, &here);
}

Answer Rewriting::writable_beneath(RelationId relation, Write write) {
  return writable(relation, write, std::nullopt, false, nullptr);
}

Answer Rewriting::writable(RelationId relation, Write write, const Columns& columns,
                           bool checks_option, const Path* path) {
  const Rewrites* target = source_.rewrites(relation);
  if (target == nullptr || Path::contains(path, relation, write)) {
    return Answer::no;
  }
  const Path here{relation, write, path};
  const WriteRewrite& rewrite = target->on(write);
  const Answer by_rules = satisfied_with_writes(rewrite.rules, target->owner, &here);
  if (by_rules == Answer::no || rewrite.instead_rule || target->kind != RelationKind::view) {
    return by_rules;
  }
  if (rewrite.instead_trigger) {
    // UPDATE and DELETE read the view for the rows that they hand to the trigger.
    return by_rules & answer(write == Write::insert || readable_beneath(relation));
  }
  return by_rules & base_writable(*target, write, columns, checks_option, &here);
}

/// nullopt: one of the columns cannot be written. All columns are all that can be.
Rewriting::Columns Rewriting::written_beneath(const UpdatableView& view, Write write,
                                              const Columns& columns, const Path* path) {
  if (columns) {
    return mapped(view, *columns);
  }
  std::vector<int> base_columns;
  for (const UpdatableView::ColumnPair& pair : view.columns) {
    if (takes(view.base, write, std::vector{pair.of_base}, path) != Answer::no) {
      base_columns.push_back(pair.of_base);
    }
  }
  return base_columns;
}

Answer Rewriting::base_writable(const Rewrites& view, Write write, const Columns& columns,
                                bool checks_option, const Path* path) {
  if (!view.passes_on(write)) {
    return Answer::no;
  }
  const UpdatableView& updatable = *view.updatable;
  const bool by_column = write != Write::delete_;
  const Columns base_columns =
      by_column ? written_beneath(updatable, write, columns, path) : std::nullopt;
  if (by_column && !base_columns) {
    return Answer::no;
  }
  const RoleId role = checking_role(view);
  const Privilege privilege = privilege_for(write);
  PermissionCheck check{updatable.base, {privilege}, {}, {}, {}};
  if (by_column && !source_.held(updatable.base, role).has(privilege)) {
    const std::vector<int> written =
        without_generated(*base_columns, source_.columns(updatable.base, role));
    if (written.empty()) {
      return Answer::no;
    }
    (write == Write::insert ? check.inserted : check.updated) = written;
  }
  const bool reads_condition = write != Write::insert || checks_option || updatable.checks_option;
  if (!passes(source_, check, role) || (reads_condition && !satisfied(updatable.condition, role))) {
    return Answer::no;
  }
  return writable(updatable.base, write, base_columns, checks_option || updatable.cascades_option,
                  path);
}

}  // namespace conncheck::rules
