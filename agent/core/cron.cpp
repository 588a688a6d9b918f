#include "agent/core/cron.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/core/cron_fields.hpp"

namespace conncheck {
namespace {

// For February 29 on a certain weekday: 28 years, or 40 where a year such as 2100 is in between.
constexpr int longest_wait_in_years = 40;
constexpr int most_slots_looked_at = 3000;  // two days of minutes
constexpr int years_looked_at = 9;          // a leap year at each end

const std::array<CronField, 5>& fields() {
  static const std::array<CronField, 5> all = {{
      {"minute", 0, 59, {}},
      {"hour", 0, 23, {}},
      {"day of month", 1, 31, {}},
      {"month",
       1,
       12,
       {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
      {"day of week", 0, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
  }};
  return all;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words = {{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

std::vector<std::string_view> split(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find_first_not_of(blanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(blanks, end);
  }
  return parts;
}

std::string what_it_must_be(const CronField& field) {
  return fmt::format(
      "the {} must be *, or values from {} to {}{}, with lists, ranges and steps: {}", field.name,
      field.first, field.last,
      field.words.empty() ? std::string()
                          : fmt::format(" ({} to {})", field.words.front(), field.words.back()),
      field.last > 12 ? "*/5, 1,10-20/2" : "*/2, 1,3-5");
}

std::bitset<7> weekdays_of(std::uint64_t values) {
  constexpr std::uint64_t seven = 0x80;  // Sunday, too
  return {(values | ((values & seven) != 0 ? 1U : 0U)) & ~seven};
}

std::size_t index_of(cctz::weekday weekday) {
  return (static_cast<std::size_t>(weekday) + 1) % 7;  // cctz's 0 is Monday
}

bool matches_day(const CronExpression& cron, cctz::civil_day day) {
  const bool of_month = cron.days[static_cast<std::size_t>(day.day())];
  const bool of_week = cron.weekdays[index_of(cctz::get_weekday(day))];
  return cron.either_day ? of_month || of_week : of_month && of_week;
}

/// The first whole minute at or after it.
cctz::civil_minute minute_from(cctz::civil_second second) {
  const cctz::civil_minute minute(second);
  return cctz::civil_second(minute) < second ? minute + 1 : minute;
}

struct Change {
  WallTime at;
  cctz::civil_second from;
  cctz::civil_second to;
};

/// The next time after `after` at which clocks are put forward or back.
std::optional<Change> next_change(const cctz::time_zone& zone, WallTime after) {
  cctz::time_zone::civil_transition found;
  if (!zone.next_transition(after, &found)) {
    return std::nullopt;
  }
  return Change{zone.lookup(std::min(found.from, found.to)).trans, found.from, found.to};
}

bool comes_second(const cctz::time_zone& zone, cctz::civil_minute minute, WallTime time) {
  const auto times = zone.lookup(cctz::civil_second(minute));
  return times.kind == cctz::time_zone::civil_lookup::REPEATED && time >= times.trans;
}

/// A time that clocks leave out.
bool is_due_in_gap(const CronExpression& cron, const Change& change) {
  const auto missed = cron.next_match(minute_from(change.from));
  return !cron.is_wildcard && missed && cctz::civil_second(*missed) < change.to;
}

}  // namespace

std::optional<cctz::civil_minute> CronExpression::next_match(cctz::civil_minute from) const {
  const auto last_year = from.year() + longest_wait_in_years;
  while (from.year() <= last_year) {
    if (!months[static_cast<std::size_t>(from.month())]) {
      from = cctz::civil_minute(cctz::civil_month(from) + 1);
    } else if (!matches_day(*this, cctz::civil_day(from))) {
      from = cctz::civil_minute(cctz::civil_day(from) + 1);
    } else if (!hours[static_cast<std::size_t>(from.hour())]) {
      from = cctz::civil_minute(cctz::civil_hour(from) + 1);
    } else if (!minutes[static_cast<std::size_t>(from.minute())]) {
      ++from;
    } else {
      return from;
    }
  }
  return std::nullopt;
}

std::variant<CronExpression, std::string> parse_cron(std::string_view text) {
  std::vector<std::string_view> parts = split(text);
  if (parts.size() == 1) {
    for (const auto& [word, meaning] : words) {
      parts = parts.size() == 1 && parts.front() == word ? split(meaning) : parts;
    }
  }
  if (parts.size() != fields().size()) {
    return "it must have five fields (minute, hour, day of month, month, day of week), as in "
           "\"0 6 * * 1-5\", or be one of @hourly, @daily, @weekly, @monthly, @yearly";
  }
  std::array<std::uint64_t, 5> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto parsed = parse_cron_field(fields().at(i), parts[i]);
    if (!parsed) {
      return what_it_must_be(fields().at(i));
    }
    values.at(i) = *parsed;
  }
  const auto begins_with_star = [&parts](std::size_t field) { return parts[field].front() == '*'; };
  CronExpression cron{.minutes = values[0],
                      .hours = values[1],
                      .days = values[2],
                      .months = values[3],
                      .weekdays = weekdays_of(values[4]),
                      .is_wildcard = begins_with_star(0) || begins_with_star(1),
                      .either_day = !begins_with_star(2) && !begins_with_star(4)};
  if (!cron.next_match(cctz::civil_minute(2000, 1, 1, 0, 0))) {
    return "it is never due: no such day is in the calendar";
  }
  return cron;
}

std::optional<WallTime> next_run(const CronExpression& cron, const cctz::time_zone& zone,
                                 WallTime after) {
  // From `begin` to the next change, clocks show `local` plus the time that has passed.
  WallTime begin = after;
  cctz::civil_second local = zone.lookup(after).cs;
  cctz::civil_minute from = cctz::civil_minute(local) + 1;
  while (const auto match = cron.next_match(from)) {
    const WallTime time = begin + std::chrono::seconds(cctz::civil_second(*match) - local);
    const auto change = next_change(zone, begin);
    if (!change || time < change->at) {
      if (cron.is_wildcard || !comes_second(zone, *match, time)) {
        return time;
      }
      from = *match + 1;
      continue;
    }
    if (is_due_in_gap(cron, *change)) {
      return change->at;
    }
    begin = change->at;
    local = change->to;
    from = minute_from(local);
  }
  return std::nullopt;
}

std::chrono::minutes shortest_interval(const CronExpression& cron) {
  auto shortest = std::chrono::minutes::max();
  const cctz::civil_minute start(2000, 1, 1, 0, 0);
  auto slot = cron.next_match(start);
  for (int count = 0;
       slot && slot->year() < start.year() + years_looked_at && count < most_slots_looked_at;
       ++count) {
    const auto next = cron.next_match(*slot + 1);
    if (next) {
      shortest = std::min(shortest, std::chrono::minutes(*next - *slot));
    }
    slot = next;
  }
  return shortest;
}

}  // namespace conncheck
