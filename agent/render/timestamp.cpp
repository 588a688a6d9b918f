#include "agent/render/timestamp.hpp"

#include <fmt/format.h>

namespace conncheck {

std::string utc_timestamp(std::chrono::system_clock::time_point time) {
  using std::chrono::floor;
  const auto days = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(floor<std::chrono::milliseconds>(time - days));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string duration_text(std::chrono::milliseconds duration) {
  constexpr std::chrono::seconds one_second{1};
  return duration < one_second
             ? fmt::format("{} ms", duration.count())
             : fmt::format("{:.2f} s", std::chrono::duration<double>(duration).count());
}

}  // namespace conncheck
