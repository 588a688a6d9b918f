#include "agent/core/duration.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using std::chrono::milliseconds;

TEST(Duration, EveryUnit) {
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("30s"), milliseconds(30'000));
  EXPECT_EQ(parse_duration("15m"), milliseconds(900'000));
  EXPECT_EQ(parse_duration("2h"), milliseconds(7'200'000));
  EXPECT_EQ(parse_duration("1d"), milliseconds(86'400'000));
  EXPECT_EQ(parse_duration("0s"), milliseconds(0));
  EXPECT_EQ(parse_duration("36500d"), longest_duration);
}

TEST(Duration, NothingElse) {
  for (const std::string_view text :
       {"", "s", "10", "-1s", "-0s", "+1s", "1.5h", "1h30m", " 1s", "1s ", "1 s", "1S", "1w",
        "0x1s", "36501d", "9223372036854775807d", "9223372036854775807s",
        "99999999999999999999s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, PrintsTheShortestExactForm) {
  for (const std::string_view text : {"500ms", "1500ms", "90s", "1m", "15m", "2h", "36h", "1d"}) {
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
  }
  EXPECT_EQ(format_duration(milliseconds(60'000)), "1m");
  EXPECT_EQ(format_duration(milliseconds(0)), "0s");
}

}  // namespace
}  // namespace conncheck
