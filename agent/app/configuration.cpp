#include "agent/app/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "agent/app/process_setup.hpp"
#include "agent/core/printable.hpp"

namespace conncheck {
namespace {

constexpr const char* default_path = "/etc/conncheck/conncheck.yml";

void explain_default_path() {
  fmt::print(
      stderr,
      "conncheck: no configuration: {} does not exist\n"
      "Name one with -c FILE_OR_DIRECTORY or $CONNCHECK_CONFIG, or test a single connection:\n"
      "  conncheck check --url postgresql://user@host/database\n",
      default_path);
}

}  // namespace

std::string configuration_path(const std::string& from_command_line) {
  if (!from_command_line.empty()) {
    return from_command_line;
  }
  const char* variable = std::getenv("CONNCHECK_CONFIG");
  return variable != nullptr && *variable != '\0' ? variable : default_path;
}

std::optional<Configuration> load_or_explain(const std::string& path, bool print_warnings) {
  if (may_hold_password(path)) {
    fmt::print(stderr,
               "conncheck: the configuration is a file or a directory: a URL is tested by "
               "`conncheck check --url URL`\n");
    return std::nullopt;
  }
  std::error_code ignored;
  if (path == default_path && !std::filesystem::exists(path, ignored)) {
    explain_default_path();
    return std::nullopt;
  }
  Loaded loaded = load(path, process_environment());
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (print_warnings || diagnostic.severity == Diagnostic::Severity::error) {
      fmt::print(stderr, "{}\n", to_text(diagnostic));
    }
  }
  for (const Diagnostic& diagnostic : loaded.exposed) {
    fmt::print(stderr, "{}\n", to_text(diagnostic));
  }
  if (loaded.has_errors()) {
    const auto errors = std::count_if(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                                      [](const Diagnostic& diagnostic) {
                                        return diagnostic.severity == Diagnostic::Severity::error;
                                      });
    fmt::print(stderr, "conncheck: {} mistake{} in the configuration; nothing was done\n", errors,
               errors == 1 ? "" : "s");
    return std::nullopt;
  }
  return std::move(loaded.configuration);
}

std::optional<std::vector<Connection>> connections_to_check(std::string_view command,
                                                            const std::string& config,
                                                            const std::vector<std::string>& names,
                                                            const std::string& url) {
  if (std::any_of(names.begin(), names.end(), may_hold_password)) {
    fmt::print(stderr,
               "conncheck: a NAME is that of a configured connection: a URL is tested by "
               "`conncheck {} --url URL`\n",
               command);
    return std::nullopt;
  }
  if (url.empty()) {
    std::optional<Configuration> configuration = load_or_explain(configuration_path(config), false);
    return configuration ? select_connections(std::move(*configuration), names) : std::nullopt;
  }
  if (!names.empty()) {
    fmt::print(stderr,
               "conncheck: --url tests a connection that is in no file: leave the names out\n");
    return std::nullopt;
  }
  auto result = connection_from_url(url);
  if (const auto* diagnostic = std::get_if<Diagnostic>(&result)) {
    fmt::print(stderr, "conncheck: --url: {}\n", diagnostic->message);
    return std::nullopt;
  }
  Connection connection = std::get<Connection>(std::move(result));
  if (std::holds_alternative<std::monostate>(connection.password) && std::getenv("PGPASSWORD")) {
    connection.password = EnvironmentPassword{"PGPASSWORD"};
  }
  return std::vector<Connection>{std::move(connection)};
}

std::optional<std::vector<Connection>> select_connections(Configuration configuration,
                                                          const std::vector<std::string>& names) {
  std::vector<Connection>& all = configuration.connections;
  if (names.empty()) {
    return std::move(all);
  }
  std::vector<Connection> selected;
  bool complete = true;
  for (const std::string& name : names) {
    const auto found = std::find_if(all.begin(), all.end(), [&name](const Connection& connection) {
      return connection.name == name;
    });
    if (found == all.end()) {
      fmt::print(stderr, "conncheck: there is no connection {}; `conncheck list` shows them\n",
                 printable(name));
      complete = false;
    } else if (std::none_of(
                   selected.begin(), selected.end(),
                   [&name](const Connection& connection) { return connection.name == name; })) {
      selected.push_back(*found);
    }
  }
  return complete ? std::optional(std::move(selected)) : std::nullopt;
}

}  // namespace conncheck
