// A role under judgement: which other roles' privileges it has.
#pragma once

#include <cstdint>
#include <functional>

#include "extension/rules/id_table.hpp"

namespace conncheck::rules {

using RoleId = std::uint32_t;

/// The grantee PUBLIC: it stands in ACLs and has no row among the roles.
inline constexpr RoleId public_role = 0;

struct RoleAttributes {
  bool superuser = false;
  bool bypass_rls = false;  ///< the role's own BYPASSRLS; membership does not hand it on
};

/// The predefined roles that bear on relations; public_role where this server has no such role.
struct PredefinedRoles {
  RoleId read_all_data = public_role;
  RoleId write_all_data = public_role;
  RoleId maintain = public_role;
};

/// One role, or PUBLIC. Asks about each other role once and remembers the answer. What is asked for
/// each item of every ACL stands here, to be inlined.
class Role {
 public:
  /// Does the role have the privileges of `other` (inherited, not only reachable by SET ROLE)?
  using Asker = std::function<bool(RoleId other)>;

  Role(RoleId id, RoleAttributes attributes, PredefinedRoles predefined, Asker ask);

  [[nodiscard]] RoleId id() const { return id_; }
  [[nodiscard]] bool superuser() const { return attributes_.superuser; }
  [[nodiscard]] bool bypass_rls() const { return attributes_.bypass_rls; }
  /// True for the role itself, and for every role if it is a superuser; PUBLIC has no role's.
  [[nodiscard]] bool has_privileges_of(RoleId other) {
    if (id_ == public_role || other == public_role) {
      return false;
    }
    if (attributes_.superuser || other == id_) {
      return true;
    }
    const bool* const known = answers_.find(other);
    return known != nullptr ? *known : ask(other);
  }
  /// Is `grantee` PUBLIC, or a role whose privileges this one has?
  [[nodiscard]] bool receives_grants_to(RoleId grantee) {
    return grantee == public_role || has_privileges_of(grantee);
  }

  [[nodiscard]] bool reads_all_data() { return has_predefined(predefined_.read_all_data); }
  [[nodiscard]] bool writes_all_data() { return has_predefined(predefined_.write_all_data); }
  [[nodiscard]] bool maintains_all() { return has_predefined(predefined_.maintain); }

 private:
  bool ask(RoleId other);
  bool has_predefined(RoleId role) { return role != public_role && has_privileges_of(role); }

  RoleId id_;
  RoleAttributes attributes_;
  PredefinedRoles predefined_;
  Asker ask_;
  IdTable<bool> answers_;
};

}  // namespace conncheck::rules
