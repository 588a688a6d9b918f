// What history tells: runs of checks, and changes with their dates.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "agent/core/drift.hpp"
#include "agent/core/report.hpp"

namespace conncheck {

/// Checks in a row with the same outcome, on one day (UTC).
struct RunEntry {
  std::int64_t id = 0;
  std::chrono::system_clock::time_point first_at;  ///< when its first check started
  std::chrono::system_clock::time_point last_at;
  std::int64_t checks = 0;
  std::string status;
  std::string source;  ///< empty: the checks failed
  std::string failure_code;
  std::string failure_phase;
  std::string failure_message;
  std::chrono::milliseconds mean{0};
  std::chrono::milliseconds slowest{0};
  Summary summary;           ///< schemas are not counted
  std::int64_t changes = 0;  ///< of what roles can do, since the answer before it
};

/// A change, and when it was first seen.
struct DatedChange {
  Change change;
  std::chrono::system_clock::time_point since;
};

}  // namespace conncheck
