#include "agent/config/expansion.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conncheck {
namespace {

std::optional<std::string> environment(const std::string& name) {
  return name == "A"       ? std::optional<std::string>("value")
         : name == "EMPTY" ? std::optional<std::string>("")
         : name == "B"     ? std::optional<std::string>("${A}")
                           : std::nullopt;
}

std::string expanded(std::string_view text) {
  const auto result = expand(text, environment);
  const auto* value = std::get_if<ExpandedText>(&result);
  return value == nullptr ? "mistake: " + std::get<std::string>(result) : value->value;
}

TEST(Expansion, Variables) {
  EXPECT_EQ(expanded("x${A}y${A}"), "xvalueyvalue");
  EXPECT_EQ(expanded("${B}"), "${A}");  // once only
  EXPECT_EQ(expanded("${NONE:-else:-$}"), "else:-$");
  EXPECT_EQ(expanded("${EMPTY:-else}"), "else");
  EXPECT_EQ(expanded("${NONE:-}"), "");
  EXPECT_EQ(expanded("${A:-else}"), "value");
}

TEST(Expansion, DollarsThatAreNone) {
  EXPECT_EQ(expanded("$A $ $$ pa$$word$"), "$A $ $$ pa$$word$");
  EXPECT_EQ(expanded("$${A}"), "${A}");
  EXPECT_EQ(expanded("$$${A}"), "$${A}");
  EXPECT_EQ(expanded("{A}"), "{A}");
}

TEST(Expansion, Mistakes) {
  EXPECT_EQ(expanded("${NONE}"),
            "mistake: environment variable NONE is not set: set it, or write ${NONE:-default}");
  EXPECT_EQ(expanded("${EMPTY}"),
            "mistake: environment variable EMPTY is empty: set it, or write ${EMPTY:-default}");
  for (const std::string_view text : {"${A", "${}", "${1A}", "${A-x}", "${A:x}", "${ A}", "${"}) {
    EXPECT_TRUE(expanded(text).starts_with("mistake: a ${ ")) << text;
  }
}

TEST(Expansion, KnowsWhatCameFromTheEnvironment) {
  EXPECT_TRUE(std::get<ExpandedText>(expand("${A}", environment)).from_environment);
  EXPECT_FALSE(std::get<ExpandedText>(expand("$${A}", environment)).from_environment);
}

}  // namespace
}  // namespace conncheck
