#include "agent/core/utc_time.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace conncheck {
namespace {

/// Takes exactly `digits` of them from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int number = 0;
  const char* const end = text.data() + std::min(digits, text.size());
  const auto [after, error] = std::from_chars(text.data(), end, number);
  if (text.size() < digits || error != std::errc() || after != end || text[0] == '-') {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view one_of) {
  const bool is_there = !text.empty() && one_of.find(text.front()) != std::string_view::npos;
  text.remove_prefix(is_there ? 1 : 0);
  return is_there;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  const bool first_dash = take(text, "-");
  const auto month = take_number(text, 2);
  const bool second_dash = take(text, "-");
  const auto day = take_number(text, 2);
  // Until 2262 the clock's nanoseconds have room.
  if (!year || *year < 1970 || *year > 2200 || !first_dash || !month || !second_dash || !day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_utc_time(std::string_view text) {
  const auto day = take_date(text);
  if (!day) {
    return std::nullopt;
  }
  if (text.empty()) {
    return *day + std::chrono::days(1) - std::chrono::milliseconds(1);
  }
  const bool separated = take(text, "T ");
  const auto hour = take_number(text, 2);
  const bool has_colon = take(text, ":");
  const auto minute = take_number(text, 2);
  const bool has_seconds = take(text, ":");
  const auto second = has_seconds ? take_number(text, 2) : std::optional(0);
  const auto millisecond = has_seconds && take(text, ".") ? take_number(text, 3) : std::optional(0);
  take(text, "Z");
  const bool is_time = separated && hour && has_colon && minute && second && millisecond &&
                       text.empty() && *hour < 24 && *minute < 60 && *second < 60;
  if (!is_time) {
    return std::nullopt;
  }
  return *day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + std::chrono::milliseconds(*millisecond);
}

}  // namespace conncheck
