#include "agent/render/wrapped_text.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using Lines = std::vector<std::string>;

TEST(Wrapped, AtSpaces) {
  EXPECT_EQ(wrapped("one two three", 8), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("one", 8), (Lines{"one"}));
  EXPECT_EQ(wrapped("", 8), (Lines{""}));
}

TEST(Wrapped, ALongWordIsNotBroken) {
  EXPECT_EQ(wrapped("a incomprehensibilities b", 5), (Lines{"a", "incomprehensibilities", "b"}));
}

TEST(Wrapped, ByDisplayWidth) {
  EXPECT_EQ(wrapped("注文 注文", 8), (Lines{"注文", "注文"}));
  EXPECT_EQ(wrapped("注文 注文", 9), (Lines{"注文 注文"}));
}

TEST(Wrapped, AfterCommasButNotInNames) {
  EXPECT_EQ(wrapped("ON \"a, b\", c TO d", 5, ','), (Lines{"ON \"a, b\",", "c TO d"}));
}

}  // namespace
}  // namespace conncheck
