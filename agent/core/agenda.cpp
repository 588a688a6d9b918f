#include "agent/core/agenda.hpp"

#include <algorithm>

#include "agent/core/retry.hpp"

namespace conncheck {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours set_right{3};  // cron(8): a larger step is a correction of the clock

}  // namespace

Agenda::Agenda(std::vector<Rhythm> rhythms, const Moment& now)
    : rhythms_(std::move(rhythms)), progress_(rhythms_.size()), latest_(now.second()) {
  for (std::size_t i = 0; i < rhythms_.size(); ++i) {
    const Rhythm& rhythm = rhythms_[i];
    progress_[i].turn = now.uptime;
    if (rhythm.cron) {
      progress_[i].slot = next_run(*rhythm.cron, rhythm.zone, now.second());
    }
    wait_for_turn(i);
  }
}

std::vector<std::size_t> Agenda::take_due(const Moment& now, const Maintenance& maintenance) {
  follow_wall_clock(now);
  std::vector<std::size_t> candidates;
  while (!by_uptime_.empty() && by_uptime_.top().first <= now.uptime) {
    candidates.push_back(by_uptime_.top().second);
    by_uptime_.pop();
  }
  while (!by_wall_.empty() && by_wall_.top().first <= now.wall) {
    candidates.push_back(by_wall_.top().second);
    by_wall_.pop();
  }
  std::vector<std::size_t> due;
  for (const std::size_t index : candidates) {
    if (const auto until = maintenance.until(rhythms_[index].tags)) {
      put_off(index, now, *until);
    } else {
      due.push_back(index);
    }
  }
  return due;
}

void Agenda::ended(std::size_t index, const Failure* failure, const Moment& now) {
  Progress& progress = progress_[index];
  go_to_next_turn(index, now);
  progress.failures = failure != nullptr ? progress.failures + 1 : 0;
  const auto delay = failure != nullptr ? retry_delay(*failure, progress.failures,
                                                      rhythms_[index].name, until_turn(index, now))
                                        : std::nullopt;
  if (delay) {
    by_uptime_.emplace(now.uptime + *delay, index);
  } else {
    wait_for_turn(index);
  }
}

std::optional<milliseconds> Agenda::until_next(const Moment& now) const {
  std::optional<milliseconds> wait;
  if (!by_uptime_.empty()) {
    wait = std::chrono::ceil<milliseconds>(by_uptime_.top().first - now.uptime);
  }
  if (!by_wall_.empty()) {
    const milliseconds until_slot = by_wall_.top().first - now.wall;
    wait = wait ? std::min(*wait, until_slot) : until_slot;
  }
  return wait ? std::optional(std::max(*wait, milliseconds(0))) : std::nullopt;
}

void Agenda::wait_for_turn(std::size_t index) {
  const Progress& progress = progress_[index];
  if (!rhythms_[index].cron) {
    by_uptime_.emplace(progress.turn, index);
  } else if (progress.slot) {
    by_wall_.emplace(*progress.slot, index);
  }
}

void Agenda::put_off(std::size_t index, const Moment& now, WallTime until) {
  if (rhythms_[index].cron) {
    go_to_next_turn(index, now);
  } else {
    progress_[index].turn = now.uptime + (until - now.wall);
  }
  wait_for_turn(index);
}

/// A turn that has come while a check was under way is over: two checks in a row would be a hurry.
void Agenda::go_to_next_turn(std::size_t index, const Moment& now) {
  const Rhythm& rhythm = rhythms_[index];
  Progress& progress = progress_[index];
  if (rhythm.cron) {
    if (progress.slot && *progress.slot <= now.wall) {
      progress.slot = next_run(*rhythm.cron, rhythm.zone, now.second());
    }
  } else if (progress.turn <= now.uptime) {
    const auto wait = interval(rhythm.schedule, rhythm.name, progress.turns++);
    progress.turn = next_due(progress.turn, wait, now.uptime);
  }
}

milliseconds Agenda::until_turn(std::size_t index, const Moment& now) const {
  const Progress& progress = progress_[index];
  if (!rhythms_[index].cron) {
    return std::chrono::duration_cast<milliseconds>(progress.turn - now.uptime);
  }
  return progress.slot ? *progress.slot - now.wall : milliseconds::max();
}

void Agenda::follow_wall_clock(const Moment& now) {
  if (now.wall + set_right > latest_) {
    latest_ = std::max(latest_, now.second());
    return;
  }
  latest_ = now.second();
  for (std::size_t i = 0; i < rhythms_.size(); ++i) {
    if (rhythms_[i].cron) {
      progress_[i].slot = next_run(*rhythms_[i].cron, rhythms_[i].zone, latest_);
    }
  }
  Queue<WallTime> before;
  before.swap(by_wall_);
  for (; !before.empty(); before.pop()) {
    wait_for_turn(before.top().second);
  }
}

}  // namespace conncheck
