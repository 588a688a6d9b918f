#include "agent/render/json_document.hpp"

#include <fmt/format.h>

#include "agent/core/printable.hpp"

namespace conncheck {

namespace json = boost::json;

namespace {

void print(const json::value& value, std::size_t depth, std::string& out);

/// `{`, the items on lines of their own, `}`; nothing between the brackets of an empty one.
template <typename Container, typename PrintItem>
void print_items(const Container& items, std::string_view brackets, std::size_t depth,
                 std::string& out, PrintItem print_item) {
  out += brackets.front();
  bool first = true;
  for (const auto& item : items) {
    out += first ? "\n" : ",\n";
    first = false;
    out.append(2 * (depth + 1), ' ');
    print_item(item);
  }
  if (!first) {
    out += '\n';
    out.append(2 * depth, ' ');
  }
  out += brackets.back();
}

void print(const json::value& value, std::size_t depth, std::string& out) {
  if (const json::object* object = value.if_object()) {
    print_items(*object, "{}", depth, out, [&](const json::key_value_pair& member) {
      out += json::serialize(json::string(member.key()));
      out += ": ";
      print(member.value(), depth + 1, out);
    });
  } else if (const json::array* array = value.if_array()) {
    print_items(*array, "[]", depth, out,
                [&](const json::value& element) { print(element, depth + 1, out); });
  } else {
    out += json::serialize(value);
  }
}

/// Boost escapes what JSON demands, C0; DEL, C1 and the bidirectional overrides remain.
std::string escape_invisible(std::string_view document) {
  constexpr char32_t del = 0x7F;
  constexpr char32_t first_supplementary = 0x10000;
  std::string escaped;
  escaped.reserve(document.size());
  for_each_character(document, [&](std::string_view bytes, std::optional<char32_t> character) {
    if (!character || *character < del || !is_invisible(*character)) {
      escaped += bytes;
    } else if (*character < first_supplementary) {
      escaped += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(*character));
    } else {
      const std::uint32_t offset = *character - first_supplementary;
      escaped +=
          fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (offset >> 10), 0xDC00 + (offset & 0x3FF));
    }
  });
  return escaped;
}

}  // namespace

json::string json_text(std::string_view value) { return json::string(valid_utf8(value)); }

json::value json_text_or_null(const std::optional<std::string>& value) {
  return value ? json::value(json_text(*value)) : json::value(nullptr);
}

json::array json_texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) {
    array.emplace_back(json_text(value));
  }
  return array;
}

std::string json_quoted(std::string_view value) {
  return escape_invisible(json::serialize(json_text(value)));
}

std::string json_document(const json::object& document) {
  std::string out;
  print(document, 0, out);
  out += '\n';
  return escape_invisible(out);
}

}  // namespace conncheck
