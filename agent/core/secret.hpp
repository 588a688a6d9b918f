// Text that must never be printed.
#pragma once

#include <string>
#include <utility>

namespace conncheck {

/// Holds a password. No stream operator and no formatter: printing one does not compile.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  /// The clear text, for handing to libpq and for redaction only.
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace conncheck
