#include "agent/config/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/core/printable.hpp"

namespace conncheck {

std::string to_text(const Diagnostic& diagnostic) {
  const Origin& origin = diagnostic.origin;
  // What concerns a whole file stands at its beginning: editors and scripts find one form only.
  const std::string place = fmt::format("{}:{}:{}", printable(origin.file),
                                        std::max(origin.line, 1), std::max(origin.column, 1));
  const bool is_error = diagnostic.severity == Diagnostic::Severity::error;
  return fmt::format("{}: {}: {}", place, is_error ? "error" : "warning", diagnostic.message);
}

}  // namespace conncheck
