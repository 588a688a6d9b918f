// Names quoted for SQL, read back by the extension's own parser and as U&"…".
#include "agent/core/sql_identifier.hpp"

#include "extension/rules/qualified_name.hpp"
#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

void append_utf8(std::string& text, std::uint32_t character) {
  const auto byte = [&text](std::uint32_t bits) { text += static_cast<char>(bits); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xC0 | character >> 6);
    byte(0x80 | (character & 0x3F));
  } else {
    byte(character < 0x10000 ? 0xE0 | character >> 12 : 0xF0 | character >> 18);
    if (character >= 0x10000) {
      byte(0x80 | (character >> 12 & 0x3F));
    }
    byte(0x80 | (character >> 6 & 0x3F));
    byte(0x80 | (character & 0x3F));
  }
}

/// What stands between the quotes of U&"…".
std::string unescaped(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (text[i] == '"' || (text[i] == '\\' && next == '\\')) {
      demand(next == text[i], "a quote within quotes is not doubled", text);
      name += text[i++];
    } else if (text[i] == '\\') {
      const std::size_t digits = next == '+' ? 6 : 4;
      const std::size_t begin = next == '+' ? i + 2 : i + 1;
      append_utf8(name, static_cast<std::uint32_t>(
                            std::stoul(std::string(text.substr(begin, digits)), nullptr, 16)));
      i = begin + digits - 1;
    } else {
      name += text[i];
    }
  }
  return name;
}

std::string read_back(std::string_view quoted) {
  if (quoted.starts_with("U&\"") && quoted.ends_with('"')) {
    return unescaped(quoted.substr(3, quoted.size() - 4));
  }
  const auto parts = rules::split_name(quoted);
  demand(parts && parts->size() == 1, "a quoted name is not one name", quoted);
  return parts->front();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view name = view_of(data, size);
  if (name.empty()) {
    return 0;  // SQL has no such name
  }
  demand(read_back(quote_ident(name)) == name, "quote_ident() names something else");
  const std::string visible = quote_ident_visibly(name);
  demand(read_back(visible) == name, "quote_ident_visibly() names something else", visible);
  demand_printable(valid_utf8(visible));
  demand(quote_relation(name, name) == visible + "." + visible, "a relation is not its two names");
  demand(quote_grantee(name) == (name == "public" ? "PUBLIC" : visible), "another grantee");
  return 0;
}
