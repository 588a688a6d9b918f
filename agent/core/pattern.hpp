// Patterns over names and over schema.table, as the configuration has them.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "extension/rules/name_pattern.hpp"

namespace conncheck {

using rules::NamePattern;

/// A pattern over names in UTF-8; a byte that begins no valid character is one.
[[nodiscard]] NamePattern utf8_pattern(std::string_view text);

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
