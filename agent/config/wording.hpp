// How messages name what a configuration says, without repeating a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/document.hpp"

namespace conncheck {

/// Whether `text` can be shown: one word, and nothing that looks like a URL or an assignment. A
/// missing blank or line end can put a secret into any value (`user: app password:x`).
[[nodiscard]] bool is_showable(std::string_view text);

/// `text` printable, between backquotes, and cut where it is long.
[[nodiscard]] std::string in_backquotes(std::string_view text);

/// The same for a key. One without value may be what a comma cut off a secret: {password: a,b}.
[[nodiscard]] bool is_showable_key(const Value& key, const Value& item);

/// " (did you mean `word`?)" with the nearest of `words`, or nothing.
[[nodiscard]] std::string suggestion(std::string_view written,
                                     const std::vector<std::string_view>& words);

/// "a, b or c".
[[nodiscard]] std::string alternatives(const std::vector<std::string_view>& words);

}  // namespace conncheck
