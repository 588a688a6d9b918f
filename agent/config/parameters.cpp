#include "agent/config/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

#include <fmt/format.h>

#include "agent/config/wording.hpp"

namespace conncheck {
namespace {

std::vector<std::string_view> elements(std::string_view list) {
  std::vector<std::string_view> result;
  for (;;) {
    const std::size_t comma = list.find(',');
    result.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) {
      return result;
    }
    list.remove_prefix(comma + 1);
  }
}

bool is_port(std::string_view text) {
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && after == end && port >= 1 && port <= 65'535;
}

bool is_host(std::string_view text) {
  // A Unix socket: a directory, or @ and a name in Linux's abstract namespace.
  return text.starts_with('/') || (text.find_first_of("/ =") == std::string_view::npos &&
                                   text.find('@', 1) == std::string_view::npos);
}

bool is_number(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && after == end;
}

bool is_off(std::string_view text) {
  return text == "false" || text == "off" || text == "no" || text == "0";
}

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

}  // namespace

std::vector<std::string_view> words_of_parameter(std::string_view keyword) {
  if (keyword == "sslmode") {
    return {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  }
  if (keyword == "channel_binding") {
    return {"disable", "prefer", "require"};
  }
  if (keyword == "target_session_attrs") {
    return {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"};
  }
  return {};
}

bool is_path_parameter(std::string_view keyword, std::string_view value) {
  if (keyword == "sslrootcert") {
    return value != "system";  // libpq's word for the operating system's certificates
  }
  if (keyword == "sslkey") {
    return value.find(':') == std::string_view::npos;  // libpq: an OpenSSL engine and its key
  }
  return keyword == "sslcert" || keyword == "sslcrl" || keyword == "sslcrldir" ||
         keyword == "passfile";
}

std::optional<std::string> mistake_in_parameter(std::string_view keyword, std::string_view value) {
  const std::vector<std::string_view> words = words_of_parameter(keyword);
  if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end()) {
    return "must be " + alternatives(words);
  }
  const std::vector<std::string_view> list = elements(value);
  const auto is_port_or_default = [&](std::string_view element) {
    return is_port(element) || (element.empty() && list.size() > 1);
  };
  if (keyword == "port" && !std::all_of(list.begin(), list.end(), is_port_or_default)) {
    return "must be a number from 1 to 65535";
  }
  if (keyword == "host" && !std::all_of(list.begin(), list.end(), is_host)) {
    return "must be a host's name or address, or a socket's directory, without user, port or path";
  }
  if (keyword == "dbname" && is_url(value)) {
    return "must be a database's name; a URL belongs into `url`";
  }
  if (keyword == "connect_timeout" && !is_number(value)) {
    return "must be a number of seconds";
  }
  if (keyword == "replication" && !is_off(value)) {
    return "must be left out: a check needs an ordinary session";
  }
  return std::nullopt;
}

bool ports_fit_hosts(const std::map<std::string, std::string>& parameters) {
  const auto count = [&](const char* keyword) {
    const auto found = parameters.find(keyword);
    return found == parameters.end() ? 0 : elements(found->second).size();
  };
  const std::size_t hosts = std::max({count("host"), count("hostaddr"), std::size_t{1}});
  return count("port") <= 1 || count("port") == hosts;
}

}  // namespace conncheck
