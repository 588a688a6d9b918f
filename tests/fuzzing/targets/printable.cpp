// Text from servers and files that is to be printed.
#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

void check_characters(std::string_view text) {
  std::string together;
  for_each_character(text, [&](std::string_view bytes, std::optional<char32_t> character) {
    together += bytes;
    demand(character || bytes.size() == 1, "more than one byte is invalid at once");
    demand(!character || *character <= 0x10FFFF, "no character of Unicode");
  });
  demand(together == text, "characters do not add up to the text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = view_of(data, size);
  check_characters(text);
  const std::string valid = valid_utf8(text);
  demand(valid_utf8(valid) == valid, "valid_utf8 leaves invalid UTF-8");
  const std::string shown = printable(text);
  demand(shown == printable(valid), "printable() and valid_utf8() differ in what is valid");
  demand_printable(shown);
  for (const char c : shown) {
    demand(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "a control character is left");
  }
  demand(display_width(shown) <= 2 * shown.size(), "text is wider than its characters");
  return 0;
}
