#include "agent/core/printable.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdint>

namespace conncheck {

void for_each_character(
    std::string_view text,
    const std::function<void(std::string_view, std::optional<char32_t>)>& visit) {
  while (!text.empty()) {
    utf8proc_int32_t code_point = -1;
    const utf8proc_ssize_t length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (length > 0) {
      visit(text.substr(0, static_cast<std::size_t>(length)), static_cast<char32_t>(code_point));
      text.remove_prefix(static_cast<std::size_t>(length));
    } else {
      visit(text.substr(0, 1), std::nullopt);
      text.remove_prefix(1);
    }
  }
}

bool is_invisible(char32_t character) {
  constexpr char32_t zero_width_non_joiner = 0x200C;
  constexpr char32_t zero_width_joiner = 0x200D;
  if (character == zero_width_non_joiner || character == zero_width_joiner) {
    return false;
  }
  const bool noncharacter =
      (character & 0xFFFE) == 0xFFFE || (character >= 0xFDD0 && character <= 0xFDEF);
  if (noncharacter) {
    return true;
  }
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(character))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

namespace {
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// Nearly every name is: no character need be looked up then.
bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  bool valid = true;
  for_each_character(text, [&valid](std::string_view, std::optional<char32_t> character) {
    valid = valid && character.has_value();
  });
  return valid;
}

std::string valid_utf8(std::string_view text) {
  if (is_printable_ascii(text)) {
    return std::string(text);
  }
  std::string valid;
  valid.reserve(text.size());
  for_each_character(text, [&valid](std::string_view bytes, std::optional<char32_t> character) {
    valid += character ? bytes : replacement_character;
  });
  return valid;
}

std::string printable(std::string_view text) {
  if (is_printable_ascii(text)) {
    return std::string(text);
  }
  std::string shown;
  shown.reserve(text.size());
  for_each_character(text, [&shown](std::string_view bytes, std::optional<char32_t> character) {
    if (!character) {
      shown += replacement_character;
    } else if (is_invisible(*character)) {
      shown += fmt::format("\\u{{{:04X}}}", static_cast<std::uint32_t>(*character));
    } else {
      shown += bytes;
    }
  });
  return shown;
}

std::size_t display_width(std::string_view text) {
  if (is_printable_ascii(text)) {
    return text.size();
  }
  std::size_t width = 0;
  for_each_character(text, [&width](std::string_view, std::optional<char32_t> character) {
    if (character) {
      width +=
          static_cast<std::size_t>(utf8proc_charwidth(static_cast<utf8proc_int32_t>(*character)));
    }
  });
  return width;
}

}  // namespace conncheck
