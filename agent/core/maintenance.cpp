#include "agent/core/maintenance.hpp"

#include <algorithm>
#include <utility>

namespace conncheck {
namespace {

// One that never ends (each minute, for an hour) is looked at again when this many are over.
constexpr int most_joined = 1000;

std::optional<WallTime> earlier(std::optional<WallTime> a, std::optional<WallTime> b) {
  return a && b ? std::min(a, b) : (a ? a : b);
}

bool holds_for(const MaintenanceWindow& window, const std::map<std::string, std::string>& tags) {
  return std::all_of(window.tags.begin(), window.tags.end(), [&tags](const auto& tag) {
    const auto found = tags.find(tag.first);
    return found != tags.end() && found->second == tag.second;
  });
}

}  // namespace

std::optional<WallTime> window_end(const MaintenanceWindow& window, WallTime now) {
  auto begin = next_run(window.begins, window.zone, now - window.length);
  if (!begin || *begin > now) {
    return std::nullopt;
  }
  WallTime end = now;
  for (int count = 0; begin && *begin <= end && count < most_joined; ++count) {
    end = *begin + window.length;
    begin = next_run(window.begins, window.zone, *begin);
  }
  return end;
}

Maintenance::Maintenance(std::vector<MaintenanceWindow> windows)
    : windows_(std::move(windows)), until_(windows_.size()) {}

std::vector<Maintenance::Notice> Maintenance::update(WallTime now) {
  const bool is_as_before = updated_ && now >= *updated_ && (!next_change_ || now < *next_change_);
  updated_ = now;
  if (is_as_before) {
    return {};
  }
  std::vector<Notice> notices;
  next_change_.reset();
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const MaintenanceWindow& window = windows_[i];
    const auto until = window_end(window, now);
    if (until.has_value() != until_[i].has_value()) {
      notices.push_back({&window, until});
    }
    until_[i] = until;
    next_change_ = earlier(next_change_, until ? until : next_run(window.begins, window.zone, now));
  }
  return notices;
}

std::optional<WallTime> Maintenance::until(const std::map<std::string, std::string>& tags) const {
  std::optional<WallTime> last;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (until_[i] && holds_for(windows_[i], tags)) {
      last = last ? std::max(last, until_[i]) : until_[i];
    }
  }
  return last;
}

}  // namespace conncheck
