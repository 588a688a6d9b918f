// Patterns over names as in psql's \d: `*` any run of characters, `?` one, all else literal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace conncheck::rules {

/// Bytes of the character that `rest` begins with, in the encoding of the names.
using CharacterLength = std::size_t (*)(std::string_view rest);

class NamePattern {
 public:
  NamePattern(std::string_view text, CharacterLength character_length);

  /// Case-sensitive. Takes at most pattern times name steps.
  [[nodiscard]] bool matches(std::string_view name) const;
  /// Without wildcards: `text()` is the one name that matches.
  [[nodiscard]] bool is_literal() const { return literal_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::size_t length_at(std::string_view text, std::size_t position) const;

  std::string text_;
  CharacterLength character_length_;
  bool literal_;
};

}  // namespace conncheck::rules
