#include "agent/config/later_sections.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "agent/config/secret_source.hpp"

namespace conncheck {
namespace {

using ReadValue = std::function<void(const Value&)>;

ReadValue text(Reader& reader, std::string_view what) {
  return [&reader, what](const Value& value) { reader.read_text(value, what); };
}

ReadValue texts(Reader& reader, std::string_view what) {
  return [&reader, what](const Value& value) {
    reader.read_list_or_text(value, what, text(reader, what));
  };
}

bool has_key(const Value& mapping, std::string_view name) {
  for (const Value& key : mapping.keys) {
    if (key.text == name) {
      return true;
    }
  }
  return false;
}

void require_key(Reader& reader, const Value& mapping, std::string_view what,
                 std::string_view name) {
  if (!has_key(mapping, name)) {
    reader.error(mapping.place, fmt::format("{} has no `{}`: add it", what, name));
  }
}

void read_http(Reader& reader, const Value& value) {
  const auto read_token = [&](const Value& item) {
    (void)read_secret_source(reader, item, "`token`");
  };
  if (reader.read_mapping(value, "`http`",
                          {{"listen", text(reader, "`listen`")}, {"token", read_token}})) {
    require_key(reader, value, "`http`", "listen");
  }
}

void read_alert(Reader& reader, const Value& value) {
  static const std::vector<std::string_view> types = {"webhook", "command", "email"};
  std::optional<std::size_t> type;
  const auto read_events = [&](const Value& item) {
    reader.read_list_or_text(item, "`on`", [&](const Value& event) {
      reader.read_word(event, "an event of `on`", {"failed", "recovered", "drift", "policy"});
    });
  };
  const bool is_mapping = reader.read_mapping(
      value, "an alert",
      {{"type", [&](const Value& item) { type = reader.read_word(item, "`type`", types); }},
       {"on", read_events},
       {"url", text(reader, "`url`")},
       {"argv", texts(reader, "`argv`")},
       {"smtp", text(reader, "`smtp`")},
       {"to", texts(reader, "`to`")}});
  if (!is_mapping) {
    return;
  }
  require_key(reader, value, "an alert", "type");
  const std::array<std::vector<std::string_view>, 3> needed = {{{"url"}, {"argv"}, {"smtp", "to"}}};
  for (std::size_t each = 0; type && each < needed.size(); ++each) {
    for (const std::string_view key : needed.at(each)) {
      if (each == *type) {
        require_key(reader, value, fmt::format("an alert of type {}", types.at(each)), key);
      } else if (has_key(value, key)) {
        reader.error(value.place, fmt::format("`{}` belongs to alerts of type {}, not {}", key,
                                              types.at(each), types.at(*type)));
      }
    }
  }
}

void read_date(Reader& reader, const Value& value, std::string_view what) {
  const auto date = reader.read_text(value, what);
  if (!date) {
    return;
  }
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int length = 0;
  const bool is_date =
      date->value.size() == 10 &&
      date->value.find_first_not_of("0123456789-") == std::string::npos &&
      std::sscanf(date->value.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &length) == 3 &&
      length == 10 &&
      std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                  std::chrono::day(day))
          .ok();
  if (!is_date) {
    reader.error(value.place, fmt::format("{} must be a date such as 2027-01-31{}", what,
                                          Reader::but_not(*date)));
  }
}

void read_waiver(Reader& reader, const Value& value) {
  const auto until = [&](const Value& item) { read_date(reader, item, "`until`"); };
  if (reader.read_mapping(value, "a waiver",
                          {{"finding", text(reader, "`finding`")},
                           {"until", until},
                           {"reason", text(reader, "`reason`")}})) {
    require_key(reader, value, "a waiver", "finding");
  }
}

/// `effect`: what the user must not expect.
Key section(Reader& reader, std::string_view name, std::string_view effect,
            void (*read)(Reader&, const Value&)) {
  return {name, [&reader, name, effect, read](const Value& value) {
            read(reader, value);
            reader.warning(value.place,
                           fmt::format("`{}` has no effect in this version: {}", name, effect));
          }};
}

template <void (*read_item)(Reader&, const Value&)>
void read_each(Reader& reader, const Value& value) {
  reader.read_list(value, "the section", [&](const Value& item) { read_item(reader, item); });
}

}  // namespace

std::vector<Key> later_sections(Reader& reader) {
  return {
      section(reader, "http", "nothing listens", read_http),
      section(reader, "alerts", "no alert is sent", read_each<read_alert>),
      section(reader, "waivers", "no finding is waived", read_each<read_waiver>),
  };
}

}  // namespace conncheck
