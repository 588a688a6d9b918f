#include "agent/core/schedule.hpp"

#include <gtest/gtest.h>

#include <set>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

TEST(Interval, IsFifteenMinutesUnlessGiven) {
  EXPECT_EQ(interval({}, "orders", 0), 15min);
  EXPECT_EQ(interval({.every = 30s, .jitter = 0, .cron = "", .timezone = ""}, "orders", 0), 30s);
}

TEST(Interval, JitterIsBoundedSpreadAndTheSameEachTime) {
  const Schedule schedule{.every = 100s, .jitter = 0.1, .cron = "", .timezone = ""};
  std::set<std::chrono::milliseconds> seen;
  for (std::uint64_t run = 0; run < 100; ++run) {
    const auto wait = interval(schedule, "orders", run);
    EXPECT_GE(wait, 100s);
    EXPECT_LT(wait, 110s);
    EXPECT_EQ(wait, interval(schedule, "orders", run));
    seen.insert(wait);
  }
  EXPECT_GT(seen.size(), 80U);
  EXPECT_NE(interval(schedule, "orders", 1), interval(schedule, "billing", 1));
}

TEST(NextDue, KeepsThePace) {
  const Uptime start = 1h;
  EXPECT_EQ(next_due(start, 10s, start + 3s), start + 10s);
}

TEST(NextDue, MissedSlotsBecomeOne) {
  const Uptime start = 1h;
  EXPECT_EQ(next_due(start, 10s, start + 65s), start + 65s);
}

}  // namespace
}  // namespace conncheck
