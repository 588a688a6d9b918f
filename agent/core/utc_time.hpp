// Dates and times as people give them on the command line.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace conncheck {

/// `2026-03-01`, then the end of that day, or `2026-03-01T14:30` with seconds (`:05`), milliseconds
/// (`:05.250`, as JSON has them) or neither, and with or without a `Z`; a space may stand for the
/// T. UTC, from 1970 to 2200.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_utc_time(
    std::string_view text);

}  // namespace conncheck
