// libpq's connection parameters: which values they take. Shared by URLs and by keys.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {

/// The words that a parameter takes (sslmode, channel_binding, target_session_attrs), or none if
/// it takes any text.
[[nodiscard]] std::vector<std::string_view> words_of_parameter(std::string_view keyword);

/// Whether its value is the path of a file or directory.
[[nodiscard]] bool is_path_parameter(std::string_view keyword, std::string_view value);

/// What must be said about a value that a parameter cannot have, as in "must be …". The value
/// itself is not repeated.
[[nodiscard]] std::optional<std::string> mistake_in_parameter(std::string_view keyword,
                                                              std::string_view value);

/// Whether each host has its port: one for all, or as many as hosts.
[[nodiscard]] bool ports_fit_hosts(const std::map<std::string, std::string>& parameters);

}  // namespace conncheck
