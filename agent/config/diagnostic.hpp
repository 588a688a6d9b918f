// What the program has to say about a configuration, with its place.
#pragma once

#include <string>

#include "agent/core/connection.hpp"

namespace conncheck {

/// One mistake (error), or something accepted that has no effect (warning).
struct Diagnostic {
  enum class Severity { error, warning };

  Origin origin;
  Severity severity = Severity::error;
  /// Says what to do. One line, printable; holds no secret and nothing from the environment.
  std::string message;
};

/// "file:line:column: error: message"; what concerns the whole file is at 1:1.
[[nodiscard]] std::string to_text(const Diagnostic& diagnostic);

}  // namespace conncheck
