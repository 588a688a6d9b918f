#include "agent/config/wording.hpp"

#include <cstddef>
#include <optional>

#include "agent/config/nearest.hpp"
#include "agent/core/printable.hpp"

namespace conncheck {

std::string in_backquotes(std::string_view text) {
  constexpr std::size_t longest = 60;  // bytes; printable() mends a character cut in two
  const bool is_long = text.size() > longest;
  return "`" + printable(text.substr(0, longest)) + (is_long ? "…`" : "`");
}

bool is_showable(std::string_view text) {
  return text.find_first_of(" \t\r\n:@=") == std::string_view::npos;
}

bool is_showable_key(const Value& key, const Value& item) {
  return item.kind != Value::Kind::none && is_showable(key.text);
}

std::string suggestion(std::string_view written, const std::vector<std::string_view>& words) {
  const std::optional<std::string_view> word = nearest(written, words);
  return word ? " (did you mean " + in_backquotes(*word) + "?)" : "";
}

std::string alternatives(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace conncheck
