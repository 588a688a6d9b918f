#include "agent/config/schedule_reader.hpp"

#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <variant>

#include <fmt/format.h>

#include "agent/config/time_zone.hpp"
#include "agent/core/cron.hpp"

namespace conncheck {
namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view more_characters) {
  for (const char c : text) {
    if (letters_and_digits.find(c) == std::string_view::npos &&
        more_characters.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

/// "10%" as 0.1.
std::optional<double> read_jitter(Reader& reader, const Value& value) {
  const auto text = reader.read_text(value, "`jitter`");
  if (!text) {
    return std::nullopt;
  }
  double percent = 0;
  const char* const end = text->value.data() + text->value.size();
  const auto [after, error] = std::from_chars(text->value.data(), end, percent);
  if (error != std::errc() ||
      std::string_view(after, static_cast<std::size_t>(end - after)) != "%" ||
      !(percent >= 0 && percent <= 100)) {
    reader.error(value.place, fmt::format("`jitter` must be a share from 0% to 100%, such as 10%{}",
                                          Reader::but_not(*text)));
    return std::nullopt;
  }
  return percent / 100;
}

}  // namespace

std::optional<std::string> read_cron(Reader& reader, const Value& value) {
  auto text = reader.read_text(value, "`cron`");
  if (!text) {
    return std::nullopt;
  }
  const auto parsed = parse_cron(text->value);
  if (const auto* mistake = std::get_if<std::string>(&parsed)) {
    reader.error(value.place, fmt::format("`cron`: {}{}", *mistake, Reader::but_not(*text)));
    return std::nullopt;
  }
  return std::move(text->value);
}

std::optional<std::string> read_timezone(Reader& reader, const Value& value) {
  auto text = reader.read_text(value, "`timezone`");
  if (!text) {
    return std::nullopt;
  }
  if (!consists_of(text->value, "_+-/") || text->value.front() == '/') {
    reader.error(value.place, fmt::format("`timezone` must be a name such as Europe/Berlin{}",
                                          Reader::but_not(*text)));
    return std::nullopt;
  }
  if (!load_time_zone(text->value)) {
    reader.error(value.place,
                 fmt::format("`timezone` must be in this machine's time zone database "
                             "(/usr/share/zoneinfo, Debian's package tzdata), as Europe/Berlin "
                             "is{}",
                             Reader::but_not(*text)));
    return std::nullopt;
  }
  return std::move(text->value);
}

std::optional<Schedule> read_schedule(Reader& reader, const Value& value) {
  Schedule schedule;
  std::optional<Place> every;
  std::optional<Place> cron;
  std::optional<Place> timezone;
  std::optional<Place> jitter;
  const int errors_before = reader.errors();
  const bool is_mapping = reader.read_mapping(
      value, "`schedule`",
      {
          {"every",
           [&](const Value& item) {
             every = item.place;
             schedule.every = reader.read_duration(item, "`every`").value_or(schedule.every);
           }},
          {"jitter",
           [&](const Value& item) {
             jitter = item.place;
             schedule.jitter = read_jitter(reader, item).value_or(0);
           }},
          {"cron",
           [&](const Value& item) {
             cron = item.place;
             schedule.cron = read_cron(reader, item).value_or("");
           }},
          {"timezone",
           [&](const Value& item) {
             timezone = item.place;
             schedule.timezone = read_timezone(reader, item).value_or("");
           }},
      });
  if (every && cron) {
    reader.error(*cron, "`every` and `cron` exclude each other: keep one of them");
  }
  if (is_mapping && !every && !cron) {
    reader.error(value.place, "`schedule` has neither `every` nor `cron`: add every: 15m");
  }
  if (timezone && !cron) {
    reader.error(*timezone, "`timezone` belongs to `cron`: remove it");
  }
  if (jitter && cron && !every) {
    reader.error(*jitter, "`jitter` belongs to `every`: remove it");
  }
  return reader.errors() == errors_before ? std::optional(schedule) : std::nullopt;
}

}  // namespace conncheck
