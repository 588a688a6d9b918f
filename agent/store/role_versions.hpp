// What roles held from which run to which.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/core/role_state.hpp"
#include "agent/store/database.hpp"

namespace conncheck {

struct StoredRole {
  std::int64_t id = 0;
  std::string name;
  bool is_login = false;
  std::string digest;
};

[[nodiscard]] std::vector<StoredRole> roles_of(Database& database, std::int64_t connection);

/// What is true of the role now, in the order of items_of().
[[nodiscard]] std::vector<StateItem> current_items(Database& database, std::int64_t role);

/// What was true at the end of `run`.
[[nodiscard]] std::vector<StateItem> items_at(Database& database, std::int64_t role,
                                              std::int64_t run);

/// Makes `now` what is true of the role from `run` on, and ends what of `before`, which is true
/// now, is not in it. Both in the order of items_of().
void replace_items(Database& database, std::int64_t role, std::int64_t run,
                   std::span<const StateItem> before, std::span<const StateItem> now);

}  // namespace conncheck
