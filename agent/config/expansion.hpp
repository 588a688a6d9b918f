// `${NAME}` and `${NAME:-default}` in a configuration's text.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "agent/config/environment.hpp"

namespace conncheck {

struct ExpandedText {
  std::string value;
  bool from_environment = false;  ///< had a `${…}`: may be a secret, must not be printed
};

/// Whether `name` can be an environment variable's: letters, digits and _, no digit first.
[[nodiscard]] bool is_variable_name(std::string_view name);

/// `text` with its variables replaced, or a sentence that says what to do about a variable that is
/// unset or empty, or about a malformed `${`. The default after `:-` holds for unset and empty, and
/// reaches to the next `}`. `$${` stands for `${`; any other `$` for itself. What a variable
/// holds is not expanded again. The sentence names variables, but repeats no other text.
[[nodiscard]] std::variant<ExpandedText, std::string> expand(std::string_view text,
                                                             const Environment& environment);

}  // namespace conncheck
