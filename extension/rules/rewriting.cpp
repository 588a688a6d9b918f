#include "extension/rules/rewriting.hpp"

#include <algorithm>

#include "extension/rules/row_security.hpp"

namespace conncheck::rules {

Beneath& Beneath::operator&=(const Beneath& other) {
  relations = relations & other.relations;
  functions = functions && other.functions;
  endless = endless || other.endless;
  return *this;
}

RoleId Rewriting::checking_role(const Rewrites& view) const {
  return view.security_invoker ? audited_ : view.owner;
}

bool Rewriting::may_execute(const std::vector<FunctionId>& functions) {
  return std::all_of(functions.begin(), functions.end(), [this](FunctionId function) {
    return source_.may_execute(function, audited_);
  });
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
  for (const RelationId view : demands.views_marked) {
    result &= marking(view);
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
  for (const CallAs& call : demands.called_as) {
    result.functions = source_.may_execute(call.function, call.role) && result.functions;
  }
  result.functions = may_execute(demands.functions) && result.functions;
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

}  // namespace conncheck::rules
