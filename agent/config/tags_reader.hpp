// `tags`: names and values of the user's own.
#pragma once

#include <map>
#include <string>

#include "agent/config/reader.hpp"

namespace conncheck {

[[nodiscard]] std::map<std::string, std::string> read_tags(Reader& reader, const Value& value);

}  // namespace conncheck
