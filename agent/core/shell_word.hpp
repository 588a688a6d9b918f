// Text in a command line that a person is to copy.
#pragma once

#include <string>
#include <string_view>

namespace conncheck {

/// `text` as one word of a POSIX shell; quoted only where it must be.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace conncheck
