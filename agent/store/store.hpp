// What is kept of checks, written. One thread's; everything throws StoreError.
#pragma once

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "agent/core/drift.hpp"
#include "agent/core/store_settings.hpp"
#include "agent/store/check_record.hpp"
#include "agent/store/database.hpp"

namespace conncheck {

/// What became of a CheckRecord.
struct Recorded {
  std::string connection;
  /// The store does not have the state that the record speaks of: hand it in with the next one.
  bool is_state_wanted = false;
  std::vector<Change> changes;  ///< since the last answer; none where this one is the first
};

class Store {
 public:
  /// Creates the file, or migrates an older one.
  explicit Store(const std::filesystem::path& file);

  /// All of them, or none, in one transaction; in their order.
  std::vector<Recorded> record(std::span<const CheckRecord> checks);

  /// The digest of each connection's last answer.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> digests();

  /// Deletes what is older, a connection at a time. The age counts from `now`, or from the last
  /// check where that is longer ago: an agent that was off for a year still knows what was.
  void apply(const Retention& retention, std::chrono::system_clock::time_point now);

  /// The path names another file now, or none.
  [[nodiscard]] bool is_in_place() const { return database_.is_in_place(); }

 private:
  Recorded record(const CheckRecord& check);
  void apply(const Retention& retention, std::int64_t connection, std::int64_t oldest_ms);

  Database database_;
};

/// The `to_run` of what is still true.
inline constexpr std::int64_t still_true = INT64_MAX;

/// Milliseconds since 1970, as the store has them, and back.
[[nodiscard]] std::int64_t to_stored(std::chrono::system_clock::time_point time);
[[nodiscard]] std::chrono::system_clock::time_point from_stored(std::int64_t milliseconds);

}  // namespace conncheck
