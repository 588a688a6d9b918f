#include "agent/core/printable.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

const std::string replacement = "\xEF\xBF\xBD";

TEST(ValidUtf8, IsToldFromWhatIsNot) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("caf\xC3\xA9 \xF0\x9F\x98\x80\x1B"));
  for (const char* text : {"caf\xE9", "\xFF", "\xC3", "\xED\xA0\x80", "\xC0\xAF"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

TEST(ValidUtf8, KeepsWhatIsValid) {
  EXPECT_EQ(valid_utf8("größe 表 😀\n\x1b"), "größe 表 😀\n\x1b");
  EXPECT_EQ(valid_utf8(std::string_view("a\0b", 3)), std::string_view("a\0b", 3));
}

TEST(ValidUtf8, ReplacesWhatIsNot) {
  EXPECT_EQ(valid_utf8("gr\xF6\xDF"
                       "e"),
            "gr" + replacement + replacement + "e");
  EXPECT_EQ(valid_utf8("\xC0\x80"), replacement + replacement);                    // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), replacement + replacement + replacement);  // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").size(), 12U);                           // too large
  EXPECT_EQ(valid_utf8("x\xE8\xA1"), "x" + replacement + replacement);             // cut off
}

TEST(Printable, ControlCharactersAreShown) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\u{001B}[31mb");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\u{000A}b\\u{0009}c\\u{000D}d");
  EXPECT_EQ(printable("\x7f"), "\\u{007F}");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\u{009B}31m");  // C1: CSI in one character
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\u{0000}");
}

TEST(Printable, SeparatorsAndBidirectionalOverridesAreShown) {
  EXPECT_EQ(printable("\xE2\x80\xA8\xE2\x80\xA9"), "\\u{2028}\\u{2029}");
  EXPECT_EQ(printable("\xE2\x80\xAE\xE2\x81\xA6\xD8\x9C"), "\\u{202E}\\u{2066}\\u{061C}");
  EXPECT_EQ(printable("\xEF\xBB\xBF"), "\\u{FEFF}");
  EXPECT_EQ(printable("\xEF\xBF\xBE"), "\\u{FFFE}");  // impossible in XML
}

TEST(Printable, LettersOfEveryScriptAreKept) {
  for (const char* text : {"größe", "表", "نام\xE2\x80\x8Cها", "e\xCC\x81", "😀"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, InvalidBytesAreReplaced) { EXPECT_EQ(printable("\xFF"), replacement); }

TEST(DisplayWidth, InColumns) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("orders"), 6U);
  EXPECT_EQ(display_width("größe"), 5U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(display_width("注文"), 4U);
  EXPECT_EQ(display_width("😀"), 2U);
  EXPECT_EQ(display_width("한글"), 4U);
}

}  // namespace
}  // namespace conncheck
