// The shortest ways from a role to the roles whose privileges it has, or could have by SET ROLE.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "extension/rules/role.hpp"

namespace conncheck::rules {

/// A role that another is directly a member of. Granted by several, an option holds if one of the
/// grants has it. Before PostgreSQL 16 `inherit` is an attribute of the member, and `set` true.
struct MembershipGrant {
  RoleId role = public_role;
  bool inherit = false;
  bool set = false;
  bool admin = false;
};

/// The direct memberships of a role. May name a role more than once.
using MembershipsOf = std::function<std::vector<MembershipGrant>(RoleId member)>;

/// From a role to another one. The first steps are those that one SET ROLE takes; by the others the
/// role that is current then inherits.
struct MembershipPath {
  std::vector<MembershipGrant> steps;  ///< none: the role itself
  std::size_t set_role_steps = 0;

  [[nodiscard]] bool requires_set_role() const { return set_role_steps > 0; }
};

/// One role's memberships, followed to their ends; PUBLIC has none. Each role's are asked for once,
/// so that diamonds cost no more than their edges.
class MembershipPaths {
 public:
  MembershipPaths(RoleId role, const MembershipsOf& memberships_of);

  [[nodiscard]] RoleId role() const { return role_; }
  /// A shortest way by inheritance alone; else by SET ROLE alone; else by SET ROLE and then by
  /// inheritance; nullopt: none. To itself: no step.
  [[nodiscard]] std::optional<MembershipPath> to(RoleId other) const;
  /// A shortest way by inheritance alone.
  [[nodiscard]] std::optional<MembershipPath> inheriting(RoleId other) const;
  /// A shortest way by SET ROLE alone, to become `other`.
  [[nodiscard]] std::optional<MembershipPath> becoming(RoleId other) const;
  /// A shortest way over memberships with whatever options.
  [[nodiscard]] std::optional<MembershipPath> belonging(RoleId other) const;
  /// Every role that SET ROLE reaches, nearest first, without the role itself.
  [[nodiscard]] const std::vector<RoleId>& set_role_targets() const { return set_role_targets_; }

 private:
  struct Arrival {
    RoleId from = public_role;
    MembershipGrant step;
    bool after_set_role = false;  ///< `from` was reached by SET ROLE alone
  };
  using Arrivals = std::unordered_map<RoleId, Arrival>;
  using Graph = std::unordered_map<RoleId, std::vector<MembershipGrant>>;

  Arrivals arrivals(const Graph& graph, bool MembershipGrant::*option,
                    std::vector<RoleId>* order = nullptr) const;
  Arrivals arrivals_beyond(const Graph& graph) const;
  std::optional<MembershipPath> path(const Arrivals& arrivals, RoleId other) const;

  RoleId role_;
  Arrivals inherited_;
  Arrivals set_;
  Arrivals beyond_;  ///< by INHERIT from a role that SET ROLE reaches
  Arrivals member_;  ///< by any membership
  std::vector<RoleId> set_role_targets_;
};

}  // namespace conncheck::rules
