// What has changed over many states, and since when.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/core/drift.hpp"
#include "agent/core/role_state.hpp"

namespace conncheck {

/// One thing about a role over time. Facts are those of StateItem; nothing: it was not there.
struct ItemHistory {
  ItemKind kind{};
  std::string schema_name;
  std::string object_name;
  std::optional<std::string> first;
  std::map<std::int64_t, std::optional<std::string>> later;  ///< by the run from which on it was so
};

struct RoleHistory {
  std::string role_name;
  bool is_login = false;
  std::vector<ItemHistory> items;  ///< all attributes, and whatever else has changed
};

struct ChangeInRun {
  Change change;
  std::int64_t run = 0;
};

/// What differs between the first and the last state, in drift()'s order, each part of it in the
/// run from which on it was as it is in the end: INSERT gained in one run and UPDATE in a later one
/// are two changes, and what came and went is none. An item that cannot be read gives no change.
[[nodiscard]] std::vector<ChangeInRun> dated_drift(std::span<const RoleHistory> roles);

}  // namespace conncheck
