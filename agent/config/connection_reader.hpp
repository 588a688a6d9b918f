// One connection out of its own settings, its URL and the file's defaults.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent/config/settings.hpp"

namespace conncheck {

/// Where each connection's name was first given, over all files.
using NamesInUse = std::map<std::string, Origin>;

/// Reads one item of `connections`: nothing if it has a mistake. What the connection and its URL do
/// not give is taken from `defaults`, key by key: a list or mapping is replaced, never merged.
[[nodiscard]] std::optional<Connection> read_connection(Reader& reader, const Value& value,
                                                        const Settings& defaults,
                                                        NamesInUse& names);

}  // namespace conncheck
