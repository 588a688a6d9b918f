// What all checks of a run come to; small, however much each of them found.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "agent/core/report.hpp"

namespace conncheck {

class RunTotals {
 public:
  void add(const CheckReport& report);

  /// The worst status of all; unknown if there is none.
  [[nodiscard]] Status status() const { return checks_ == 0 ? Status::unknown : status_; }

  [[nodiscard]] std::int64_t checks() const { return checks_; }
  [[nodiscard]] std::int64_t with(Status status) const {
    return by_status_[static_cast<std::size_t>(status)];
  }

  /// Checks without an answer, and those among them that could not be tried as configured.
  [[nodiscard]] std::int64_t failed() const { return failed_; }
  [[nodiscard]] std::int64_t misconfigured() const { return misconfigured_; }

  [[nodiscard]] std::int64_t findings() const { return findings_; }
  [[nodiscard]] std::int64_t critical_findings() const { return critical_findings_; }

  /// From the first check's start to the last one's end, and all of their durations together.
  [[nodiscard]] std::chrono::system_clock::duration elapsed() const { return end_ - begin_; }
  [[nodiscard]] std::chrono::milliseconds summed_duration() const { return summed_duration_; }

 private:
  void add(const std::vector<Finding>& findings);

  std::int64_t checks_ = 0;
  Status status_ = Status::ok;
  std::array<std::int64_t, 4> by_status_{};
  std::int64_t failed_ = 0;
  std::int64_t misconfigured_ = 0;
  std::int64_t findings_ = 0;
  std::int64_t critical_findings_ = 0;
  std::chrono::system_clock::time_point begin_;
  std::chrono::system_clock::time_point end_;
  std::chrono::milliseconds summed_duration_{0};
};

}  // namespace conncheck
