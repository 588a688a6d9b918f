#include "agent/core/drift_relation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/core/grant_statement.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/undo_statement.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

constexpr std::string_view held_otherwise =
    "no effect on what is held through a group, PUBLIC or ownership";

/// Of `columns`, those of privileges in `which`.
ColumnPrivileges of_privileges(const ColumnPrivileges& columns, PrivilegeSet which) {
  ColumnPrivileges result;
  for (const auto& [privilege, names] : columns) {
    if (which.has(privilege)) {
      result[privilege] = names;
    }
  }
  return result;
}

/// The columns of `a` that are not in `b`, for privileges that neither relation has as a whole.
ColumnPrivileges columns_beyond(const RelationPermissions& a, const RelationPermissions& b) {
  ColumnPrivileges result;
  for (const auto& [privilege, names] : a.column_privileges) {
    if (a.privileges.has(privilege) || b.privileges.has(privilege)) {
      continue;
    }
    const auto other = b.column_privileges.find(privilege);
    for (const std::string& name : names) {
      const bool is_in_both =
          other != b.column_privileges.end() &&
          std::find(other->second.begin(), other->second.end(), name) != other->second.end();
      if (!is_in_both) {
        result[privilege].push_back(name);
      }
    }
  }
  return result;
}

std::string held_words(const RelationPermissions& relation) {
  return privilege_list(relation.privileges, relation.column_privileges);
}

std::string access_words(const RelationPermissions& relation) {
  std::string words;
  const std::array<std::pair<std::optional<bool>, std::string_view>, 3> flags = {
      {{relation.can_read, "read"},
       {relation.can_write, "write"},
       {relation.can_truncate, "truncate"}}};
  for (const auto& [flag, word] : flags) {
    if (flag.value_or(false)) {
      words += words.empty() ? "" : ", ";
      words += word;
    }
  }
  return words;
}

std::string reasons(const RelationPermissions& relation) {
  std::vector<std::string> sorted = relation.blocked_by;
  std::sort(sorted.begin(), sorted.end());
  std::string words;
  for (const std::string& reason : sorted) {
    words += words.empty() ? "" : ", ";
    words += reason;
  }
  return words;
}

/// The changes of one relation, from two rows about it.
class RelationDrift {
 public:
  RelationDrift(const DriftContext& context, const RelationPermissions& before,
                const RelationPermissions& after, UsageChange usage, std::vector<Change>& changes)
      : context_(context),
        before_(before),
        after_(after),
        usage_(usage),
        changes_(changes),
        role_(quote_grantee(context.role_name)),
        relation_(quote_relation(after.schema_name, after.table_name)),
        gained_(after.privileges - before.privileges),
        lost_(before.privileges - after.privileges),
        columns_gained_(columns_beyond(after, before)),
        columns_lost_(columns_beyond(before, after)) {}

  void append() {
    kind_and_owner();
    if (!context_.superuser_changed) {
      whole_privileges();
      columns();
      grant_options();
      access();
      row_security();
    }
  }

 private:
  [[nodiscard]] UndoStatements undo() const {
    return {context_.role_name, after_.schema_name, after_.table_name};
  }

  Change& add(ChangeKind kind, std::string before, std::string after, std::string message) {
    Change change;
    change.role_name = context_.role_name;
    change.is_login = context_.is_login;
    change.kind = kind;
    change.schema_name = after_.schema_name;
    change.object_name = after_.table_name;
    change.before = std::move(before);
    change.after = std::move(after);
    change.message = std::move(message);
    changes_.push_back(std::move(change));
    return changes_.back();
  }

  void kind_and_owner() {
    if (before_.kind != after_.kind) {
      add(ChangeKind::relation_kind, before_.kind, after_.kind,
          fmt::format("{} is a {} now, it was a {}", relation_, after_.kind, before_.kind));
    }
    if (before_.owner != after_.owner && !before_.owner.empty() && !after_.owner.empty()) {
      add(ChangeKind::relation_owner, before_.owner, after_.owner,
          fmt::format("{} belongs to {} now, it belonged to {}", relation_,
                      quote_ident_visibly(after_.owner), quote_ident_visibly(before_.owner)));
    }
  }

  void whole_privileges() {
    if (!gained_.empty() && context_.knows_gains) {
      Change& change =
          add(ChangeKind::privileges_gained, held_words(before_), held_words(after_),
              fmt::format("{} gained {} on {}{}{}", role_, list_privileges(gained_), relation_,
                          option_words(gained_ & after_.grantable), blocked_words()));
      UndoStatements statements = undo();
      statements.revoke(gained_, {});
      statements.grant({}, of_privileges(before_.column_privileges, gained_), false);
      change.undo = statements.take();
      change.caveat = held_otherwise;
    }
    if (!lost_.empty() && context_.knows_losses) {
      const ColumnPrivileges kept = of_privileges(after_.column_privileges, lost_);
      Change& change =
          add(ChangeKind::privileges_lost, held_words(before_), held_words(after_),
              fmt::format("{} lost {} on {}{}", role_, list_privileges(lost_), relation_,
                          kept.empty() ? "" : ", but for " + privilege_list({}, kept)));
      UndoStatements statements = undo();
      statements.grant(lost_ & before_.grantable, {}, true);
      statements.grant(lost_ - before_.grantable, {}, false);
      change.undo = statements.take();
    }
  }

  void columns() {
    if (!columns_gained_.empty() && context_.knows_gains) {
      Change& change =
          add(ChangeKind::columns_gained, held_words(before_), held_words(after_),
              fmt::format("{} gained {} on {}{}", role_, privilege_list({}, columns_gained_),
                          relation_, blocked_words()));
      UndoStatements statements = undo();
      statements.revoke({}, columns_gained_);
      change.undo = statements.take();
      change.caveat = held_otherwise;
    }
    if (!columns_lost_.empty() && context_.knows_losses) {
      Change& change =
          add(ChangeKind::columns_lost, held_words(before_), held_words(after_),
              fmt::format("{} lost {} on {}", role_, privilege_list({}, columns_lost_), relation_));
      UndoStatements statements = undo();
      statements.grant({}, columns_lost_, false);
      change.undo = statements.take();
    }
  }

  /// Of privileges that are held in both states: the others' changes speak of theirs.
  void grant_options() {
    const PrivilegeSet held = before_.privileges & after_.privileges;
    const PrivilegeSet gained = (after_.grantable - before_.grantable) & held;
    const PrivilegeSet lost = (before_.grantable - after_.grantable) & held;
    if (!gained.empty() && context_.knows_gains) {
      Change& change = add(ChangeKind::grant_option_gained, list_privileges(before_.grantable),
                           list_privileges(after_.grantable),
                           fmt::format("{} can grant {} on {} to others now", role_,
                                       list_privileges(gained), relation_));
      UndoStatements statements = undo();
      statements.revoke_grant_option(gained);
      change.undo = statements.take();
      change.caveat = held_otherwise;
    }
    if (!lost.empty() && context_.knows_losses) {
      Change& change = add(ChangeKind::grant_option_lost, list_privileges(before_.grantable),
                           list_privileges(after_.grantable),
                           fmt::format("{} can no longer grant {} on {} to others", role_,
                                       list_privileges(lost), relation_));
      UndoStatements statements = undo();
      statements.grant(lost, {}, true);
      change.undo = statements.take();
    }
  }

  /// Whether what is held of `privileges`, or USAGE on the schema, changed the same way.
  [[nodiscard]] bool is_explained(PrivilegeSet privileges, bool is_gain) const {
    const ColumnPrivileges& columns = is_gain ? columns_gained_ : columns_lost_;
    const bool by_column = std::any_of(columns.begin(), columns.end(), [&](const auto& column) {
      return privileges.has(column.first);
    });
    return usage_ == (is_gain ? UsageChange::gained : UsageChange::lost) || by_column ||
           privileges.has_any(is_gain ? gained_ : lost_);
  }

  void access() {
    struct Flag {
      std::optional<bool> before;
      std::optional<bool> after;
      PrivilegeSet privileges;
      std::string_view participle;
    };
    const std::array<Flag, 3> flags = {
        {{before_.can_read, after_.can_read, {Privilege::select}, "read"},
         {before_.can_write,
          after_.can_write,
          {Privilege::insert, Privilege::update, Privilege::delete_},
          "written"},
         {before_.can_truncate, after_.can_truncate, {Privilege::truncate}, "truncated"}}};
    std::string can_now;
    std::string cannot_now;
    for (const Flag& flag : flags) {
      if (flag.before && flag.after && *flag.before != *flag.after &&
          !is_explained(flag.privileges, *flag.after)) {
        std::string& words = *flag.after ? can_now : cannot_now;
        words += words.empty() ? "" : ", ";
        words += flag.participle;
      }
    }
    if (can_now.empty() && cannot_now.empty()) {
      return;
    }
    std::string message = fmt::format("{} by {}", relation_, role_);
    message += can_now.empty() ? "" : fmt::format(" can be {} now", can_now);
    message += !can_now.empty() && !cannot_now.empty() ? "," : "";
    message += cannot_now.empty() ? "" : fmt::format(" can no longer be {}", cannot_now);
    const std::string why = reasons(cannot_now.empty() ? before_ : after_);
    if (!why.empty()) {
      message += fmt::format("{}: {}", cannot_now.empty() ? "; it was blocked" : "", why);
    }
    add(ChangeKind::access, access_words(before_), access_words(after_), std::move(message));
  }

  void row_security() {
    const std::string& before = before_.row_security;
    const std::string& after = after_.row_security;
    const bool by_attribute =
        context_.bypass_rls_changed && (before == "bypassed" || after == "bypassed");
    if (before == after || before.empty() || after.empty() || by_attribute) {
      return;
    }
    std::string what = "is bypassed by";
    if (after == "applies") {
      what = "filters the rows that it gives to";
    } else if (after == "none") {
      what = "is off for";
    }
    add(ChangeKind::row_security, before, after,
        fmt::format("Row security of {} {} {} now", relation_, what, role_));
  }

  [[nodiscard]] std::string blocked_words() const {
    const std::string why = reasons(after_);
    return why.empty() ? "" : fmt::format("; blocked by: {}", why);
  }

  [[nodiscard]] std::string option_words(PrivilegeSet grantable) const {
    return grantable.empty()
               ? ""
               : fmt::format(", with grant option for {}", list_privileges(grantable));
  }

  const DriftContext& context_;
  const RelationPermissions& before_;
  const RelationPermissions& after_;
  UsageChange usage_;
  std::vector<Change>& changes_;
  std::string role_;
  std::string relation_;
  PrivilegeSet gained_;
  PrivilegeSet lost_;
  ColumnPrivileges columns_gained_;
  ColumnPrivileges columns_lost_;
};

/// A relation of which one state has nothing: all that is held of it in the other.
Change one_sided(const DriftContext& context, const RelationPermissions& relation, bool is_new) {
  Change change;
  change.role_name = context.role_name;
  change.is_login = context.is_login;
  change.kind = is_new ? ChangeKind::relation_appeared : ChangeKind::relation_disappeared;
  change.schema_name = relation.schema_name;
  change.object_name = relation.table_name;
  const std::string held = held_words(relation);
  (is_new ? change.after : change.before) = held;
  const std::string role = quote_grantee(context.role_name);
  const std::string name = quote_relation(relation.schema_name, relation.table_name);
  UndoStatements statements(context.role_name, relation.schema_name, relation.table_name);
  if (is_new) {
    const std::string why = reasons(relation);
    change.message = fmt::format("{} gained {} on {}, of which it held nothing before{}", role,
                                 held, name, why.empty() ? "" : "; blocked by: " + why);
    statements.revoke(relation.privileges, relation.column_privileges);
    change.caveat = held_otherwise;
  } else {
    change.message =
        fmt::format("{} lost {} on {}, and with it all that it held there", role, held, name);
    statements.grant(relation.privileges & relation.grantable, {}, true);
    statements.grant(relation.privileges - relation.grantable, relation.column_privileges, false);
    change.caveat = "fails where the relation is gone";
  }
  change.undo = statements.take();
  return change;
}

}  // namespace

void append_relation_changes(const DriftContext& context, const RelationPermissions* before,
                             const RelationPermissions* after, UsageChange usage,
                             std::vector<Change>& changes) {
  if (before != nullptr && after != nullptr) {
    RelationDrift(context, *before, *after, usage, changes).append();
  } else if (after != nullptr && context.knows_gains && !context.superuser_changed) {
    changes.push_back(one_sided(context, *after, true));
  } else if (before != nullptr && context.knows_losses && !context.superuser_changed) {
    changes.push_back(one_sided(context, *before, false));
  }
}

bool access_differs(const RelationPermissions& before, const RelationPermissions& after) {
  const auto differs = [](std::optional<bool> a, std::optional<bool> b) {
    return a && b && *a != *b;
  };
  return differs(before.can_read, after.can_read) || differs(before.can_write, after.can_write) ||
         differs(before.can_truncate, after.can_truncate);
}

}  // namespace conncheck
