// The configuration that a command works on, or the reasons why there is none, told to the user.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/load.hpp"

namespace conncheck {

/// The path from -c, $CONNCHECK_CONFIG, or /etc/conncheck/conncheck.yml.
[[nodiscard]] std::string configuration_path(const std::string& from_command_line);

/// Loads it; prints every mistake on standard error and returns nothing if there is one.
[[nodiscard]] std::optional<Configuration> load_or_explain(const std::string& path,
                                                           bool print_warnings);

/// What `command` works on: the one of `url` if there is one, else the configured ones of `names`
/// (all for none). Prints what is wrong and returns nothing if there are none.
[[nodiscard]] std::optional<std::vector<Connection>> connections_to_check(
    std::string_view command, const std::string& config, const std::vector<std::string>& names,
    const std::string& url);

/// The connections of these names, all for none; prints what is wrong and returns nothing if a
/// name is unknown or there is no connection.
[[nodiscard]] std::optional<std::vector<Connection>> select_connections(
    Configuration configuration, const std::vector<std::string>& names);

}  // namespace conncheck
