#include "agent/render/starter_configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/core/printable.hpp"
#include "agent/render/wrapped_text.hpp"

namespace conncheck {
namespace {

/// As a double-quoted scalar of YAML; `$${` is the configuration's own way to write `${`.
std::string quoted_scalar(std::string_view text) {
  std::string scalar = "\"";
  for_each_character(text, [&](std::string_view bytes, std::optional<char32_t> character) {
    if (bytes == "\"" || bytes == "\\") {
      scalar += '\\';
      scalar += bytes;
    } else if (!character || is_invisible(*character)) {
      const char32_t code = character.value_or(U'\uFFFD');
      scalar += code < 0x10000 ? fmt::format("\\u{:04X}", static_cast<unsigned>(code))
                               : fmt::format("\\U{:08X}", static_cast<unsigned>(code));
    } else {
      scalar += bytes;
    }
  });
  scalar += '"';
  for (std::size_t at = scalar.find("${"); at != std::string::npos; at = scalar.find("${", at)) {
    scalar.insert(at, "$");
    at += 3;
  }
  return scalar;
}

std::string scalar(std::string_view text) {
  static constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const std::size_t dot = text.find('.');
  const bool is_pattern_of_plain_names =
      dot != std::string_view::npos && text.front() >= 'a' && text.front() <= 'z' &&
      text.substr(0, dot).find_first_not_of(plain) == std::string_view::npos &&
      dot + 1 < text.size() &&
      text.substr(dot + 1).find_first_not_of(plain) == std::string_view::npos;
  return is_pattern_of_plain_names ? std::string(text) : quoted_scalar(text);
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    encoded += plain.find(c) != std::string_view::npos
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

/// postgresql://user@host:port/database?…, where a host of libpq's other kinds is a parameter.
std::string url_of(const Connection& connection) {
  std::map<std::string, std::string> rest = connection.parameters;
  const auto take = [&rest](const char* keyword) {
    const auto found = rest.extract(keyword);
    return found ? found.mapped() : std::string();
  };
  std::string url = "postgresql://";
  if (const std::string user = take("user"); !user.empty()) {
    url += percent_encoded(user) + "@";
  }
  const auto host = rest.find("host");
  static constexpr std::string_view of_names =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  const bool is_one_name = host != rest.end() && !host->second.empty() &&
                           host->second.find_first_not_of(of_names) == std::string::npos;
  if (is_one_name) {
    url += take("host");
    if (const std::string port = take("port"); !port.empty()) {
      url += ":" + port;
    }
  }
  url += "/" + percent_encoded(take("dbname"));
  char separator = '?';
  for (const auto& [keyword, value] : rest) {
    url += separator + percent_encoded(keyword) + "=" + percent_encoded(value);
    separator = '&';
  }
  return url;
}

/// What `name` allows: three to a hundred of a-z, 0-9 and -.
std::string name_for(const Connection& connection, const ConnectionDraft& draft) {
  constexpr std::size_t shortest = 3;
  constexpr std::size_t longest = 100;
  const auto of_allowed = [](std::string_view text) {
    std::string name;
    for (const char c : text) {
      const bool is_upper = c >= 'A' && c <= 'Z';
      const char lower = is_upper ? static_cast<char>(c - 'A' + 'a') : c;
      const bool is_allowed = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
      name += is_allowed ? lower : '-';
    }
    return name;
  };
  std::string name = of_allowed(draft.database_name);
  if (name.size() < shortest) {
    const auto host = connection.parameters.find("host");
    name += "-" + of_allowed(host == connection.parameters.end() ? "local" : host->second);
  }
  name.resize(std::min(name.size(), longest));
  while (name.size() < shortest) {
    name += "-";
  }
  return name;
}

std::string variable_for(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return (name.front() >= '0' && name.front() <= '9' ? "DATABASE_" : "") + name + "_PASSWORD";
}

std::string words(PrivilegeSet privileges) {
  std::string list;
  const auto add = [&list](std::string_view word) {
    list += list.empty() ? "" : ", ";
    list += word;
  };
  constexpr PrivilegeSet write = {Privilege::insert, Privilege::update, Privilege::delete_};
  if (privileges.has(Privilege::select)) {
    add("read");
  }
  if (privileges.has_all(write)) {
    add("write");
    privileges = privileges - write;
  }
  if (privileges.has(Privilege::truncate)) {
    add("truncate");
  }
  privileges = privileges - PrivilegeSet{Privilege::select, Privilege::truncate};
  for (const Privilege privilege : relation_privileges) {
    if (privileges.has(privilege)) {
      add(to_string(privilege));
    }
  }
  return list;
}

void append_rules(std::string& yaml, std::string_view key, const std::vector<DraftRule>& rules) {
  if (rules.empty()) {
    return;
  }
  yaml += fmt::format("    {}:\n", key);
  for (const DraftRule& rule : rules) {
    yaml += fmt::format("      - privileges: [{}]\n        tables:\n", words(rule.privileges));
    for (const std::string& table : rule.tables) {
      yaml += "          - " + scalar(table) + "\n";
    }
  }
}

void append_comment(std::string& yaml, std::string_view indent, std::string_view text) {
  constexpr std::size_t width = 90;
  for (const std::string& line : wrapped(printable(text), width)) {
    yaml += fmt::format("{}# {}\n", indent, line);
  }
}

}  // namespace

std::string render_starter_configuration(const Connection& connection,
                                         const ConnectionDraft& draft) {
  const std::string name = name_for(connection, draft);
  std::string yaml = fmt::format(
      "# What {} can do today, as a policy: `conncheck check -c THIS_FILE` finds nothing now, and\n"
      "# each privilege on these relations that is granted or revoked later. Relations that are\n"
      "# created later are in no rule yet. Edit it until it says what should be.\n"
      "version: 1\n"
      "connections:\n"
      "  - name: {}\n"
      "    url: {}\n"
      "    # Where the password is, unless ~/.pgpass has it; it is read anew for each check:\n"
      "    # password: {{env: {}}}           # or {{file: PATH}}, {{command: [PROGRAM, "
      "ARGUMENT]}}\n"
      "    # schedule: {{every: 15m, jitter: 10%}}     # for `conncheck agent`\n",
      printable(draft.role_name), name, quoted_scalar(url_of(connection)), variable_for(name));
  for (const auto& [keyword, secret] : connection.secret_parameters) {
    append_comment(yaml, "    ",
                   fmt::format("{} was in the URL and is left out here: add it to the URL from "
                               "the environment, as in {}=${{NAME}}.",
                               keyword, keyword));
  }
  append_rules(yaml, "require", draft.policy.require);
  append_rules(yaml, "forbid", draft.policy.forbid);
  if (!draft.policy.left_out.empty()) {
    append_comment(yaml, "    ", "No rule watches:");
    for (const std::string& sentence : draft.policy.left_out) {
      append_comment(yaml, "    ", sentence);
    }
  }
  return yaml;
}

}  // namespace conncheck
