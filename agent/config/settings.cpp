#include "agent/config/settings.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "agent/config/parameters.hpp"
#include "agent/config/policy_reader.hpp"
#include "agent/config/schedule_reader.hpp"
#include "agent/config/secret_source.hpp"
#include "agent/config/tags_reader.hpp"
#include "agent/config/tunnel_reader.hpp"
#include "agent/config/wording.hpp"

namespace conncheck {
namespace {

struct ParameterKey {
  std::string_view key;
  std::string_view keyword;  ///< libpq's
};

/// Keys that go to libpq as they are, and that can be defaults: not host and user.
constexpr std::array parameter_keys = {
    ParameterKey{"port", "port"},
    ParameterKey{"database", "dbname"},
    ParameterKey{"sslmode", "sslmode"},
    ParameterKey{"sslrootcert", "sslrootcert"},
    ParameterKey{"sslcert", "sslcert"},
    ParameterKey{"sslkey", "sslkey"},
    ParameterKey{"sslcrl", "sslcrl"},
    ParameterKey{"channel_binding", "channel_binding"},
    ParameterKey{"target_session_attrs", "target_session_attrs"},
    ParameterKey{"options", "options"},
    ParameterKey{"passfile", "passfile"},
    ParameterKey{"service", "service"},
};

void read_name(Reader& reader, const Value& value, Settings& settings) {
  const auto text = reader.read_text(value, "`name`");
  if (!text) {
    return;
  }
  const std::string& name = text->value;
  const bool is_valid =
      name.size() >= 3 && name.size() <= 100 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!is_valid) {
    reader.error(value.place,
                 fmt::format("`name` must be 3 to 100 characters from a-z, 0-9 and -{}",
                             Reader::but_not(*text)));
    return;
  }
  settings.name = name;
}

void read_parameter(Reader& reader, const Value& value, const ParameterKey& key,
                    Settings& settings) {
  const std::string what = fmt::format("`{}`", key.key);
  auto text = reader.read_text(value, what);
  if (!text) {
    return;
  }
  if (const auto mistake = mistake_in_parameter(key.keyword, text->value)) {
    const auto words = words_of_parameter(key.keyword);
    // A host or database that is wrong may be a whole URL with its password.
    const bool may_print = key.keyword == "port" || !words.empty();
    reader.error(value.place,
                 fmt::format("{} {}{}{}", what, *mistake, may_print ? Reader::but_not(*text) : "",
                             text->from_environment ? "" : suggestion(text->value, words)));
    return;
  }
  settings.parameters[std::string(key.keyword)] = is_path_parameter(key.keyword, text->value)
                                                      ? reader.resolved_path(text->value)
                                                      : std::move(text->value);
}

void read_url(Reader& reader, const Value& value, Settings& settings) {
  const auto text = reader.read_text(value, "`url`");
  if (!text) {
    return;
  }
  auto parsed = parse_url(text->value, text->from_environment);
  if (const auto* mistake = std::get_if<std::string>(&parsed)) {
    reader.error(value.place,
                 text->from_environment
                     ? fmt::format("`url`, as filled from the environment, {}", *mistake)
                     : fmt::format("`url` {}", *mistake));
    return;
  }
  UrlParameters& url = std::get<UrlParameters>(parsed);
  for (auto& [keyword, parameter] : url.parameters) {
    if (is_path_parameter(keyword, parameter)) {
      parameter = reader.resolved_path(parameter);
    }
  }
  if (!url.secrets.empty()) {
    reader.note_secret(value.place, *text);
  }
  settings.url = std::move(url);
}

void read_timeout(Reader& reader, const Value& value, Settings& settings) {
  const auto timeout = reader.read_duration(value, "`timeout`");
  if (timeout && *timeout > std::chrono::hours(1)) {
    reader.error(value.place, "`timeout` must be at most 1h");
    return;
  }
  settings.timeout = timeout;
}

void read_roles(Reader& reader, const Value& value, Settings& settings) {
  std::vector<NamePattern> roles;
  reader.read_list(value, "`roles`", [&](const Value& item) {
    if (const auto text = reader.read_text(item, "a role")) {
      roles.push_back(utf8_pattern(text->value));
    }
  });
  settings.roles = std::move(roles);
}

Key remembering(Settings& settings, Key key) {
  return {key.name, [&settings, key](const Value& value) {
            settings.given.emplace(key.name, value.place);
            key.read(value);
          }};
}

/// All keys that `defaults` may have too.
std::vector<Key> common_keys(Reader& reader, Settings& settings) {
  const auto read_with = [&](auto function) {
    return
        [&reader, &settings, function](const Value& value) { function(reader, value, settings); };
  };
  std::vector<Key> keys = {
      {"provider",
       [&](const Value& value) {
         if (const auto index =
                 reader.read_word(value, "`provider`", {"postgres", "neon", "supabase"})) {
           settings.provider = static_cast<Provider>(*index);
         }
       }},
      {"sslpassword",
       [&](const Value& value) {
         if (auto text = reader.read_text(value, "`sslpassword`")) {
           reader.note_secret(value.place, *text);
           settings.secret_parameters.emplace("sslpassword", Secret(std::move(text->value)));
         }
       }},
      {"schedule", [&](const Value& value) { settings.schedule = read_schedule(reader, value); }},
      {"timeout", read_with(read_timeout)},
      {"roles", read_with(read_roles)},
      {"require",
       [&](const Value& value) { settings.require = read_policy(reader, value, "`require`"); }},
      {"forbid",
       [&](const Value& value) { settings.forbid = read_policy(reader, value, "`forbid`"); }},
      {"tunnel", [&](const Value& value) { settings.tunnel = read_tunnel(reader, value); }},
      {"tags", [&](const Value& value) { settings.tags = read_tags(reader, value); }},
  };
  for (const ParameterKey& key : parameter_keys) {
    keys.push_back(
        {key.key, [&](const Value& value) { read_parameter(reader, value, key, settings); }});
  }
  return keys;
}

void read_settings(Reader& reader, const Value& value, std::string_view what, Settings& settings,
                   const std::vector<Key>& own_keys) {
  std::vector<Key> keys;
  for (const Key& key : own_keys) {
    keys.push_back(remembering(settings, key));
  }
  for (const Key& key : common_keys(reader, settings)) {
    keys.push_back(remembering(settings, key));
  }
  reader.read_mapping(value, what, keys);
}

}  // namespace

Settings read_connection_settings(Reader& reader, const Value& value) {
  Settings settings;
  const auto host_or_user = [&](std::string_view name) {
    return [&reader, &settings, name](const Value& item) {
      read_parameter(reader, item, {name, name}, settings);
    };
  };
  read_settings(reader, value, "a connection", settings,
                {
                    {"name", [&](const Value& item) { read_name(reader, item, settings); }},
                    {"url", [&](const Value& item) { read_url(reader, item, settings); }},
                    {"host", host_or_user("host")},
                    {"user", host_or_user("user")},
                    {"password",
                     [&](const Value& item) {
                       settings.password = read_secret_source(reader, item, "`password`");
                     }},
                });
  return settings;
}

Settings read_default_settings(Reader& reader, const Value& value) {
  Settings settings;
  std::vector<Key> refused;
  for (const std::string_view name : {"name", "url", "host", "user", "password"}) {
    refused.push_back({name, [&reader, name](const Value& item) {
                         reader.error(item.place,
                                      fmt::format("`{}` cannot be a default: write it into each "
                                                  "connection",
                                                  name));
                       }});
  }
  read_settings(reader, value, "`defaults`", settings, refused);
  return settings;
}

}  // namespace conncheck
