#include "agent/core/dated_drift.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "agent/core/settled_steps.hpp"

namespace conncheck {
namespace {

/// What a role was in one of the steps, as far as it differs from the step before.
struct RoleStep {
  std::vector<std::pair<std::string, bool>> attributes;  ///< with whether it holds from then on
  RoleState before;
  RoleState after;
};

using Steps = std::map<std::int64_t, std::map<std::size_t, RoleStep>>;  ///< by run and role

std::vector<std::optional<std::string>> facts_of(const ItemHistory& item) {
  std::vector<std::optional<std::string>> facts = {item.first};
  for (const auto& [run, fact] : item.later) {
    facts.push_back(fact);
  }
  return facts;
}

/// Calls `visit` with each run and the records before and in it.
template <class Record, class Visit>
void for_each_step(const ItemHistory& item, const std::vector<Record>& records, Visit visit) {
  std::size_t index = 0;
  for (const auto& [run, fact] : item.later) {
    ++index;
    visit(run, records[index - 1], records[index]);
  }
}

/// The state that a fact about `item` is, or nothing where it cannot be read.
std::optional<RoleState> state_with(const ItemHistory& item, const std::string& fact) {
  const StateItem one{item.kind, item.schema_name, item.object_name, fact};
  return state_of({}, false, {&one, 1});
}

/// The records of all facts about the item; empty where one cannot be read.
template <class Record>
std::vector<Record> records_of(const ItemHistory& item, std::vector<Record> RoleState::*records,
                               const Record& nothing) {
  std::vector<Record> result;
  for (const auto& fact : facts_of(item)) {
    const auto state = fact ? state_with(item, *fact) : std::nullopt;
    if (fact && !state) {
      return {};
    }
    result.push_back(state ? ((*state).*records).at(0) : nothing);
  }
  return result;
}

void add_relation(const ItemHistory& item, std::size_t role, Steps& steps) {
  RelationPermissions nothing;
  nothing.schema_name = item.schema_name;
  nothing.table_name = item.object_name;
  const std::vector<RelationPermissions> records =
      settled_steps(records_of(item, &RoleState::relations, nothing));
  if (records.empty()) {
    return;
  }
  for_each_step(item, records, [&](std::int64_t run, const auto& before, const auto& after) {
    RoleStep& step = steps[run][role];
    step.before.relations.push_back(before);
    step.after.relations.push_back(after);
  });
}

void add_schema(const ItemHistory& item, std::size_t role, Steps& steps) {
  SchemaPermissions nothing;
  nothing.schema_name = item.object_name;
  const std::vector<SchemaPermissions> records =
      settled_steps(records_of(item, &RoleState::schemas, nothing));
  if (records.empty()) {
    return;
  }
  for_each_step(item, records, [&](std::int64_t run, const auto& before, const auto& after) {
    RoleStep& step = steps[run][role];
    step.before.schemas.push_back(before);
    step.after.schemas.push_back(after);
  });
}

void add_presence(const ItemHistory& item, std::size_t role, Steps& steps) {
  std::vector<bool> is_there;
  for (const auto& fact : facts_of(item)) {
    is_there.push_back(fact.has_value());
  }
  const std::vector<bool> settled = settled_steps(is_there);
  for_each_step(item, settled, [&](std::int64_t run, bool before, bool after) {
    RoleStep& step = steps[run][role];
    if (item.kind == ItemKind::attribute && before != after) {
      step.attributes.emplace_back(item.object_name, after);
    } else if (item.kind == ItemKind::set_role) {
      const auto add = [&](bool is_held, RoleState& state) {
        if (is_held) {
          state.can_set_role.push_back(item.object_name);
        }
      };
      add(before, step.before);
      add(after, step.after);
    }
  });
}

Steps steps_of(std::span<const RoleHistory> roles) {
  Steps steps;
  for (std::size_t role = 0; role < roles.size(); ++role) {
    for (const ItemHistory& item : roles[role].items) {
      if (item.kind == ItemKind::relation) {
        add_relation(item, role, steps);
      } else if (item.kind == ItemKind::schema) {
        add_schema(item, role, steps);
      } else if (item.kind != ItemKind::finding) {
        add_presence(item, role, steps);
      }
    }
  }
  return steps;
}

/// The attributes of each role: every step has them, as what else changes is told in their light.
using Attributes = std::vector<std::set<std::string>>;

/// `parts`, which is about some of the roles, with all roles that were there.
std::vector<RoleState> whole_states(std::span<const RoleHistory> roles,
                                    const Attributes& attributes,
                                    std::map<std::size_t, RoleState> parts) {
  std::vector<RoleState> states;
  for (std::size_t role = 0; role < roles.size(); ++role) {
    std::vector<StateItem> items;
    for (const std::string& attribute : attributes[role]) {
      items.push_back({ItemKind::attribute, {}, attribute, {}});
    }
    auto state = state_of(roles[role].role_name, roles[role].is_login, items);
    if (items.empty() || !state) {
      continue;
    }
    RoleState& part = parts[role];
    state->can_set_role = std::move(part.can_set_role);
    state->schemas = std::move(part.schemas);
    state->relations = std::move(part.relations);
    states.push_back(std::move(*state));
  }
  return states;
}

}  // namespace

std::vector<ChangeInRun> dated_drift(std::span<const RoleHistory> roles) {
  Attributes attributes(roles.size());
  for (std::size_t role = 0; role < roles.size(); ++role) {
    for (const ItemHistory& item : roles[role].items) {
      if (item.kind == ItemKind::attribute && item.first) {
        attributes[role].insert(item.object_name);
      }
    }
  }
  std::vector<ChangeInRun> dated;
  for (auto& [run, changed] : steps_of(roles)) {
    std::map<std::size_t, RoleState> before;
    std::map<std::size_t, RoleState> after;
    const Attributes earlier = attributes;
    for (auto& [role, step] : changed) {
      for (const auto& [attribute, holds] : step.attributes) {
        holds ? void(attributes[role].insert(attribute)) : void(attributes[role].erase(attribute));
      }
      before[role] = std::move(step.before);
      after[role] = std::move(step.after);
    }
    for (Change& change : drift(whole_states(roles, earlier, std::move(before)),
                                whole_states(roles, attributes, std::move(after)))) {
      dated.push_back({std::move(change), run});
    }
  }
  std::stable_sort(dated.begin(), dated.end(), [](const ChangeInRun& a, const ChangeInRun& b) {
    return is_told_before(a.change, b.change);
  });
  return dated;
}

}  // namespace conncheck
