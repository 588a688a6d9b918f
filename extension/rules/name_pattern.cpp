#include "extension/rules/name_pattern.hpp"

#include <algorithm>

namespace conncheck::rules {

NamePattern::NamePattern(std::string_view text, CharacterLength character_length)
    : text_(text),
      character_length_(text.find_first_of("*?") == std::string_view::npos ? nullptr
                                                                           : character_length) {}

std::size_t NamePattern::length_at(std::string_view text, std::size_t position) const {
  const std::size_t length = character_length_(text.substr(position));
  return std::clamp<std::size_t>(length, 1, text.size() - position);
}

bool NamePattern::matches(std::string_view name) const {
  if (is_literal()) {
    return name == text_;
  }
  // On a mismatch only the last `*` needs to be widened, by one character.
  std::size_t in_text = 0;
  std::size_t in_name = 0;
  std::size_t after_star = std::string::npos;
  std::size_t star_covers_to = 0;
  while (in_name < name.size()) {
    const std::size_t length = length_at(name, in_name);
    if (in_text < text_.size() && text_[in_text] == '*') {
      after_star = ++in_text;
      star_covers_to = in_name;
    } else if (in_text < text_.size() && text_[in_text] == '?') {
      ++in_text;
      in_name += length;
    } else if (text_.compare(in_text, length, name.substr(in_name, length)) == 0 &&
               in_text < text_.size()) {
      in_text += length;
      in_name += length;
    } else if (after_star != std::string::npos) {
      star_covers_to += length_at(name, star_covers_to);
      in_text = after_star;
      in_name = star_covers_to;
    } else {
      return false;
    }
  }
  return text_.find_first_not_of('*', in_text) == std::string::npos;
}

}  // namespace conncheck::rules
