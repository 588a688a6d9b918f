// Patterns over names: `*` is any run of characters, `?` one; everything else stands for itself.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace conncheck {

/// A pattern for one name, as psql's \d has it but case-sensitive.
class NamePattern {
 public:
  /// Matches the text itself: `*` and `?` in it are wildcards.
  static NamePattern from_wildcards(std::string_view text);
  /// Matches exactly `name`, wildcards in it standing for themselves.
  static NamePattern exactly(std::string_view name);

  /// Linear in pattern times name; `?` matches one UTF-8 character.
  [[nodiscard]] bool matches(std::string_view name) const;
  /// Without wildcards: matches one name only.
  [[nodiscard]] bool is_literal() const;
  /// The pattern as written (for messages); for a literal one, the name.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  NamePattern(std::string text, bool wildcards) : text_(std::move(text)), wildcards_(wildcards) {}

  std::string text_;
  bool wildcards_ = false;
};

/// `schema.table`, each part a pattern or a quoted SQL identifier ("" stands for one ").
/// Quoted parts are literal: "a*" is the name a*.
struct RelationPattern {
  NamePattern schema;
  NamePattern table;
  std::string text;  ///< as written

  [[nodiscard]] bool matches(std::string_view schema_name, std::string_view table_name) const;

  /// The pattern, or a sentence that says what is wrong and what to write instead.
  static std::variant<RelationPattern, std::string> parse(std::string_view text);
};

}  // namespace conncheck
