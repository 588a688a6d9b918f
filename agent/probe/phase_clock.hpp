// How long each phase of a check took.
#pragma once

#include <array>
#include <chrono>

#include "agent/core/report.hpp"

namespace conncheck {

/// Runs from its construction, in the phase `resolve`.
class PhaseClock {
 public:
  using Clock = std::chrono::steady_clock;

  void enter(Phase phase) {
    const auto now = Clock::now();
    spent_[static_cast<std::size_t>(phase_)] += now - began_;
    began_ = now;
    phase_ = phase;
  }

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] Clock::time_point started() const { return started_; }

  /// Up to the last enter().
  [[nodiscard]] Durations durations() const {
    const auto of = [this](Phase phase) { return whole(spent_[static_cast<std::size_t>(phase)]); };
    return {whole(began_ - started_), of(Phase::resolve), of(Phase::tunnel), of(Phase::connect),
            of(Phase::tls),           of(Phase::login),   of(Phase::query)};
  }

 private:
  static std::chrono::milliseconds whole(Clock::duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  }

  Clock::time_point started_ = Clock::now();
  Clock::time_point began_ = started_;
  Phase phase_ = Phase::resolve;
  std::array<Clock::duration, 6> spent_{};
};

}  // namespace conncheck
