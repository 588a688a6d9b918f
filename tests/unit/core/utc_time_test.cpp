#include "agent/core/utc_time.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

constexpr auto day = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

TEST(UtcTime, ADayIsItsEnd) { EXPECT_EQ(parse_utc_time("2026-03-01"), day + 24h - 1ms); }

TEST(UtcTime, ATimeIsThatMoment) {
  EXPECT_EQ(parse_utc_time("2026-03-01T14:30"), day + 14h + 30min);
  EXPECT_EQ(parse_utc_time("2026-03-01 14:30Z"), day + 14h + 30min);
  EXPECT_EQ(parse_utc_time("2026-03-01T14:30:05Z"), day + 14h + 30min + 5s);
  EXPECT_EQ(parse_utc_time("2026-03-01T14:30:05.250Z"), day + 14h + 30min + 5s + 250ms);
}

TEST(UtcTime, EverythingElseIsNone) {
  for (const char* wrong :
       {"", "2026", "2026-02-30", "2026-3-1", "2026-03-01T", "2026-03-01T24:00", "2026-03-01T1:00",
        "2026-03-01T10:60", "2026-03-01T10:00:", "2026-03-01T10:00+02:00", "2026-03-01x",
        "-026-03-01", "1969-12-31", "2999-01-01", "2026-03-01T10:00:00ZZ", "2026-03-01T10:00:00.",
        "2026-03-01T10:00.5", "yesterday"}) {
    EXPECT_FALSE(parse_utc_time(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace conncheck
