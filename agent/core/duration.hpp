// Durations as people write them: 500ms, 30s, 15m, 2h, 1d.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace conncheck {

/// The longest duration that is accepted: a hundred years, far from any clock's overflow.
inline constexpr std::chrono::milliseconds longest_duration = std::chrono::hours(24) * 36'500;

/// A whole number and one of the units ms, s, m, h, d, nothing else; up to `longest_duration`.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest exact form that parse_duration() reads back: 90s, 1m, 1500ms.
/// Not meant for negative durations.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace conncheck
