// Schedules as cron(5) writes them, in a time zone. Pure: the clock and the zone are arguments.
#pragma once

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <bitset>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace conncheck {

using WallTime = std::chrono::sys_seconds;

/// Five fields: minute, hour, day of month, month, day of week. An hour or a minute that begins
/// with * makes it a wildcard, as cron(8) has it: such a schedule goes on by the hands of the clock
/// when that is put forward or back; any other means certain times of the day, each once.
struct CronExpression {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;      ///< 1 to 31
  std::bitset<13> months;    ///< 1 to 12
  std::bitset<7> weekdays;   ///< 0 is Sunday
  bool is_wildcard = false;  ///< the minute or the hour begins with *
  /// Both the day of month and that of the week are restricted (neither begins with *): either one
  /// suffices.
  bool either_day = false;

  /// The first minute at or after `from` that matches, by the calendar alone; none if that would
  /// take more than the calendar's longest wait (February 29 on a certain weekday: 40 years).
  [[nodiscard]] std::optional<cctz::civil_minute> next_match(cctz::civil_minute from) const;
};

/// The expression, or what is wrong with it: "the hour must be …". @hourly, @daily, @midnight,
/// @weekly, @monthly, @yearly and @annually are known too.
[[nodiscard]] std::variant<CronExpression, std::string> parse_cron(std::string_view text);

/// The first time after `after` at which it is due. Where clocks are put forward, times that are
/// left out become one run right after the gap; where they are put back, a time that comes twice
/// is due the first time only. A wildcard is due whenever the clock shows such a time: never in
/// the gap, twice in the overlap.
[[nodiscard]] std::optional<WallTime> next_run(const CronExpression& cron,
                                               const cctz::time_zone& zone, WallTime after);

/// The shortest time between two runs, without changes of the clock.
[[nodiscard]] std::chrono::minutes shortest_interval(const CronExpression& cron);

}  // namespace conncheck
