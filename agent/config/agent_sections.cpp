#include "agent/config/agent_sections.hpp"

#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agent/config/schedule_reader.hpp"
#include "agent/config/tags_reader.hpp"
#include "agent/config/time_zone.hpp"

namespace conncheck {
namespace {

constexpr int most_checks = 1'000'000;

/// A whole number from 1 on.
void read_limit(Reader& reader, const Value& value, std::string_view what,
                std::optional<int>& limit) {
  const auto text = reader.read_text(value, what);
  if (!text) {
    return;
  }
  int number = 0;
  const char* const end = text->value.data() + text->value.size();
  const auto [after, error] = std::from_chars(text->value.data(), end, number);
  if (error != std::errc() || after != end || number < 1 || number > most_checks) {
    reader.error(value.place, fmt::format("{} must be a whole number from 1 to {}{}", what,
                                          most_checks, Reader::but_not(*text)));
  } else if (limit) {
    reader.error(value.place, fmt::format("{} is given in another file, too: keep one", what));
  } else {
    limit = number;
  }
}

void read_agents(Reader& reader, const Value& value, CheckLimits& limits) {
  reader.read_mapping(
      value, "`agents`",
      {{"tags",
        [&](const Value& item) {
          (void)read_tags(reader, item);
          reader.warning(item.place,
                         "`tags` of `agents` has no effect in this version: all connections are "
                         "taken");
        }},
       {"max_checks",
        [&](const Value& item) { read_limit(reader, item, "`max_checks`", limits.in_all); }},
       {"max_checks_per_host", [&](const Value& item) {
          read_limit(reader, item, "`max_checks_per_host`", limits.per_host);
        }}});
}

/// After as many times as window_end() joins, it still goes on.
bool never_ends(const MaintenanceWindow& window) {
  constexpr WallTime some_time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  const auto begin = next_run(window.begins, window.zone, some_time);
  const auto end = begin ? window_end(window, *begin) : std::nullopt;
  return end && window_end(window, *end);
}

void read_window(Reader& reader, const Value& value, std::vector<MaintenanceWindow>& windows) {
  MaintenanceWindow window;
  window.origin = reader.origin(value.place);
  bool has_cron = false;
  std::optional<Place> length_place;
  const int errors_before = reader.errors();
  const bool is_mapping = reader.read_mapping(
      value, "a maintenance window",
      {{"cron",
        [&](const Value& item) {
          has_cron = true;
          if (const auto cron = read_cron(reader, item)) {
            window.begins = std::get<CronExpression>(parse_cron(*cron));
          }
        }},
       {"for",
        [&](const Value& item) {
          length_place = item.place;
          const auto length = reader.read_duration(item, "`for`");
          window.length = std::chrono::ceil<std::chrono::seconds>(length.value_or(window.length));
        }},
       {"timezone",
        [&](const Value& item) {
          const auto name = read_timezone(reader, item);
          window.zone = name ? *load_time_zone(*name) : window.zone;
        }},
       {"tags", [&](const Value& item) { window.tags = read_tags(reader, item); }}});
  if (is_mapping && !has_cron) {
    reader.error(value.place, "a maintenance window has no `cron`: add it");
  }
  if (is_mapping && !length_place) {
    reader.error(value.place, "a maintenance window has no `for`: add it");
  }
  if (reader.errors() == errors_before && never_ends(window)) {
    reader.error(*length_place,
                 "`for` reaches from each time to the next: no check would ever be made");
  }
  if (reader.errors() == errors_before) {
    windows.push_back(std::move(window));
  }
}

}  // namespace

std::vector<Key> agent_sections(Reader& reader, CheckLimits& limits,
                                std::vector<MaintenanceWindow>& windows) {
  return {
      {"agents", [&](const Value& value) { read_agents(reader, value, limits); }},
      {"maintenance",
       [&](const Value& value) {
         reader.read_list(value, "`maintenance`",
                          [&](const Value& item) { read_window(reader, item, windows); });
       }},
  };
}

}  // namespace conncheck
