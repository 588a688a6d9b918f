// Environment variables, looked up through a function so that tests need not set any.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace conncheck {

/// The value of a variable, or nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process.
[[nodiscard]] Environment process_environment();

}  // namespace conncheck
