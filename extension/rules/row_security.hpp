// Whether row-level security filters what a role sees of a relation.
#pragma once

#include <string_view>

#include "extension/rules/role.hpp"

namespace conncheck::rules {

enum class RowSecurity {
  none,      ///< not enabled on the relation
  applies,   ///< policies filter the rows for this role
  bypassed,  ///< enabled, but not for this role
};

constexpr std::string_view to_string(RowSecurity row_security) {
  switch (row_security) {
    case RowSecurity::none:
      return "none";
    case RowSecurity::applies:
      return "applies";
    case RowSecurity::bypassed:
      break;
  }
  return "bypassed";
}

/// FORCE binds the owner, never a superuser or a role with BYPASSRLS.
inline RowSecurity row_security(Role& role, RoleId owner, bool enabled, bool forced) {
  if (!enabled) {
    return RowSecurity::none;
  }
  if (role.superuser() || role.bypass_rls() || (!forced && role.has_privileges_of(owner))) {
    return RowSecurity::bypassed;
  }
  return RowSecurity::applies;
}

}  // namespace conncheck::rules
