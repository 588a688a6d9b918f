// What the store is given of a check.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/role_state.hpp"

namespace conncheck {

struct RoleRecord {
  std::string name;
  bool is_login = false;
  std::string digest;  ///< of `items`
  std::vector<StateItem> items;
};

struct CheckRecord {
  std::string connection;
  std::chrono::system_clock::time_point started_at;
  std::chrono::milliseconds duration{0};
  Status status = Status::unknown;
  std::optional<Source> source;    ///< nothing where the check failed
  std::optional<Failure> failure;  ///< without a hint
  Summary summary;                 ///< of the login
  std::string digest;              ///< of all roles; empty where the check failed
  /// Left out where the store has a state with this digest already.
  std::optional<std::vector<RoleRecord>> roles;

  /// About what it takes in memory.
  [[nodiscard]] std::size_t bytes() const;
};

/// With the roles, unless `known_digest` is that of the report. `digest` is digest_of(report).
[[nodiscard]] CheckRecord record_of(const CheckReport& report, std::string digest,
                                    std::string_view known_digest);

}  // namespace conncheck
