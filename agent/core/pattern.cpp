#include "agent/core/pattern.hpp"

#include <cstddef>
#include <utility>

namespace conncheck {
namespace {

std::size_t utf8_length(std::string_view rest) {
  const auto lead = static_cast<unsigned char>(rest.front());
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (length > rest.size()) {
    return 1;
  }
  for (const char next : rest.substr(1, length - 1)) {
    if ((static_cast<unsigned char>(next) & 0xC0) != 0x80) {
      return 1;
    }
  }
  return length;
}

struct Part {
  NamePattern pattern;
  std::string_view written;
};
using PartOrMistake = std::variant<Part, std::string>;

/// Takes a quoted identifier off the front of `rest`.
PartOrMistake take_quoted(std::string_view& rest) {
  std::string name;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] != '"') {
      name += rest[i];
    } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
      name += '"';
      ++i;
    } else if (name.empty()) {
      return "a quoted name is empty: write the name between the quotes";
    } else {
      Part part{NamePattern::exactly(name), rest.substr(0, i + 1)};
      rest.remove_prefix(i + 1);
      return part;
    }
  }
  return R"(a " is not closed: write "NAME", and "" for a quote inside of it)";
}

/// Takes what stands before the next dot off the front of `rest`.
PartOrMistake take_unquoted(std::string_view& rest) {
  const std::string_view written = rest.substr(0, rest.find('.'));
  if (written.empty()) {
    return "a name beside the dot is missing: write SCHEMA.TABLE, or * for all";
  }
  if (written.find('"') != std::string_view::npos) {
    return R"(a " stands inside of a name: quote the whole name, as in "a""b".c)";
  }
  rest.remove_prefix(written.size());
  return Part{utf8_pattern(written), written};
}

PartOrMistake take_part(std::string_view& rest) {
  return rest.starts_with('"') ? take_quoted(rest) : take_unquoted(rest);
}

}  // namespace

NamePattern utf8_pattern(std::string_view text) { return {text, utf8_length}; }

bool RelationPattern::matches(std::string_view schema_name, std::string_view table_name) const {
  return schema.matches(schema_name) && table.matches(table_name);
}

std::variant<RelationPattern, std::string> RelationPattern::parse(std::string_view text) {
  if (text.empty()) {
    return "a table pattern is empty: write SCHEMA.TABLE, as in public.* or *.orders";
  }
  std::string_view rest = text;
  PartOrMistake schema = take_part(rest);
  if (auto* mistake = std::get_if<std::string>(&schema)) {
    return std::move(*mistake);
  }
  Part& first = std::get<Part>(schema);
  if (rest.empty()) {
    const std::string name(first.written);
    return "the schema is missing: write public." + name + " or *." + name;
  }
  if (rest.front() != '.') {
    return "after a quoted name only a dot may follow: write SCHEMA.TABLE";
  }
  rest.remove_prefix(1);
  PartOrMistake table = take_part(rest);
  if (auto* mistake = std::get_if<std::string>(&table)) {
    return std::move(*mistake);
  }
  if (!rest.empty() && rest.front() == '.') {
    return R"(there is more than one dot: quote a name that has dots in it, as in "a.b".c)";
  }
  if (!rest.empty()) {
    return "nothing may follow a quoted table name";
  }
  return RelationPattern{std::move(first.pattern), std::move(std::get<Part>(table).pattern),
                         std::string(text)};
}

}  // namespace conncheck
