// What lies beneath a relation that is read.
#include "extension/rules/rewriting.hpp"

#include <algorithm>

namespace conncheck::rules {

/// Before the planner looks at a column's subquery, the rewriter has put views and policies into
/// it. With something volatile among them the column is kept, though nobody reads it.
bool Rewriting::varies(const Demands& demands) {
  return std::any_of(demands.checks.begin(), demands.checks.end(),
                     [this](const auto& check) { return varies_beneath(check.relation); });
}

/// Whether a policy binds the role is not asked: in doubt the column is kept.
bool Rewriting::varies_beneath(RelationId relation) {
  const auto [known, is_new] = varying_.try_emplace(relation, false);
  if (!is_new) {
    return known->second;
  }
  if (source_.is_too_deep()) {
    return varying_[relation] = true;
  }
  const Rewrites* const rewrites = source_.rewrites(relation);
  if (rewrites == nullptr) {
    return false;
  }
  bool found = rewrites->reading.varies || varies(rewrites->reading);
  for (const ColumnDemands& column : rewrites->columns) {
    found = found || varies(column.demands);
  }
  if (rewrites->row_security) {
    for (const Policy& policy : source_.policies(relation)) {
      for (const auto& condition : {policy.using_rows, policy.with_check}) {
        found = found || (condition && (condition->demands.varies || varies(condition->demands)));
      }
    }
  }
  return varying_[relation] = found;
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
    if (varies(column.demands)) {
      result.query &= result.columns.back().second;
    }
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

/// A rule for a view that has been read before, so that it does not lead back to itself.
template <class Judge>
Beneath Rewriting::of_read_view(RelationId view, std::unordered_map<RelationId, Beneath>& judged,
                                Judge judge) {
  const auto known = judged.find(view);
  if (known != judged.end()) {
    return known->second;
  }
  const Rewrites* const rewrites = source_.rewrites(view);
  if (rewrites == nullptr) {
    return denied;
  }
  if (source_.is_too_deep()) {
    return never_ends;
  }
  const Beneath result = judge(*rewrites, checking_role(*rewrites));
  if (!result.endless) {
    judged.emplace(view, result);
  }
  return result;
}

/// FOR UPDATE of a view locks what its query reads, and asks the same for it.
Beneath Rewriting::locking(RelationId view) {
  return of_read_view(view, lockings_, [this](const Rewrites& rewrites, RoleId role) {
    Beneath result = satisfied(rewrites.locking, role);
    result &= satisfied(rewrites.marking, role);
    return result;
  });
}

/// What it takes to have whole rows of all that the planner has left of the view in FROM.
Beneath Rewriting::marking(RelationId view) {
  return of_read_view(view, markings_, [this, view](const Rewrites& rewrites, RoleId role) {
    return rewrites.is_merged ? satisfied(rewrites.marking, role) : column_reading(view, 0);
  });
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

}  // namespace conncheck::rules
