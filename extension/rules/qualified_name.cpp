#include "extension/rules/qualified_name.hpp"

#include <algorithm>
#include <utility>

namespace conncheck::rules {
namespace {

constexpr std::string_view blanks = " \t\n\r\f";
/// The server prints it in front of `text`, but not of `integer`; nobody writes it.
constexpr std::string_view implied_schema = "pg_catalog.";

bool starts_identifier(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         character == '_' || byte >= 0x80;
}

bool continues_identifier(char character) {
  return starts_identifier(character) || (character >= '0' && character <= '9') || character == '$';
}

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                              : character;
}

/// Takes the identifier that `rest` begins with from it; nullopt: it begins with none.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string part;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] != '"') {
      part += rest[i];
    } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
      part += rest[i++];
    } else {
      rest.remove_prefix(i + 1);
      return part.empty() ? std::nullopt : std::optional(part);
    }
  }
  return std::nullopt;
}

std::optional<std::string> take_unquoted(std::string_view& rest) {
  if (rest.empty() || !starts_identifier(rest.front())) {
    return std::nullopt;
  }
  std::string part;
  while (!rest.empty() && continues_identifier(rest.front())) {
    part += lower(rest.front());
    rest.remove_prefix(1);
  }
  return part;
}

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
}

/// Where the first of these characters is outside of quotes; npos: nowhere.
std::size_t find_unquoted(std::string_view text, char wanted) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == wanted && !quoted) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::vector<std::string>> split_name(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    skip_blanks(text);
    std::optional<std::string> part =
        text.starts_with('"') ? take_quoted(text) : take_unquoted(text);
    if (!part) {
      return std::nullopt;
    }
    parts.push_back(std::move(*part));
    skip_blanks(text);
    if (text.empty()) {
      return parts;
    }
    if (text.front() != '.') {
      return std::nullopt;
    }
    text.remove_prefix(1);
  }
}

RoutineText split_routine(std::string_view text) {
  const std::size_t opening = find_unquoted(text, '(');
  if (opening == std::string_view::npos) {
    return {text, std::nullopt};
  }
  const std::string_view given = text.substr(opening);
  std::string arguments;
  bool quoted = false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const bool begins = !quoted && (arguments.ends_with('(') || arguments.ends_with(','));
    if (begins && given.substr(i).starts_with(implied_schema)) {
      i += implied_schema.size();
    }
    if (i == given.size()) {
      break;
    }
    quoted = quoted != (given[i] == '"');
    if (quoted || given[i] != ' ' || !begins) {
      arguments += given[i];
    }
  }
  return {text.substr(0, opening), arguments};
}

}  // namespace conncheck::rules
