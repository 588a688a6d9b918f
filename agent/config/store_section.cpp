#include "agent/config/store_section.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <system_error>
#include <variant>

#include "agent/config/conninfo.hpp"

namespace conncheck {
namespace {

constexpr std::int64_t most_runs = 1'000'000'000;

void read_url(Reader& reader, const Value& value) {
  const auto url = reader.read_text(value, "`url`");
  const auto parsed = url ? parse_url(url->value, url->from_environment) : UrlParameters{};
  if (const auto* mistake = std::get_if<std::string>(&parsed)) {
    reader.error(value.place, "`url` " + *mistake);
  } else {
    reader.warning(value.place, "`url` has no effect in this version: no history is kept in it");
  }
}

void read_keep_runs(Reader& reader, const Value& value, std::int64_t& runs) {
  const auto text = reader.read_text(value, "`keep_runs`");
  if (!text) {
    return;
  }
  const char* const end = text->value.data() + text->value.size();
  const auto [after, error] = std::from_chars(text->value.data(), end, runs);
  if (error != std::errc() || after != end || runs < 1 || runs > most_runs) {
    reader.error(value.place, fmt::format("`keep_runs` must be a whole number from 1 to {}{}",
                                          most_runs, Reader::but_not(*text)));
  }
}

void read_store(Reader& reader, const Value& value, std::optional<StoreSettings>& store) {
  StoreSettings settings;
  bool has_path = false;
  bool has_url = false;
  const bool is_mapping = reader.read_mapping(
      value, "`store`",
      {{"path",
        [&](const Value& item) {
          has_path = true;
          if (const auto path = reader.read_text(item, "`path`")) {
            settings.path = reader.resolved_path(path->value);
          }
        }},
       {"url",
        [&](const Value& item) {
          has_url = true;
          read_url(reader, item);
        }},
       {"keep",
        [&](const Value& item) {
          settings.retention.age =
              reader.read_duration(item, "`keep`").value_or(settings.retention.age);
        }},
       {"keep_runs",
        [&](const Value& item) { read_keep_runs(reader, item, settings.retention.runs); }}});
  if (!is_mapping) {
    return;
  }
  if (has_path == has_url) {
    reader.error(value.place, "`store` must have either `path` or `url`");
  } else if (store) {
    reader.error(value.place, "`store` is given in another file, too: keep one");
  } else if (has_path) {
    store = std::move(settings);
  }
}

}  // namespace

Key store_section(Reader& reader, std::optional<StoreSettings>& store) {
  return {"store", [&](const Value& value) { read_store(reader, value, store); }};
}

}  // namespace conncheck
