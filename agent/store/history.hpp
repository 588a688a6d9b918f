// What is kept of checks, read: for the commands, beside an agent that writes.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/dated_drift.hpp"
#include "agent/core/history_entry.hpp"
#include "agent/core/role_state.hpp"
#include "agent/store/database.hpp"

namespace conncheck {

struct RoleAt {
  std::string name;
  bool is_login = false;
  std::vector<StateItem> items;
};

/// What was known at some time.
struct StateAt {
  RunEntry run;               ///< the last one with an answer until then
  std::vector<RoleAt> roles;  ///< the login first
};

/// Everything throws StoreError.
class History {
 public:
  /// The file must be there, and of this version.
  explicit History(const std::filesystem::path& file);

  [[nodiscard]] bool has(const std::string& connection);

  /// The last ones, newest first.
  [[nodiscard]] std::vector<RunEntry> runs(const std::string& connection, std::int64_t limit);

  /// Nothing where there is no answer from before, or it is no longer kept.
  [[nodiscard]] std::optional<StateAt> state_at(const std::string& connection,
                                                std::chrono::system_clock::time_point time);

  /// The state before the last change; where there was none, the first one.
  [[nodiscard]] std::optional<StateAt> state_before_last_change(const std::string& connection);

  /// What changed from the one run to the other, as dated_drift() has it.
  [[nodiscard]] std::vector<DatedChange> changes(const std::string& connection,
                                                 const RunEntry& from, const RunEntry& to);

 private:
  [[nodiscard]] std::vector<RoleHistory> role_histories(const std::string& connection,
                                                        std::int64_t from, std::int64_t to);
  [[nodiscard]] std::optional<StateAt> state_of_run(const std::string& connection,
                                                    std::int64_t run);

  Database database_;
};

}  // namespace conncheck
