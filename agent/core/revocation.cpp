#include "agent/core/revocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "agent/core/grant_statement.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/sql_identifier.hpp"

namespace conncheck {
namespace {

using Items = std::vector<const GrantItem*>;

struct PredefinedRole {
  std::string_view name;
  PrivilegeSet privileges;
};
constexpr std::array predefined_roles = {
    PredefinedRole{"pg_read_all_data", {Privilege::select}},
    PredefinedRole{"pg_write_all_data", {Privilege::insert, Privilege::update, Privilege::delete_}},
    PredefinedRole{"pg_maintain", {Privilege::maintain}},
};

bool contains(const Items& items, const GrantItem* item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

/// One Revocation worked out.
class Revoking {
 public:
  Revoking(const GrantFacts& facts, const Revocation& wanted) : facts_(facts), wanted_(wanted) {
    for (const GrantItem& item : facts.items) {
      if (item.schema_name == wanted.schema_name && item.table_name == wanted.table_name) {
        items_.push_back(&item);
      }
    }
  }

  RevokeSteps work_out() {
    const std::string role = quote_grantee(wanted_.role);
    if (is_superuser(wanted_.role)) {
      steps_.impossible.push_back(fmt::format(
          "{} is a superuser, from whom no REVOKE takes anything: use another role, or ALTER ROLE "
          "{} NOSUPERUSER;",
          role, role));
      return std::move(steps_);
    }
    for (const Privilege privilege : relation_privileges) {
      if (wanted_.privileges.has(privilege)) {
        sort_out(privilege);
      }
    }
    add_grants();
    add_memberships();
    return std::move(steps_);
  }

 private:
  [[nodiscard]] bool is_superuser(std::string_view role) const {
    return std::find(facts_.superusers.begin(), facts_.superusers.end(), role) !=
           facts_.superusers.end();
  }

  [[nodiscard]] bool has_privileges_of(std::string_view member, std::string_view role) const {
    return member == role ||
           std::any_of(facts_.uses.begin(), facts_.uses.end(), [&](const RoleUse& use) {
             return use.role == role && use.member == member;
           });
  }

  [[nodiscard]] bool reaches(const GrantItem& item, std::string_view member) const {
    return item.grantee == "public" || has_privileges_of(member, item.grantee);
  }

  void sort_out(Privilege privilege) {
    Items held;
    for (const GrantItem* item : items_) {
      if (item->privilege == privilege && reaches(*item, wanted_.role)) {
        held.push_back(item);
      }
    }
    const auto owned = std::find_if(held.begin(), held.end(),
                                    [](const GrantItem* item) { return item->to_owner; });
    if (owned != held.end()) {
      explain_owner(privilege, **owned);
      return;
    }
    const auto irrevocable = std::find_if(held.begin(), held.end(), [](const GrantItem* item) {
      return !item->by_owner && !item->grantor_can_revoke;
    });
    if (irrevocable != held.end()) {
      explain_irrevocable(**irrevocable);
      return;
    }
    bool is_explained = !held.empty();
    revoked_.insert(revoked_.end(), held.begin(), held.end());
    for (const PredefinedRole& predefined : predefined_roles) {
      if (predefined.privileges.has(privilege) && leave(predefined)) {
        is_explained = true;
      }
    }
    if (!is_explained) {
      steps_.impossible.push_back(
          fmt::format("By which grant {} holds {} on {} could not be found out.",
                      quote_grantee(wanted_.role), to_string(privilege), relation()));
    }
  }

  [[nodiscard]] std::string relation() const {
    return quote_relation(wanted_.schema_name, wanted_.table_name);
  }

  void explain_owner(Privilege privilege, const GrantItem& item) {
    const std::string role = quote_grantee(wanted_.role);
    const std::string owner = quote_ident_visibly(item.grantee);
    steps_.impossible.push_back(
        item.grantee == wanted_.role
            ? fmt::format("{} owns {} and can always grant itself {}: no REVOKE lasts. ALTER TABLE "
                          "{} OWNER TO another role.",
                          role, relation(), to_string(privilege), relation())
            : fmt::format("{} has the rights of {}, who owns {} and so {} on it: take the role out "
                          "of {}, or ALTER TABLE {} OWNER TO another role.",
                          role, owner, relation(), to_string(privilege), owner, relation()));
  }

  void explain_irrevocable(const GrantItem& item) {
    const std::string grantor = quote_ident_visibly(item.grantor);
    steps_.impossible.push_back(fmt::format(
        "{} on {} was granted to {} by {}, who by now is a superuser or has the rights of the "
        "owner, or lacks USAGE on the schema, so that no REVOKE speaks for it. Taking the grant "
        "option from {} does: REVOKE GRANT OPTION FOR {} ON TABLE {} FROM {} CASCADE;",
        to_string(item.privilege), relation(), quote_grantee(item.grantee), grantor, grantor,
        to_string(item.privilege), relation(), grantor));
  }

  bool leave(const PredefinedRole& predefined) {
    bool is_member = false;
    for (const PredefinedMembership& membership : facts_.predefined) {
      if (membership.role == predefined.name &&
          has_privileges_of(wanted_.role, membership.member)) {
        is_member = true;
        if (std::find(left_.begin(), left_.end(), &membership) == left_.end()) {
          left_.push_back(&membership);
        }
        steps_.lost_elsewhere = steps_.lost_elsewhere | predefined.privileges;
      }
    }
    return is_member;
  }

  /// What the grantee of `item` has granted on and could not go on granting without it.
  [[nodiscard]] Items dependent_on(const GrantItem& item, const Items& gone) const {
    Items dependent;
    if (!item.grantable) {
      return dependent;
    }
    const auto same_right = [&](const GrantItem* other) {
      return other->privilege == item.privilege && other->column == item.column;
    };
    const bool still_may_grant = std::any_of(items_.begin(), items_.end(), [&](const auto* other) {
      return other != &item && same_right(other) && other->grantee == item.grantee &&
             other->grantable && !contains(gone, other);
    });
    for (const GrantItem* other : items_) {
      if (!still_may_grant && same_right(other) && other->grantor == item.grantee &&
          !other->by_owner) {
        dependent.push_back(other);
      }
    }
    return dependent;
  }

  /// `items` and all that goes with them.
  [[nodiscard]] Items with_dependents(Items items) const {
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (const GrantItem* dependent : dependent_on(*items[i], items)) {
        if (!contains(items, dependent)) {
          items.push_back(dependent);
        }
      }
    }
    return items;
  }

  void add_grants() {
    // Grants by others than the owner first: the owner's may take them along.
    std::map<std::tuple<bool, std::string, std::string>, Items> by_statement;
    const Items gone = with_dependents(revoked_);
    for (const GrantItem* item : revoked_) {
      const bool goes_along =
          std::any_of(revoked_.begin(), revoked_.end(), [&](const GrantItem* other) {
            return other != item && contains(with_dependents({other}), item);
          });
      if (!goes_along) {
        by_statement[{item->by_owner, item->by_owner ? "" : item->grantor, item->grantee}]
            .push_back(item);
      }
    }
    for (const auto& [key, items] : by_statement) {
      add_grant(items, gone);
    }
  }

  void add_grant(const Items& items, const Items& gone) {
    const GrantItem& first = *items.front();
    PrivilegeSet privileges;
    for (const GrantItem* item : items) {
      privileges.add(item->privilege);
    }
    const Items all = with_dependents(items);
    const bool can_be_written = is_valid_utf8(first.schema_name) &&
                                is_valid_utf8(first.table_name) && is_valid_utf8(first.grantee) &&
                                (first.by_owner || is_valid_utf8(first.grantor));
    if (!can_be_written) {
      steps_.impossible.push_back(fmt::format(
          "The REVOKE of {} on {} from {} cannot be written here: a name in it is not valid UTF-8.",
          list_privileges(privileges), relation(), quote_grantee(first.grantee)));
      return;
    }
    RevokeSteps::Step step;
    step.sql =
        fmt::format("REVOKE {} ON TABLE {} FROM {}{};", list_privileges(privileges), relation(),
                    quote_grantee(first.grantee), all.size() > items.size() ? " CASCADE" : "");
    if (!first.by_owner) {
      step.sql = fmt::format("SET ROLE {};\n{}\nRESET ROLE;", quote_ident_visibly(first.grantor),
                             step.sql);
    }
    for (const GrantItem* item : all) {
      add_losers(*item, gone, step.also_hits);
    }
    steps_.steps.push_back(std::move(step));
  }

  /// Everyone but the role itself who has the privilege by `item` and by nothing that stays.
  void add_losers(const GrantItem& item, const Items& gone, std::set<std::string>& losers) const {
    for (const RoleUse& use : facts_.uses) {
      if (use.role == item.grantee) {
        add_loser(item, gone, use.member, losers);
      }
    }
    if (item.grantee != "public") {
      add_loser(item, gone, item.grantee, losers);
    }
  }

  void add_loser(const GrantItem& item, const Items& gone, const std::string& member,
                 std::set<std::string>& losers) const {
    if (member == wanted_.role || is_superuser(member)) {
      return;
    }
    const bool keeps = std::any_of(items_.begin(), items_.end(), [&](const GrantItem* other) {
      return other->privilege == item.privilege && !contains(gone, other) &&
             (other->column.empty() || other->column == item.column) && reaches(*other, member);
    });
    const bool reads_all = std::any_of(predefined_roles.begin(), predefined_roles.end(),
                                       [&](const PredefinedRole& predefined) {
                                         return predefined.privileges.has(item.privilege) &&
                                                has_privileges_of(member, predefined.name);
                                       });
    if (!keeps && !reads_all) {
      losers.insert(member);
    }
  }

  void add_memberships() {
    for (const PredefinedMembership* membership : left_) {
      const std::string role = quote_ident_visibly(membership->role);
      RevokeSteps::Step step;
      step.sql = fmt::format(
          "REVOKE {} FROM {}{};", role, quote_ident_visibly(membership->member),
          membership->granted_by.empty()
              ? ""
              : fmt::format(" GRANTED BY {}", quote_ident_visibly(membership->granted_by)));
      step.also_takes = fmt::format("It takes what {} gives on every other relation too.", role);
      if (membership->member != wanted_.role) {
        step.also_hits.insert(membership->member);
      }
      for (const RoleUse& use : facts_.uses) {
        if (use.role == membership->member && use.member != wanted_.role) {
          step.also_hits.insert(use.member);
        }
      }
      steps_.steps.push_back(std::move(step));
    }
  }

  const GrantFacts& facts_;
  const Revocation& wanted_;
  Items items_;    ///< of the relation
  Items revoked_;  ///< what has to go
  std::vector<const PredefinedMembership*> left_;
  RevokeSteps steps_;
};

}  // namespace

RevokeSteps revoke_steps(const GrantFacts& facts, const Revocation& revocation) {
  return Revoking(facts, revocation).work_out();
}

}  // namespace conncheck
