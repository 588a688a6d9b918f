// Patterns over names and relations: the first line is the pattern, the second a schema, the third
// a table.
#include "agent/core/pattern.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

/// As an encoding might have it: two bytes from 0x81 on, whatever the second one is.
std::size_t double_byte_length(std::string_view rest) {
  return static_cast<unsigned char>(rest.front()) > 0x80 ? 2 : 1;
}

/// Where characters begin, and the end.
std::vector<std::size_t> boundaries(std::string_view name, rules::CharacterLength length_of) {
  std::vector<std::size_t> result = {0};
  while (result.back() < name.size()) {
    const std::size_t rest = name.size() - result.back();
    result.push_back(result.back() +
                     std::clamp<std::size_t>(length_of(name.substr(result.back())), 1, rest));
  }
  return result;
}

/// Slow and simple: whether some way through the pattern comes out at the end of the name.
bool matches_some_way(std::string_view pattern, std::string_view name,
                      const std::vector<std::size_t>& at) {
  const std::size_t characters = at.size() - 1;
  std::vector<std::vector<bool>> reached(pattern.size() + 1,
                                         std::vector<bool>(characters + 1, false));
  reached[0][0] = true;
  for (std::size_t p = 0; p < pattern.size(); ++p) {
    for (std::size_t c = 0; c <= characters; ++c) {
      if (!reached[p][c]) {
        continue;
      }
      const std::string_view character =
          c == characters ? std::string_view() : name.substr(at[c], at[c + 1] - at[c]);
      if (pattern[p] == '*') {
        reached[p + 1][c] = true;
        for (std::size_t more = c; more <= characters; ++more) {
          reached[p + 1][more] = true;
        }
      } else if (pattern[p] == '?') {
        if (c < characters) {
          reached[p + 1][c + 1] = true;
        }
      } else if (c < characters && pattern.substr(p, character.size()) == character) {
        reached[p + character.size()][c + 1] = true;
      }
    }
  }
  return reached[pattern.size()][characters];
}

std::size_t utf8_or_one_byte(std::string_view rest) {
  std::size_t length = 0;
  for_each_character(rest.substr(0, 4), [&](std::string_view bytes, std::optional<char32_t>) {
    length = length == 0 ? bytes.size() : length;
  });
  return length;
}

void check_name_pattern(std::string_view text, std::string_view name) {
  const NamePattern pattern(text, double_byte_length);
  const bool is_literal = text.find_first_of("*?") == std::string_view::npos;
  demand(pattern.is_literal() == is_literal, "literal or not?");
  demand(pattern.matches(name) ==
             (is_literal ? name == text
                         : matches_some_way(text, name, boundaries(name, double_byte_length))),
         "a pattern decides wrongly (two bytes a character)");
  if (valid_utf8(text) == text && valid_utf8(name) == name) {
    demand(utf8_pattern(text).matches(name) ==
               matches_some_way(text, name, boundaries(name, utf8_or_one_byte)),
           "a pattern decides wrongly (UTF-8)");
  } else {
    (void)utf8_pattern(text).matches(name);
  }
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    text.append(c == '"' ? 2 : 1, c);
  }
  return text + "\"";
}

void check_quoted(std::string_view schema, std::string_view table) {
  const auto parsed = RelationPattern::parse(quoted(schema) + "." + quoted(table));
  const auto* pattern = std::get_if<RelationPattern>(&parsed);
  demand((pattern != nullptr) == (!schema.empty() && !table.empty()), "a quoted name is refused");
  if (pattern != nullptr) {
    demand(pattern->matches(schema, table), "a quoted pattern misses its relation");
    demand(pattern->matches(table, schema) == (schema == table), "a quoted pattern is no literal");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = view_of(data, size);
  const std::string_view text = take_line(rest);
  const std::string_view schema = take_line(rest);
  const std::string_view table = rest;
  const auto parsed = RelationPattern::parse(text);
  if (const auto* pattern = std::get_if<RelationPattern>(&parsed)) {
    demand(pattern->text == text, "a pattern is not told as it was written");
    demand(pattern->matches(schema, table) ==
               (pattern->schema.matches(schema) && pattern->table.matches(table)),
           "a relation's pattern is not its two patterns");
  }
  check_quoted(schema, table);
  check_name_pattern(text, schema);
  return 0;
}
