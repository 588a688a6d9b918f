#include "extension/rules/name_pattern.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules {
namespace {

std::size_t utf8_length(std::string_view rest) {
  const auto lead = static_cast<unsigned char>(rest.front());
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

bool matches(std::string_view pattern, std::string_view name) {
  return NamePattern(pattern, utf8_length).matches(name);
}

TEST(NamePattern, LiteralsMatchThemselves) {
  EXPECT_TRUE(NamePattern("orders", utf8_length).is_literal());
  EXPECT_TRUE(matches("orders", "orders"));
  EXPECT_FALSE(matches("orders", "Orders"));
  EXPECT_FALSE(matches("orders", "orders2"));
  EXPECT_FALSE(matches("", "orders"));
}

TEST(NamePattern, StarIsAnyRun) {
  EXPECT_FALSE(NamePattern("or*", utf8_length).is_literal());
  for (const char* pattern : {"*", "**", "o*", "*s", "o*s", "*rd*", "*o*r*d*e*r*s*", "orders*"}) {
    EXPECT_TRUE(matches(pattern, "orders")) << pattern;
  }
  EXPECT_FALSE(matches("o*x", "orders"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*ab", "aab"));
  EXPECT_TRUE(matches("a*b*c", "abxbxc"));
}

TEST(NamePattern, QuestionMarkIsOneCharacter) {
  EXPECT_TRUE(matches("order?", "orders"));
  EXPECT_FALSE(matches("order?", "order"));
  EXPECT_TRUE(matches("m?ller", "m\xc3\xbcller"));
  EXPECT_FALSE(matches("m??ller", "m\xc3\xbcller"));
  EXPECT_TRUE(matches("*?r", "m\xc3\xbcr"));
}

TEST(NamePattern, EverythingElseIsLiteral) {
  EXPECT_FALSE(matches("%*", "orders"));
  EXPECT_FALSE(matches("order_*", "ordersx"));
  EXPECT_FALSE(matches("[a-z]*", "orders"));
  EXPECT_TRUE(matches("a.b*", "a.bc"));
  EXPECT_FALSE(matches("a.b*", "axbc"));
}

TEST(NamePattern, BrokenCharacterAtTheEndIsNotReadBeyond) {
  EXPECT_TRUE(matches("a?", "a\xc3"));
  EXPECT_FALSE(matches("a\xc3*x", "a\xc3"));
}

}  // namespace
}  // namespace conncheck::rules
