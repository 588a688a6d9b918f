#include "agent/core/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conncheck {
namespace {

bool matches(std::string_view pattern, std::string_view name) {
  return utf8_pattern(pattern).matches(name);
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

TEST(Utf8Pattern, QuestionMarkIsOneCharacter) {
  EXPECT_TRUE(matches("gr??e", "größe"));
  EXPECT_FALSE(matches("gr????e", "größe"));
  EXPECT_TRUE(matches("?", "€"));
  EXPECT_TRUE(matches("?", "🐘"));
  EXPECT_FALSE(matches("*??", "é"));
  EXPECT_TRUE(matches("??", "\xFF\xC3"));  // bytes that are no UTF-8 count one by one
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
