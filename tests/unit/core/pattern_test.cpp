#include "agent/core/pattern.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace conncheck {
namespace {

bool matches(std::string_view pattern, std::string_view name) {
  return NamePattern::from_wildcards(pattern).matches(name);
}

RelationPattern parsed(std::string_view text) {
  auto result = RelationPattern::parse(text);
  return std::get<RelationPattern>(std::move(result));
}

std::string mistake_in(std::string_view text) {
  const auto result = RelationPattern::parse(text);
  const auto* mistake = std::get_if<std::string>(&result);
  return mistake == nullptr ? "" : *mistake;
}

TEST(NamePattern, Wildcards) {
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

TEST(NamePattern, EverythingElseStandsForItself) {
  EXPECT_TRUE(matches("a.b[c]$%_", "a.b[c]$%_"));
  EXPECT_FALSE(matches("a.b", "aXb"));
  EXPECT_FALSE(matches("Orders", "orders"));
  EXPECT_FALSE(matches("a_b", "aXb"));
}

TEST(NamePattern, QuestionMarkIsOneCharacter) {
  EXPECT_TRUE(matches("gr??e", "größe"));
  EXPECT_FALSE(matches("gr????e", "größe"));
  EXPECT_TRUE(matches("?", "€"));
  EXPECT_TRUE(matches("?", "🐘"));
  EXPECT_FALSE(matches("*??", "é"));
  EXPECT_TRUE(matches("??", "\xFF\xC3"));  // bytes that are no UTF-8 count one by one
}

TEST(NamePattern, Literal) {
  EXPECT_TRUE(NamePattern::from_wildcards("orders").is_literal());
  EXPECT_FALSE(NamePattern::from_wildcards("order?").is_literal());
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

TEST(RelationPattern, PartsAreMatchedApart) {
  EXPECT_TRUE(parsed("public.*").matches("public", "orders"));
  EXPECT_FALSE(parsed("public.*").matches("publicx", "orders"));
  EXPECT_TRUE(parsed("*.order?").matches("any", "orders"));
  EXPECT_TRUE(parsed("*.*").matches("a.b", "c.d"));
  EXPECT_FALSE(parsed("a.b").matches("a.b", ""));
  EXPECT_TRUE(parsed("Public.Orders").matches("Public", "Orders"));
  EXPECT_FALSE(parsed("Public.Orders").matches("public", "orders"));
  EXPECT_EQ(parsed("*.order?").text, "*.order?");
}

TEST(RelationPattern, QuotedPartsAreLiteral) {
  EXPECT_TRUE(parsed(R"("a.b".c)").matches("a.b", "c"));
  EXPECT_TRUE(parsed(R"(a."b.c")").matches("a", "b.c"));
  EXPECT_FALSE(parsed(R"("a.b".c)").matches("a", "b.c"));
  EXPECT_TRUE(parsed(R"("a*"."b?")").matches("a*", "b?"));
  EXPECT_FALSE(parsed(R"("a*"."b?")").matches("ab", "bc"));
  EXPECT_TRUE(parsed(R"("say ""hi""".*)").matches(R"(say "hi")", "x"));
}

TEST(RelationPattern, Mistakes) {
  EXPECT_EQ(mistake_in("orders"), "the schema is missing: write public.orders or *.orders");
  EXPECT_EQ(mistake_in(R"("a.b")"), R"(the schema is missing: write public."a.b" or *."a.b")");
  EXPECT_EQ(mistake_in("*"), "the schema is missing: write public.* or *.*");
  for (const std::string_view text :
       {"", ".", "a.", ".a", "a.b.c", R"("a.b".c.d)", R"("a)", R"("a"b.c)", R"(a."b"c)", R"(a"b.c)",
        R"("".a)", R"(a."")", R"("a"*.c)", R"(a."b".c)"}) {
    EXPECT_NE(mistake_in(text), "") << text;
  }
}

}  // namespace
}  // namespace conncheck
