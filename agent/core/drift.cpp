#include "agent/core/drift.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "agent/core/drift_relation.hpp"
#include "agent/core/sql_identifier.hpp"

namespace conncheck {
namespace {

template <class Key, class Value>
const Value* find(const std::map<Key, const Value*>& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

using SchemasByName = std::map<std::string_view, const SchemaPermissions*>;
using RelationName = std::pair<std::string_view, std::string_view>;
using RelationsByName = std::map<RelationName, const RelationPermissions*>;

SchemasByName by_name(const std::vector<SchemaPermissions>& schemas) {
  SchemasByName result;
  for (const SchemaPermissions& schema : schemas) {
    result.emplace(schema.schema_name, &schema);
  }
  return result;
}

RelationsByName by_name(const std::vector<RelationPermissions>& relations) {
  RelationsByName result;
  for (const RelationPermissions& relation : relations) {
    if (relation.visible()) {
      result.emplace(RelationName(relation.schema_name, relation.table_name), &relation);
    }
  }
  return result;
}

/// Every name of either, once.
template <class Map, class Visit>
void for_each_name(const Map& a, const Map& b, Visit visit) {
  Map all = a;
  all.insert(b.begin(), b.end());
  for (const auto& [name, value] : all) {
    visit(name, find(a, name), find(b, name));
  }
}

/// The changes of one role that is there in both states.
class RoleDrift {
 public:
  RoleDrift(const RoleState& before, const RoleState& after, std::vector<Change>& changes)
      : before_(before), after_(after), changes_(changes) {
    const bool is_like = before.is_partial == after.is_partial;
    context_ = {.role_name = after.role_name,
                .is_login = after.is_login,
                .knows_gains = is_like || !before.is_partial,
                .knows_losses = is_like || !after.is_partial,
                .superuser_changed = is_like && before.is_superuser != after.is_superuser,
                .bypass_rls_changed = is_like && before.bypass_rls != after.bypass_rls};
  }

  void append() {
    const RelationsByName old_relations = by_name(before_.relations);
    const RelationsByName new_relations = by_name(after_.relations);
    attributes(old_relations, new_relations);
    set_roles();
    schemas(old_relations, new_relations);
    for_each_name(old_relations, new_relations,
                  [&](const RelationName& name, const auto* before, const auto* after) {
                    const auto usage = usage_changes_.find(name.first);
                    append_relation_changes(
                        context_, before, after,
                        usage == usage_changes_.end() ? UsageChange::none : usage->second,
                        changes_);
                  });
  }

 private:
  Change& add(ChangeKind kind, std::string message) {
    Change change;
    change.role_name = context_.role_name;
    change.is_login = context_.is_login;
    change.kind = kind;
    change.message = std::move(message);
    changes_.push_back(std::move(change));
    return changes_.back();
  }

  void attributes(const RelationsByName& old_relations, const RelationsByName& new_relations) {
    if (context_.superuser_changed) {
      std::size_t count = 0;
      for_each_name(old_relations, new_relations,
                    [&](const RelationName&, const auto* before, const auto* after) {
                      const bool differs = before == nullptr || after == nullptr ||
                                           before->privileges != after->privileges ||
                                           access_differs(*before, *after);
                      count += differs ? 1 : 0;
                    });
      Change& change = add(
          ChangeKind::superuser,
          fmt::format("{} is {} superuser{}; what it holds differs on {} relation{}", role(),
                      after_.is_superuser ? "a" : "no", after_.is_superuser ? " now" : " any more",
                      count, count == 1 ? "" : "s"));
      change.before = before_.is_superuser ? "superuser" : "";
      change.after = after_.is_superuser ? "superuser" : "";
    }
    if (context_.bypass_rls_changed) {
      Change& change =
          add(ChangeKind::bypass_rls,
              fmt::format("{} {} BYPASSRLS{}", role(), after_.bypass_rls ? "has" : "has no",
                          after_.bypass_rls ? " now" : " any more"));
      change.before = before_.bypass_rls ? "BYPASSRLS" : "";
      change.after = after_.bypass_rls ? "BYPASSRLS" : "";
    }
  }

  void set_roles() {
    if (context_.superuser_changed || before_.is_partial != after_.is_partial) {
      return;
    }
    std::vector<std::string> old_roles = before_.can_set_role;
    std::vector<std::string> new_roles = after_.can_set_role;
    std::sort(old_roles.begin(), old_roles.end());
    std::sort(new_roles.begin(), new_roles.end());
    for (const std::string& name : new_roles) {
      if (!std::binary_search(old_roles.begin(), old_roles.end(), name)) {
        const std::string quoted = quote_ident_visibly(name);
        Change& change =
            add(ChangeKind::set_role_gained,
                fmt::format("{} can become {} by SET ROLE now, without inheriting its privileges",
                            role(), quoted));
        change.object_name = name;
        change.after = name;
        change.undo = {fmt::format("REVOKE {} FROM {};", quoted, role())};
        change.caveat =
            "takes away inherited membership too, and does nothing about one through "
            "another role";
      }
    }
    for (const std::string& name : old_roles) {
      if (!std::binary_search(new_roles.begin(), new_roles.end(), name)) {
        Change& change =
            add(ChangeKind::set_role_lost,
                fmt::format("{} no longer reaches {} by SET ROLE alone: it is no member any more, "
                            "or inherits its privileges now",
                            role(), quote_ident_visibly(name)));
        change.object_name = name;
        change.before = name;
      }
    }
  }

  void schemas(const RelationsByName& old_relations, const RelationsByName& new_relations) {
    static const SchemaPermissions nothing_held;
    for_each_name(by_name(before_.schemas), by_name(after_.schemas),
                  [&](std::string_view name, const auto* before, const auto* after) {
                    schema(name, before ? *before : nothing_held, after ? *after : nothing_held,
                           old_relations, new_relations);
                  });
  }

  void schema(std::string_view name, const SchemaPermissions& before,
              const SchemaPermissions& after, const RelationsByName& old_relations,
              const RelationsByName& new_relations) {
    const std::string old_words = words(before.can_use, before.can_create);
    const std::string new_words = words(after.can_use, after.can_create);
    const std::string gained =
        words(after.can_use && !before.can_use, after.can_create && !before.can_create);
    const std::string lost =
        words(before.can_use && !after.can_use, before.can_create && !after.can_create);
    const bool is_known = after.can_use ? context_.knows_gains : context_.knows_losses;
    if (before.can_use != after.can_use && is_known) {
      usage_changes_[name] = after.can_use ? UsageChange::gained : UsageChange::lost;
    }
    const auto tell = [&](ChangeKind kind, std::string message) -> Change& {
      Change& change = add(kind, std::move(message));
      change.schema_name = name;
      change.before = old_words;
      change.after = new_words;
      return change;
    };
    const std::string quoted = quote_ident_visibly(name);
    const std::string grantee = quote_grantee(context_.role_name);
    const std::string effect =
        before.can_use == after.can_use ? "" : affected(name, old_relations, new_relations);
    if (!gained.empty() && context_.knows_gains && !context_.superuser_changed) {
      Change& change =
          tell(ChangeKind::schema_gained, fmt::format("{} gained {} on schema {}{}", role(), gained,
                                                      quoted, after.can_use ? effect : ""));
      change.undo = {fmt::format("REVOKE {} ON SCHEMA {} FROM {};", gained, quoted, grantee)};
      change.caveat = "no effect on what is held through a group, PUBLIC or ownership";
    }
    if (!lost.empty() && context_.knows_losses && !context_.superuser_changed) {
      Change& change =
          tell(ChangeKind::schema_lost, fmt::format("{} lost {} on schema {}{}", role(), lost,
                                                    quoted, before.can_use ? effect : ""));
      change.undo = {fmt::format("GRANT {} ON SCHEMA {} TO {};", lost, quoted, grantee)};
      change.caveat = "fails where the schema is gone";
    }
    if (before.owner != after.owner && !before.owner.empty() && !after.owner.empty()) {
      Change& change =
          tell(ChangeKind::schema_owner,
               fmt::format("Schema {} belongs to {} now, it belonged to {}", quoted,
                           quote_ident_visibly(after.owner), quote_ident_visibly(before.owner)));
      change.before = before.owner;
      change.after = after.owner;
    }
  }

  static std::string words(bool usage, bool create) {
    return usage ? (create ? "USAGE, CREATE" : "USAGE") : (create ? "CREATE" : "");
  }

  /// How many relations can be used, or no longer, with USAGE on their schema.
  static std::string affected(std::string_view schema, const RelationsByName& old_relations,
                              const RelationsByName& new_relations) {
    std::size_t count = 0;
    for (auto it = old_relations.lower_bound({schema, {}});
         it != old_relations.end() && it->first.first == schema; ++it) {
      const RelationPermissions* after = find(new_relations, it->first);
      count += after != nullptr && access_differs(*it->second, *after) ? 1 : 0;
    }
    return count == 0 ? ""
                      : fmt::format(", which decides about {} relation{} there", count,
                                    count == 1 ? "" : "s");
  }

  [[nodiscard]] std::string role() const { return quote_grantee(context_.role_name); }

  const RoleState& before_;
  const RoleState& after_;
  std::vector<Change>& changes_;
  DriftContext context_;
  std::map<std::string_view, UsageChange> usage_changes_;
};

Change role_change(const RoleState& state, bool is_new) {
  const std::string role = quote_grantee(state.role_name);
  Change change;
  change.role_name = state.role_name;
  change.is_login = state.is_login;
  change.kind = is_new ? ChangeKind::role_appeared : ChangeKind::role_disappeared;
  const std::size_t relations = by_name(state.relations).size();
  const std::string held = fmt::format("{} relation{}", relations, relations == 1 ? "" : "s");
  (is_new ? change.after : change.before) = held;
  if (state.is_login) {
    change.message = fmt::format("The connection's role is {} {}, which {} {}",
                                 is_new ? "now" : "no longer", role, is_new ? "sees" : "saw", held);
  } else if (is_new) {
    change.message = fmt::format("{} is audited now; it sees {}", role, held);
  } else {
    change.message = fmt::format(
        "{} is not audited any more: it is gone, or not asked for; it saw {}", role, held);
  }
  return change;
}

/// An audited role that is the login's own is told once, as the login.
std::map<std::pair<bool, std::string_view>, const RoleState*> by_role(
    std::span<const RoleState> states) {
  std::map<std::pair<bool, std::string_view>, const RoleState*> result;
  for (const RoleState& state : states) {
    result.emplace(std::pair(!state.is_login, std::string_view(state.role_name)), &state);
  }
  for (const RoleState& state : states) {
    if (state.is_login) {
      result.erase({true, state.role_name});
    }
  }
  return result;
}

}  // namespace

std::vector<Change> drift(std::span<const RoleState> before, std::span<const RoleState> after) {
  std::vector<Change> changes;
  const auto is_partial = [](std::span<const RoleState> states) {
    return std::any_of(states.begin(), states.end(),
                       [](const RoleState& state) { return state.is_partial; });
  };
  // A partial answer may be one that names no other role.
  const bool knows_roles = is_partial(before) == is_partial(after);
  for_each_name(by_role(before), by_role(after),
                [&](const auto& name, const RoleState* old_state, const RoleState* new_state) {
                  const bool is_login = !name.first;
                  if (old_state != nullptr && new_state != nullptr) {
                    RoleDrift(*old_state, *new_state, changes).append();
                  } else if (is_login || knows_roles) {
                    changes.push_back(role_change(new_state != nullptr ? *new_state : *old_state,
                                                  new_state != nullptr));
                  }
                });
  std::sort(changes.begin(), changes.end(), is_told_before);
  return changes;
}

bool is_told_before(const Change& a, const Change& b) {
  const auto key = [](const Change& change) {
    return std::make_tuple(
        !change.is_login, std::string_view(change.role_name),
        change.kind >= ChangeKind::relation_appeared, change.kind >= ChangeKind::schema_gained,
        std::string_view(change.schema_name), std::string_view(change.object_name), change.kind);
  };
  return key(a) < key(b);
}

std::string_view to_string(ChangeKind kind) {
  constexpr std::array<std::string_view, 21> words = {"role_appeared",
                                                      "role_disappeared",
                                                      "superuser",
                                                      "bypass_rls",
                                                      "set_role_gained",
                                                      "set_role_lost",
                                                      "schema_gained",
                                                      "schema_lost",
                                                      "schema_owner",
                                                      "relation_appeared",
                                                      "relation_disappeared",
                                                      "relation_kind",
                                                      "relation_owner",
                                                      "privileges_gained",
                                                      "privileges_lost",
                                                      "columns_gained",
                                                      "columns_lost",
                                                      "grant_option_gained",
                                                      "grant_option_lost",
                                                      "access",
                                                      "row_security"};
  static_assert(words.size() == static_cast<std::size_t>(ChangeKind::row_security) + 1);
  return words[static_cast<std::size_t>(kind)];
}

}  // namespace conncheck
