// When a connection is due. Pure: the clock is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "agent/core/connection.hpp"

namespace conncheck {

inline constexpr std::chrono::minutes default_interval{15};

/// From 0 to less than 1, spread by name and number: the dice of everything that must not happen to
/// all connections at once, and yet be the same each time.
[[nodiscard]] double share_of(std::string_view name, std::uint64_t number);

/// The time between two checks, its jitter included: `every` plus a share of it up to `jitter`,
/// spread by name and run number, so that the same configuration gives the same times.
[[nodiscard]] std::chrono::milliseconds interval(const Schedule& schedule, std::string_view name,
                                                 std::uint64_t run);

/// Time since the machine's start, suspension included (CLOCK_BOOTTIME).
using Uptime = std::chrono::nanoseconds;

/// When the next check starts, given when the last one was due and that it has ended by `now`.
/// Slots that were missed meanwhile (a long check, a suspended machine) become one.
[[nodiscard]] Uptime next_due(Uptime last_due, std::chrono::milliseconds interval, Uptime now);

}  // namespace conncheck
