// Text broken into lines of a given width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {

/// Breaks printable `text` at spaces into lines of at most `width` columns. A longer word gets a
/// line of its own, unbroken. With `only_after`, breaks after that character alone (and its space):
/// a GRANT after its commas, never inside a quoted name of several words. At least one line.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width,
                                               char only_after = '\0');

}  // namespace conncheck
