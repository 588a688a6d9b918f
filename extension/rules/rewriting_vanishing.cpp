// Writes of which the relation's rules make nothing: the server drops them, and asks for nothing.
#include <algorithm>

#include "extension/rules/rewriting.hpp"

namespace conncheck::rules {

bool Rewriting::vanishes(RelationId relation, Write write) {
  return vanishes(relation, Event{write});
}

/// An action whose relation has rules that make nothing of it is as NOTHING.
bool Rewriting::vanishes(const RuleAction& action) {
  return !action.writes.empty() &&
         std::all_of(action.writes.begin(), action.writes.end(),
                     [this](const WriteTarget& target) { return vanishes(target); });
}

/// It must be one that the server could rewrite, though.
bool Rewriting::vanishes(const WriteTarget& target) {
  const Event event{target.write, target.on_conflict};
  if (!vanishes(target.relation, event) || !takes_values(target)) {
    return false;
  }
  RelationId relation = target.relation;
  Columns columns = target.columns;
  for (;;) {
    const Rewrites& rewrites = *source_.rewrites(relation);
    if (rewrites.on(event.rewritten_as()).instead_rule) {
      return true;
    }
    const UpdatableView& view = *rewrites.updatable;
    columns = view.mapped(*columns);
    if (!columns || (event.write != Write::delete_ && view.columns.empty())) {
      return false;
    }
    relation = view.base;
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
bool Rewriting::vanishes(RelationId relation, Event event) {
  const Write write = event.rewritten_as();
  std::vector<RelationId> passed;
  bool vanishes = false;
  for (;;) {
    const auto [known, is_new] = vanishing_.try_emplace({relation, event}, false);
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
      vanishes = !event.on_conflict || !target->refuses_conflicts();
      break;
    }
    if (target->kind != RelationKind::view || target->on(write).instead_trigger ||
        !target->passes_on(write)) {
      break;
    }
    relation = target->updatable->base;
  }
  for (const RelationId each : passed) {
    vanishing_[{each, event}] = vanishes;
  }
  return vanishes;
}

}  // namespace conncheck::rules
