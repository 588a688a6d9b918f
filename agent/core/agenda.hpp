// Which connection's check is due when. Pure: the clocks are arguments.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/core/cron.hpp"
#include "agent/core/maintenance.hpp"
#include "agent/core/report.hpp"
#include "agent/core/schedule.hpp"

namespace conncheck {

/// What both clocks say: `every` goes by the first, cron by the second.
struct Moment {
  Uptime uptime{0};
  std::chrono::sys_time<std::chrono::milliseconds> wall;

  [[nodiscard]] WallTime second() const { return std::chrono::floor<std::chrono::seconds>(wall); }
};

/// A connection's schedule, ready for use.
struct Rhythm {
  std::string name;
  Schedule schedule;
  std::optional<CronExpression> cron;  ///< nothing: `every`
  cctz::time_zone zone;
  std::map<std::string, std::string> tags;
};

/// Turns of all connections. No connection is due while its check is under way; turns that were
/// missed meanwhile, or while the machine was suspended, become one.
/// The wall clock put back by less than three hours: what was due is not due again. Put back by
/// more, as cron(8) has it, the clock was wrong: the new time counts.
class Agenda {
 public:
  /// With `every`, the first turn is now; with cron, at its first time after now.
  Agenda(std::vector<Rhythm> rhythms, const Moment& now);

  /// Connections whose checks are to start, by their index; they are under way until ended(). Under
  /// maintenance, a turn of `every` is put off until its end, and one of cron is left out.
  std::vector<std::size_t> take_due(const Moment& now, const Maintenance& maintenance);

  /// `failure`: why the check failed, if it did; another try may come before the next turn
  /// (retry.hpp).
  void ended(std::size_t index, const Failure* failure, const Moment& now);

  /// How long until one is due, as both clocks go now; nothing if none waits.
  [[nodiscard]] std::optional<std::chrono::milliseconds> until_next(const Moment& now) const;

 private:
  template <typename Time>
  using Queue = std::priority_queue<std::pair<Time, std::size_t>,
                                    std::vector<std::pair<Time, std::size_t>>, std::greater<>>;
  struct Progress {
    std::uint64_t turns = 0;
    Uptime turn{0};                ///< of `every`: the next one, or the one under way
    std::optional<WallTime> slot;  ///< the same of cron; nothing: never
    std::uint64_t failures = 0;    ///< in a row
  };

  void wait_for_turn(std::size_t index);
  void put_off(std::size_t index, const Moment& now, WallTime until);
  void go_to_next_turn(std::size_t index, const Moment& now);
  [[nodiscard]] std::chrono::milliseconds until_turn(std::size_t index, const Moment& now) const;
  void follow_wall_clock(const Moment& now);

  std::vector<Rhythm> rhythms_;
  std::vector<Progress> progress_;
  Queue<Uptime> by_uptime_;  ///< turns of `every`, and further tries of all
  Queue<WallTime> by_wall_;  ///< turns of cron
  WallTime latest_;          ///< that the wall clock has shown
};

}  // namespace conncheck
