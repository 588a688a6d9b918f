// Where a password or token comes from: plain text, {env: …}, {file: …} or {command: […]}.
#pragma once

#include <optional>
#include <string_view>

#include "agent/config/reader.hpp"

namespace conncheck {

/// Reads a secret's source. That the variable is set and the file readable is checked; the command
/// is not run. No message repeats any of the text but variable and file names.
[[nodiscard]] std::optional<PasswordSource> read_secret_source(Reader& reader, const Value& value,
                                                               std::string_view what);

}  // namespace conncheck
