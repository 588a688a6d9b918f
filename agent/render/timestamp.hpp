// Points in time and spans of it as text.
#pragma once

#include <chrono>
#include <string>

namespace conncheck {

/// In UTC with milliseconds: 2026-01-31T10:00:00.000Z.
[[nodiscard]] std::string utc_timestamp(std::chrono::system_clock::time_point time);

/// For people: "34 ms", from a second on "1.25 s".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace conncheck
