// What a fuzz target demands of a parser, besides that it ends without a fault.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/core/printable.hpp"

namespace conncheck::fuzzing {

/// Ends the process, so that libFuzzer keeps the input.
inline void demand(bool holds, const char* what, std::string_view text = {}) {
  if (!holds) {
    std::fprintf(stderr, "broken: %s\n%.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
  }
}

/// Valid UTF-8 on one line, and nothing in it that moves the cursor or hides text.
inline void demand_printable(std::string_view text) {
  demand(printable(text) == text, "text for people is not printable", text);
}

/// The next line of `rest`, which is taken from it.
inline std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return line;
}

inline std::string_view view_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace conncheck::fuzzing
