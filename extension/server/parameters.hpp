// Parameters as this backend knows them; what was granted on them is in a catalog.
#pragma once

#include <optional>
#include <string>

#include "extension/rules/parameter.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// nullopt: nobody has defined it, as with those of a library that is not loaded.
[[nodiscard]] std::optional<rules::Parameter> read_parameter(const std::string& name);

}  // namespace conncheck::server
