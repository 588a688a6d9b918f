#include <fmt/format.h>
#include <openssl/crypto.h>
#include <yaml-cpp/yaml.h>

#include <boost/version.hpp>

#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/core/connection.hpp"
#include "agent/core/duration.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/schedule.hpp"
#include "agent/probe/libpq.hpp"

namespace conncheck {
namespace {

/// The target, and the bastion that leads to it.
std::string display_way(const Connection& connection) {
  const std::string target = display_target(connection);
  return connection.tunnel ? fmt::format("{} via {}", target, display_bastion(*connection.tunnel))
                           : target;
}

}  // namespace

int validate_command(const std::string& config) {
  const std::string path = configuration_path(config);
  const std::optional<Configuration> configuration = load_or_explain(path, true);
  if (!configuration) {
    return 3;
  }
  const std::size_t count = configuration->connections.size();
  fmt::print("{}: valid, {} connection{}\n", printable(path), count, count == 1 ? "" : "s");
  return 0;
}

int list_command(const std::string& config) {
  const std::optional<Configuration> configuration =
      load_or_explain(configuration_path(config), false);
  if (!configuration) {
    return 3;
  }
  std::size_t name_width = 0;
  std::size_t target_width = 0;
  for (const Connection& connection : configuration->connections) {
    name_width = std::max(name_width, connection.name.size());
    target_width = std::max(target_width, display_width(display_way(connection)));
  }
  for (const Connection& connection : configuration->connections) {
    const std::string target = display_way(connection);
    const std::string padding(target_width - display_width(target), ' ');
    const std::chrono::milliseconds every =
        connection.schedule.every.count() > 0 ? connection.schedule.every : default_interval;
    const std::string when =
        connection.schedule.cron.empty()
            ? "every " + format_duration(every)
            : fmt::format(
                  "cron {} {}", printable(connection.schedule.cron),
                  connection.schedule.timezone.empty() ? "UTC" : connection.schedule.timezone);
    fmt::print("{:<{}}  {}{}  {}\n", connection.name, name_width, target, padding, when);
  }
  return 0;
}

int version_command() {
  fmt::print(
      "conncheck {}\n"
      "libpq {}.{}, Boost {}.{}.{}, yaml-cpp, fmt {}.{}.{}, {}\n",
      CONNCHECK_VERSION, PQlibVersion() / 10000, PQlibVersion() % 10000, BOOST_VERSION / 100000,
      BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
      FMT_VERSION % 100, OpenSSL_version(OPENSSL_VERSION));
  return 0;
}

}  // namespace conncheck
