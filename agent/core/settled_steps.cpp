#include "agent/core/settled_steps.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace conncheck {
namespace {

/// The index from which on the part that `get` gives is what it is in the last state.
template <class Record, class Get>
std::size_t settled_at(const std::vector<Record>& states, Get get) {
  std::size_t index = states.size() - 1;
  while (index > 0 && get(states[index - 1]) == get(states.back())) {
    --index;
  }
  return index;
}

/// Calls `set` with each of `steps` and the value that the part has in it.
template <class Record, class Get, class Set>
void settle(const std::vector<Record>& states, std::vector<Record>& steps, Get get, Set set) {
  const std::size_t settled = settled_at(states, get);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    set(steps[i], get(i < settled ? states.front() : states.back()));
  }
}

template <class Record, class Part>
void settle(const std::vector<Record>& states, std::vector<Record>& steps, Part Record::*part) {
  settle(
      states, steps, [part](const Record& record) -> const Part& { return record.*part; },
      [part](Record& record, const Part& value) { record.*part = value; });
}

const std::vector<std::string>& columns_of(const RelationPermissions& relation,
                                           Privilege privilege) {
  static const std::vector<std::string> none;
  const auto found = relation.column_privileges.find(privilege);
  return found == relation.column_privileges.end() ? none : found->second;
}

void settle_whole(const std::vector<RelationPermissions>& states,
                  std::vector<RelationPermissions>& steps, Privilege privilege) {
  const auto get = [privilege](const RelationPermissions& relation) {
    std::vector<std::string> columns = columns_of(relation, privilege);
    std::sort(columns.begin(), columns.end());
    return std::pair(relation.privileges.has(privilege), std::move(columns));
  };
  settle(states, steps, get, [privilege](RelationPermissions& step, const auto& held) {
    if (held.first) {
      step.privileges = step.privileges | PrivilegeSet{privilege};
    }
    if (!held.second.empty()) {
      step.column_privileges[privilege] = held.second;
    }
  });
}

void settle_columns(const std::vector<RelationPermissions>& states,
                    std::vector<RelationPermissions>& steps, Privilege privilege) {
  std::set<std::string> names;
  for (const RelationPermissions& state : states) {
    names.insert(columns_of(state, privilege).begin(), columns_of(state, privilege).end());
  }
  for (const std::string& name : names) {
    const auto get = [&](const RelationPermissions& relation) {
      const std::vector<std::string>& columns = columns_of(relation, privilege);
      return std::find(columns.begin(), columns.end(), name) != columns.end();
    };
    settle(states, steps, get, [&](RelationPermissions& step, bool is_held) {
      if (is_held) {
        step.column_privileges[privilege].push_back(name);
      }
    });
  }
}

void settle_privileges(const std::vector<RelationPermissions>& states,
                       std::vector<RelationPermissions>& steps) {
  for (RelationPermissions& step : steps) {
    step.privileges = step.grantable = {};
    step.column_privileges.clear();
  }
  for (const Privilege privilege : relation_privileges) {
    const bool was_whole = std::any_of(
        states.begin(), states.end(),
        [&](const RelationPermissions& state) { return state.privileges.has(privilege); });
    was_whole ? settle_whole(states, steps, privilege) : settle_columns(states, steps, privilege);
    settle(
        states, steps,
        [&](const RelationPermissions& state) { return state.grantable.has(privilege); },
        [&](RelationPermissions& step, bool is_grantable) {
          if (is_grantable) {
            step.grantable = step.grantable | PrivilegeSet{privilege};
          }
        });
  }
}

/// All but the privileges.
RelationPermissions with_privileges_of(RelationPermissions relation,
                                       const RelationPermissions& other) {
  relation.privileges = other.privileges;
  relation.grantable = other.grantable;
  relation.column_privileges = other.column_privileges;
  return relation;
}

/// What is not known of a relation on which nothing is held is as it was before or will be.
std::vector<RelationPermissions> filled_in(std::vector<RelationPermissions> states) {
  const bool is_two_sided = states.front().visible() && states.back().visible();
  const RelationPermissions known = states.front().visible() ? states.front() : states.back();
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!is_two_sided) {
      states[i] = with_privileges_of(known, states[i]);
    } else if (!states[i].visible()) {
      states[i] = with_privileges_of(states[i - 1], states[i]);
    }
  }
  return states;
}

}  // namespace

std::vector<RelationPermissions> settled_steps(const std::vector<RelationPermissions>& given) {
  if (given.empty()) {
    return {};
  }
  const std::vector<RelationPermissions> states = filled_in(given);
  std::vector<RelationPermissions> steps(states.size(), states.front());
  settle_privileges(states, steps);
  settle(states, steps, &RelationPermissions::kind);
  settle(states, steps, &RelationPermissions::owner);
  settle(states, steps, &RelationPermissions::can_read);
  settle(states, steps, &RelationPermissions::can_write);
  settle(states, steps, &RelationPermissions::can_truncate);
  settle(states, steps, &RelationPermissions::row_security);
  settle(states, steps, &RelationPermissions::blocked_by);
  return steps;
}

std::vector<SchemaPermissions> settled_steps(const std::vector<SchemaPermissions>& states) {
  std::vector<SchemaPermissions> steps = states;
  if (!states.empty()) {
    settle(states, steps, &SchemaPermissions::owner);
    settle(states, steps, &SchemaPermissions::can_use);
    settle(states, steps, &SchemaPermissions::can_create);
  }
  return steps;
}

std::vector<bool> settled_steps(const std::vector<bool>& states) {
  std::vector<bool> steps = states;
  std::size_t settled = states.size() - 1;
  while (settled > 0 && states[settled - 1] == states.back()) {
    --settled;
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i] = i < settled ? states.front() : states.back();
  }
  return steps;
}

}  // namespace conncheck
