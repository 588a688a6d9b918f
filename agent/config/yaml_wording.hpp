// yaml-cpp's terse messages in plain words.
#pragma once

#include <string>
#include <string_view>

namespace conncheck {

/// What to do about a syntax error, by yaml-cpp's message for it. The message itself is never
/// passed on: some of them, in some versions, repeat the text.
[[nodiscard]] std::string wording_of_yaml_error(std::string_view yaml_message);

}  // namespace conncheck
