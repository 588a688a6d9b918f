#include "agent/render/wrapped_text.hpp"

#include "agent/core/printable.hpp"

namespace conncheck {
namespace {

/// The pieces between which a line may end, without the spaces there. Inside double quotes, where a
/// comma belongs to a name, there is no break.
std::vector<std::string_view> pieces(std::string_view text, char only_after) {
  std::vector<std::string_view> result;
  std::size_t begin = 0;
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      in_quotes = !in_quotes;
    }
    const bool breaks = text[i] == ' ' && i > begin &&
                        (only_after == '\0' || (!in_quotes && text[i - 1] == only_after));
    if (breaks) {
      result.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  result.push_back(text.substr(begin));
  return result;
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width, char only_after) {
  std::vector<std::string> lines;
  std::size_t line_width = 0;
  for (const std::string_view piece : pieces(text, only_after)) {
    const std::size_t piece_width = display_width(piece);
    if (lines.empty() || line_width + 1 + piece_width > width) {
      lines.emplace_back(piece);
      line_width = piece_width;
    } else {
      lines.back() += ' ';
      lines.back() += piece;
      line_width += 1 + piece_width;
    }
  }
  return lines;
}

}  // namespace conncheck
