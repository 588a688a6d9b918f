#include "agent/render/csv_cell.hpp"

#include <string_view>

#include "agent/core/printable.hpp"

namespace conncheck {
namespace {

std::string cell(std::string_view value) {
  std::string text = printable(value);
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos) {
    text.insert(text.begin(), '\'');
  }
  if (text.find_first_of("\",") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  return quoted + '"';
}

}  // namespace

void append_csv_row(std::span<const std::string> cells, std::string& out) {
  bool first = true;
  for (const std::string& value : cells) {
    out += first ? "" : ",";
    first = false;
    out += cell(value);
  }
  out += '\n';
}

}  // namespace conncheck
