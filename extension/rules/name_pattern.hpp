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
  /// Matches the empty name alone.
  NamePattern() = default;
  /// Matches the text itself: `*` and `?` in it are wildcards.
  NamePattern(std::string_view text, CharacterLength character_length);
  /// Matches exactly `name`, wildcards in it standing for themselves.
  static NamePattern exactly(std::string_view name) { return NamePattern(name); }

  /// Case-sensitive. Takes at most pattern times name steps.
  [[nodiscard]] bool matches(std::string_view name) const;
  /// Without wildcards: `text()` is the one name that matches.
  [[nodiscard]] bool is_literal() const { return character_length_ == nullptr; }
  /// The pattern as written.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  explicit NamePattern(std::string_view name) : text_(name) {}
  [[nodiscard]] std::size_t length_at(std::string_view text, std::size_t position) const;

  std::string text_;
  CharacterLength character_length_ = nullptr;  ///< none: a literal
};

}  // namespace conncheck::rules
