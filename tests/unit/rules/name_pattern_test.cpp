#include "extension/rules/name_pattern.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

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

TEST(NamePattern, WildcardsTogether) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*", "orders"));
  EXPECT_TRUE(matches("ord*", "orders"));
  EXPECT_TRUE(matches("*ers", "orders"));
  EXPECT_TRUE(matches("o*r*s", "orders"));
  EXPECT_TRUE(matches("**o**", "o"));
  EXPECT_TRUE(matches("?rder?", "orders"));
  EXPECT_TRUE(matches("*a*b", "aXbXb"));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_FALSE(matches("??", "o"));
  EXPECT_FALSE(matches("ord*x", "orders"));
  EXPECT_FALSE(matches("*orders?", "orders"));
  EXPECT_FALSE(matches("", "o"));
  EXPECT_TRUE(matches("", ""));
}

TEST(NamePattern, ExactlyTakesWildcardsLiterally) {
  EXPECT_TRUE(NamePattern("orders", utf8_length).is_literal());
  EXPECT_FALSE(NamePattern("order?", utf8_length).is_literal());
  const NamePattern exact = NamePattern::exactly("a*");
  EXPECT_TRUE(exact.is_literal());
  EXPECT_TRUE(exact.matches("a*"));
  EXPECT_FALSE(exact.matches("ab"));
  EXPECT_EQ(exact.text(), "a*");
}

TEST(NamePattern, ManyStarsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) {
    pattern += "*a";
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(matches(pattern + "*b", std::string(20'000, 'a')));
  EXPECT_TRUE(matches(pattern + "*", std::string(20'000, 'a')));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(NamePattern, BrokenCharacterAtTheEndIsNotReadBeyond) {
  EXPECT_TRUE(matches("a?", "a\xc3"));
  EXPECT_FALSE(matches("a\xc3*x", "a\xc3"));
}

}  // namespace
}  // namespace conncheck::rules
