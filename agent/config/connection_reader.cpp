#include "agent/config/connection_reader.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/config/parameters.hpp"
#include "agent/config/provider_checks.hpp"
#include "agent/config/wording.hpp"

namespace conncheck {
namespace {

std::string key_of(const std::string& keyword) {
  return keyword == "dbname" ? "database" : keyword;
}

void check_name(Reader& reader, const Value& value, const Settings& own, NamesInUse& names) {
  if (!own.has("name")) {
    reader.error(value.place, "the connection has no `name`: add name: my-database");
    return;
  }
  if (!own.name) {
    return;
  }
  const Origin origin = reader.origin(own.given.at("name"));
  const auto [first, is_new] = names.emplace(*own.name, origin);
  if (!is_new) {
    const Origin& other = first->second;
    reader.error(own.given.at("name"),
                 fmt::format("the name {} is taken by the connection at {}:{}:{}: choose another",
                             in_backquotes(*own.name), other.file, other.line, other.column));
  }
}

void check_target(Reader& reader, const Value& value, const Settings& own,
                  const Settings& defaults) {
  if (!own.has("url")) {
    if (!own.has("host") && !own.has("service") && !defaults.has("service")) {
      reader.error(value.place, "the connection has nowhere to connect to: add `url` or `host`");
    }
    return;
  }
  for (const char* const key : {"host", "port", "database", "user"}) {
    if (own.has(key)) {
      reader.error(own.given.at(key),
                   fmt::format("`{}` and `url` exclude each other: put it into the URL, or replace "
                               "`url` by host, port, database and user",
                               key));
    }
  }
}

/// What the URL says must not be said again beside it.
void check_url_against_keys(Reader& reader, const Settings& own) {
  if (!own.url) {
    return;
  }
  const auto check = [&](const std::string& keyword) {
    const std::string key = key_of(keyword);
    const bool is_told = key == "host" || key == "port" || key == "database" || key == "user";
    if (own.has(key) && !is_told) {
      reader.error(own.given.at(key),
                   fmt::format("`{0}` is given in the URL too: remove one of them", key));
    }
  };
  for (const auto& [keyword, parameter] : own.url->parameters) {
    check(keyword);
  }
  for (const auto& [keyword, secret] : own.url->secrets) {
    check(keyword);
  }
}

/// libpq would leave out TLS, and the bastion has no such socket.
void check_tunnel(Reader& reader, Place place, const Settings& own, const Connection& connection) {
  const auto& parameters = connection.parameters;
  if (!connection.tunnel || parameters.contains("service")) {
    return;
  }
  const auto found = parameters.find("host");
  const std::string hosts = found == parameters.end() ? "" : "," + found->second;
  const bool has_socket = hosts.find(",/") != std::string::npos ||
                          hosts.find(",@") != std::string::npos ||
                          (hosts.empty() && !parameters.contains("hostaddr"));
  if (has_socket) {
    const bool is_inherited = !own.has("tunnel");
    reader.error(is_inherited ? place : own.given.at("tunnel"),
                 fmt::format("`tunnel`{} leads to a host and port, not to a Unix socket: name the "
                             "server's host as the bastion sees it (`localhost` is the bastion){}",
                             is_inherited ? " (of `defaults`)" : "",
                             is_inherited ? ", or write tunnel: none" : ""));
  }
}

template <typename T>
T first_given(const std::optional<T>& own, const std::optional<T>& inherited, T otherwise = {}) {
  return own ? *own : inherited ? *inherited : std::move(otherwise);
}

/// Own keys, then the URL, then the defaults.
template <typename Map>
Map merged(const Map& own, const Map& url, const Map& inherited) {
  Map result = own;
  result.insert(url.begin(), url.end());
  result.insert(inherited.begin(), inherited.end());
  return result;
}

Connection merged_connection(const Settings& own, const Settings& defaults) {
  Connection connection;
  connection.name = own.name.value_or("");
  UrlParameters url = own.url.value_or(UrlParameters{});
  const auto url_password = url.secrets.find("password");
  connection.password = own.password.value_or(
      url_password == url.secrets.end() ? PasswordSource() : PasswordSource(url_password->second));
  url.secrets.erase("password");
  connection.parameters = merged(own.parameters, url.parameters, defaults.parameters);
  connection.secret_parameters =
      merged(own.secret_parameters, url.secrets, defaults.secret_parameters);
  connection.provider = first_given(own.provider, defaults.provider);
  connection.timeout = first_given(own.timeout, defaults.timeout, connection.timeout);
  connection.schedule = first_given(own.schedule, defaults.schedule);
  connection.roles = first_given(own.roles, defaults.roles);
  connection.require = first_given(own.require, defaults.require);
  connection.forbid = first_given(own.forbid, defaults.forbid);
  connection.tags = first_given(own.tags, defaults.tags);
  connection.tunnel = own.has("tunnel") ? own.tunnel : defaults.tunnel;  // it may say none
  return connection;
}

}  // namespace

std::optional<Connection> read_connection(Reader& reader, const Value& value,
                                          const Settings& defaults, NamesInUse& names) {
  const int errors_before = reader.errors();
  const Settings own = read_connection_settings(reader, value);
  if (value.kind != Value::Kind::mapping) {
    return std::nullopt;
  }
  check_name(reader, value, own, names);
  check_target(reader, value, own, defaults);
  check_url_against_keys(reader, own);
  Connection connection = merged_connection(own, defaults);
  connection.origin = reader.origin(value.place);
  apply_provider(reader, value.place, own, connection);
  check_tunnel(reader, value.place, own, connection);
  if (!ports_fit_hosts(connection.parameters)) {
    reader.error(own.has("port") ? own.given.at("port") : value.place,
                 "`port` must be one port, or one for each host");
  }
  if (reader.errors() != errors_before) {
    return std::nullopt;
  }
  return connection;
}

}  // namespace conncheck
