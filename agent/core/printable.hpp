// Text from servers and files, made fit for printing: valid UTF-8, nothing invisible, known width.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace conncheck {

/// Calls `visit` for each character of `text` with its bytes and its code point; for a byte that
/// is no part of valid UTF-8, with that byte and nothing.
void for_each_character(
    std::string_view text,
    const std::function<void(std::string_view bytes, std::optional<char32_t> character)>& visit);

/// Control characters (C0, DEL, C1), line and paragraph separators, and format characters such as
/// the bidirectional overrides: what moves the cursor, reorders or hides text. The joiners U+200C
/// and U+200D are not among them: words of some scripts need them. Noncharacters are.
[[nodiscard]] bool is_invisible(char32_t character);

/// A name that is not stands for something else as soon as it is printed.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// `text` with U+FFFD for each byte that is no valid UTF-8; everything else is kept.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// `text` for a terminal, on one line: valid UTF-8, invisible characters shown as \u{001B}.
[[nodiscard]] std::string printable(std::string_view text);

/// How many terminal columns valid UTF-8 takes: 2 for wide East Asian characters and emoji,
/// 0 for combining ones. Ambiguous ones count as 1.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace conncheck
