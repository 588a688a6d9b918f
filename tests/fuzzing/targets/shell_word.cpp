// Text quoted for a POSIX shell, read back as a shell reads it.
#include "agent/core/shell_word.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

/// What a shell takes `word` for; nothing if it is not one word, or means more than itself.
std::optional<std::string> as_a_shell_reads(std::string_view word) {
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '\'') {
      quoted = !quoted;
    } else if (quoted) {
      text += word[i];
    } else if (word[i] == '\\' && i + 1 < word.size()) {
      text += word[++i];
    } else if (std::string_view(" \t\r\n|&;<>()$`\\\"*?[]#~!{}^").find(word[i]) !=
                   std::string_view::npos ||
               static_cast<unsigned char>(word[i]) < 0x20) {
      return std::nullopt;
    } else {
      text += word[i];
    }
  }
  return quoted || word.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = view_of(data, size);
  demand(as_a_shell_reads(shell_word(text)) == text, "a shell reads another word",
         shell_word(text));
  return 0;
}
