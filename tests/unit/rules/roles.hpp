// Roles for the tests of the rules: who has whose privileges is a list.
#pragma once

#include <set>
#include <utility>

#include "extension/rules/role.hpp"

namespace conncheck::rules::tests {

inline constexpr RoleId owner = 10;
inline constexpr RoleId reader = 11;
inline constexpr RoleId group = 12;
inline constexpr RoleId stranger = 13;
inline constexpr PredefinedRoles predefined = {100, 101, 102};

/// A role that has the privileges of `inherited`, and of nobody else.
inline Role role_with(RoleId id, std::set<RoleId> inherited = {}, RoleAttributes attributes = {}) {
  return Role(id, attributes, predefined, [inherited = std::move(inherited)](RoleId other) {
    return inherited.contains(other);
  });
}

}  // namespace conncheck::rules::tests
