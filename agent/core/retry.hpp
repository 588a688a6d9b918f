// Whether a check that failed is tried again before its next turn. Pure: no clock, no dice.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/core/report.hpp"

namespace conncheck {

/// The failure may be gone in a moment, and nothing was refused that a second try could make worse.
/// Never after a password, a role or a certificate was refused, or may have been: another try of a
/// wrong password can lock the role, or close the provider's door to this machine.
[[nodiscard]] bool may_pass_soon(const Failure& failure);

/// How long to wait before the next try after `failures` failures in a row (1: the first one), the
/// last of them `failure`: 2 s, doubled each time up to 5 minutes, and up to a quarter more by name
/// and number, so that connections that failed together do not come back together. Nothing: it is
/// not tried before its schedule's turn, which comes in `until_turn` at the latest, or sooner
/// anyway.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_delay(
    const Failure& failure, std::uint64_t failures, std::string_view name,
    std::chrono::milliseconds until_turn);

}  // namespace conncheck
