// Maintenance windows: when checks are not made. Pure: the clock is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/core/cron.hpp"

namespace conncheck {

struct MaintenanceWindow {
  CronExpression begins;
  cctz::time_zone zone;
  std::chrono::seconds length{0};           ///< of real time, whatever clocks are put to
  std::map<std::string, std::string> tags;  ///< a connection must have all of them
  Origin origin;
};

/// The end of the window if `now` is in it (its end is not). Times that overlap or touch are one.
[[nodiscard]] std::optional<WallTime> window_end(const MaintenanceWindow& window, WallTime now);

/// All windows, as of the last update().
class Maintenance {
 public:
  explicit Maintenance(std::vector<MaintenanceWindow> windows);

  struct Notice {
    const MaintenanceWindow* window = nullptr;
    std::optional<WallTime> until;  ///< nothing: it has ended
  };
  /// The windows that have begun or ended since the last time.
  std::vector<Notice> update(WallTime now);

  /// When the windows that hold for a connection with these tags have ended; nothing if there is
  /// none.
  [[nodiscard]] std::optional<WallTime> until(const std::map<std::string, std::string>& tags) const;

  /// When the next window begins or ends.
  [[nodiscard]] std::optional<WallTime> next_change() const { return next_change_; }

 private:
  std::vector<MaintenanceWindow> windows_;
  std::vector<std::optional<WallTime>> until_;  ///< of each window
  std::optional<WallTime> updated_;
  std::optional<WallTime> next_change_;
};

}  // namespace conncheck
