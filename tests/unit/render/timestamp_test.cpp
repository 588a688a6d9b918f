#include "agent/render/timestamp.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using std::chrono::milliseconds;

std::string at(std::int64_t since_epoch) {
  return utc_timestamp(std::chrono::system_clock::time_point(milliseconds(since_epoch)));
}

TEST(UtcTimestamp, HasMillisecondsAndZ) {
  EXPECT_EQ(at(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(at(1769853600007), "2026-01-31T10:00:00.007Z");
  EXPECT_EQ(at(1709251199999), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(at(-1), "1969-12-31T23:59:59.999Z");
}

TEST(DurationText, InMillisecondsUntilASecond) {
  EXPECT_EQ(duration_text(milliseconds(0)), "0 ms");
  EXPECT_EQ(duration_text(milliseconds(999)), "999 ms");
  EXPECT_EQ(duration_text(milliseconds(1250)), "1.25 s");
}

}  // namespace
}  // namespace conncheck
