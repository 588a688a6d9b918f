#include "agent/core/cron.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

CronExpression cron(std::string_view text) {
  const auto parsed = parse_cron(text);
  if (const auto* mistake = std::get_if<std::string>(&parsed)) {
    throw std::runtime_error(std::string(text) + ": " + *mistake);
  }
  return std::get<CronExpression>(parsed);
}

cctz::time_zone zone(const char* name) {
  cctz::time_zone found;
  if (!cctz::load_time_zone(name, &found)) {
    throw std::runtime_error(std::string("no zone ") + name);
  }
  return found;
}

/// "2026-03-29 03:00 +0200", the `count` times after one of the same form.
std::vector<std::string> times(std::string_view expression, const char* name,
                               const std::string& after, int count) {
  constexpr const char* format = "%Y-%m-%d %H:%M %z";
  const cctz::time_zone in = zone(name);
  WallTime time;
  if (!cctz::parse(format, after, in, &time)) {
    throw std::runtime_error(after);
  }
  std::vector<std::string> found;
  for (int i = 0; i < count; ++i) {
    time = next_run(cron(expression), in, time).value();
    found.push_back(cctz::format(format, time, in));
  }
  return found;
}

std::string mistake(std::string_view text) {
  const auto parsed = parse_cron(text);
  const auto* found = std::get_if<std::string>(&parsed);
  return found != nullptr ? *found : "";
}

using Times = std::vector<std::string>;

TEST(Cron, ListsRangesStepsAndNames) {
  EXPECT_EQ(times("5,20-30/5 6 * * *", "UTC", "2026-01-01 00:00 +0000", 5),
            (Times{"2026-01-01 06:05 +0000", "2026-01-01 06:20 +0000", "2026-01-01 06:25 +0000",
                   "2026-01-01 06:30 +0000", "2026-01-02 06:05 +0000"}));
  EXPECT_EQ(times("0 6 * JAN,mar Mon-wed", "UTC", "2026-01-27 07:00 +0000", 3),
            (Times{"2026-01-28 06:00 +0000", "2026-03-02 06:00 +0000", "2026-03-03 06:00 +0000"}));
  EXPECT_EQ(times("*/40 *\t* * *", "UTC", "2026-01-01 00:00 +0000", 2),
            (Times{"2026-01-01 00:40 +0000", "2026-01-01 01:00 +0000"}));
}

TEST(Cron, ZeroAndSevenAreSunday) {
  EXPECT_EQ(cron("0 0 * * 7").weekdays, cron("0 0 * * sun").weekdays);
  EXPECT_EQ(cron("0 0 * * 5-7").weekdays, cron("0 0 * * 0,5,6").weekdays);
}

TEST(Cron, EitherDayIfBothAreRestricted) {
  EXPECT_EQ(times("0 0 13 * 5", "UTC", "2026-02-01 00:00 +0000", 4),
            (Times{"2026-02-06 00:00 +0000", "2026-02-13 00:00 +0000", "2026-02-20 00:00 +0000",
                   "2026-02-27 00:00 +0000"}));
  EXPECT_EQ(times("0 0 2 * mon", "UTC", "2026-03-30 00:00 +0000", 2),
            (Times{"2026-04-02 00:00 +0000", "2026-04-06 00:00 +0000"}));
  // As cron(5) has it, */2 begins with a star: both must match.
  EXPECT_EQ(times("0 0 */2 * mon", "UTC", "2026-03-01 00:00 +0000", 2),
            (Times{"2026-03-09 00:00 +0000", "2026-03-23 00:00 +0000"}));
}

TEST(Cron, Words) {
  EXPECT_EQ(times("@daily", "UTC", "2026-01-01 00:00 +0000", 1), Times{"2026-01-02 00:00 +0000"});
  EXPECT_TRUE(cron("@hourly").is_wildcard);
  EXPECT_FALSE(cron("@weekly").is_wildcard);
  EXPECT_NE(mistake("@reboot"), "");
}

TEST(Cron, LeapDaysAreFound) {
  EXPECT_EQ(times("0 0 29 2 *", "UTC", "2096-03-01 00:00 +0000", 1),
            Times{"2104-02-29 00:00 +0000"});
  EXPECT_EQ(times("0 0 29 2 */7", "UTC", "2088-03-01 00:00 +0000", 1),
            Times{"2128-02-29 00:00 +0000"});
}

TEST(Cron, MistakesNameTheField) {
  EXPECT_EQ(mistake("60 * * * *"),
            "the minute must be *, or values from 0 to 59, with lists, ranges and steps: */5, "
            "1,10-20/2");
  EXPECT_EQ(mistake("0 0 * * 1-fry"),
            "the day of week must be *, or values from 0 to 7 (sun to sat), with lists, ranges and "
            "steps: */2, 1,3-5");
  EXPECT_EQ(mistake("0 0 30 2 *"), "it is never due: no such day is in the calendar");
  for (const char* text : {"",
                           " ",
                           "* * * *",
                           "* * * * * *",
                           "@hourly 1 2 3 4",
                           "@Hourly",
                           "a * * * *",
                           "-1 * * * *",
                           "1- * * * *",
                           "1--2 * * * *",
                           "5/15 * * * *",
                           "*/0 * * * *",
                           "*/60 * * * *",
                           "*/ * * * *",
                           "*/+1 * * * *",
                           ", * * * *",
                           "1, * * * *",
                           "1,,2 * * * *",
                           "9-1 * * * *",
                           "* 24 * * *",
                           "* * 0 * *",
                           "* * 32 * *",
                           "* * * 0 *",
                           "* * * 13 *",
                           "* * * * 8",
                           "* * * mon *",
                           "** * * * *",
                           "*5 * * * *",
                           "1.5 * * * *",
                           "0x1 * * * *",
                           "99999999999 * * * *",
                           "* * * * fri-sun"}) {
    EXPECT_NE(mistake(text), "") << text;
  }
}

// Clocks put forward: Berlin has no 02:00 to 03:00 on 2026-03-29.

TEST(CronGap, ATimeInItIsDueRightAfterItOnce) {
  EXPECT_EQ(times("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00 +0100", 2),
            (Times{"2026-03-29 03:00 +0200", "2026-03-30 02:30 +0200"}));
  EXPECT_EQ(times("0,30 2,3 * * *", "Europe/Berlin", "2026-03-28 12:00 +0100", 3),
            (Times{"2026-03-29 03:00 +0200", "2026-03-29 03:30 +0200", "2026-03-30 02:00 +0200"}));
  EXPECT_EQ(times("15 2 29 3 *", "Europe/Berlin", "2026-03-01 12:00 +0100", 2),
            (Times{"2026-03-29 03:00 +0200", "2027-03-29 02:15 +0200"}));
}

TEST(CronGap, JustBeforeItAndAtItsEnd) {
  EXPECT_EQ(times("30 2 * * *", "Europe/Berlin", "2026-03-29 01:59 +0100", 1),
            Times{"2026-03-29 03:00 +0200"});
  EXPECT_EQ(times("30 2 * * *", "Europe/Berlin", "2026-03-29 03:00 +0200", 1),
            Times{"2026-03-30 02:30 +0200"});
}

TEST(CronGap, AWildcardGoesByTheClock) {
  EXPECT_EQ(times("30 * * * *", "Europe/Berlin", "2026-03-29 00:30 +0100", 2),
            (Times{"2026-03-29 01:30 +0100", "2026-03-29 03:30 +0200"}));
  EXPECT_EQ(times("*/30 2 * * *", "Europe/Berlin", "2026-03-28 12:00 +0100", 1),
            Times{"2026-03-30 02:00 +0200"});
}

TEST(CronGap, AtMidnight) {
  // Santiago, 2026-09-06: 24:00 becomes 01:00.
  EXPECT_EQ(times("@daily", "America/Santiago", "2026-09-05 12:00 -0400", 2),
            (Times{"2026-09-06 01:00 -0300", "2026-09-07 00:00 -0300"}));
}

// Clocks put back: Berlin has 02:00 to 03:00 twice on 2026-10-25.

TEST(CronOverlap, ATimeInItIsDueTheFirstTimeOnly) {
  EXPECT_EQ(times("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00 +0200", 2),
            (Times{"2026-10-25 02:30 +0200", "2026-10-26 02:30 +0100"}));
  EXPECT_EQ(times("30 2 * * *", "Europe/Berlin", "2026-10-25 02:00 +0100", 1),
            Times{"2026-10-26 02:30 +0100"});
  EXPECT_EQ(times("0 2,3 * * *", "Europe/Berlin", "2026-10-25 02:00 +0200", 1),
            Times{"2026-10-25 03:00 +0100"});
}

TEST(CronOverlap, AWildcardIsDueInEachRealHour) {
  EXPECT_EQ(times("30 * * * *", "Europe/Berlin", "2026-10-25 01:30 +0200", 3),
            (Times{"2026-10-25 02:30 +0200", "2026-10-25 02:30 +0100", "2026-10-25 03:30 +0100"}));
}

TEST(CronOverlap, OfHalfAnHour) {
  // Lord Howe, 2026-04-05: 02:00 becomes 01:30.
  EXPECT_EQ(times("45 1 * * *", "Australia/Lord_Howe", "2026-04-04 12:00 +1100", 2),
            (Times{"2026-04-05 01:45 +1100", "2026-04-06 01:45 +1030"}));
  EXPECT_EQ(times("*/15 * * * *", "Australia/Lord_Howe", "2026-04-05 01:30 +1100", 3),
            (Times{"2026-04-05 01:45 +1100", "2026-04-05 01:30 +1030", "2026-04-05 01:45 +1030"}));
}

TEST(Cron, FarInTheFutureTheRulesGoOn) {
  EXPECT_EQ(times("0 12 1 7 *", "Europe/Berlin", "2090-01-01 12:00 +0100", 1),
            Times{"2090-07-01 12:00 +0200"});
}

TEST(Cron, SecondsOfTheStartDoNotCount) {
  const WallTime minute{std::chrono::hours(24 * 365)};
  EXPECT_EQ(next_run(cron("* * * * *"), cctz::utc_time_zone(), minute - 1s), minute);
  EXPECT_EQ(next_run(cron("* * * * *"), cctz::utc_time_zone(), minute), minute + 60s);
  EXPECT_EQ(next_run(cron("* * * * *"), cctz::utc_time_zone(), minute + 59s), minute + 60s);
}

TEST(ShortestInterval, BetweenAnyTwoRuns) {
  EXPECT_EQ(shortest_interval(cron("*/15 * * * *")), 15min);
  EXPECT_EQ(shortest_interval(cron("2,58 * * * *")), 4min);
  EXPECT_EQ(shortest_interval(cron("2,58 0,23 * * 1")), 56min);
  EXPECT_EQ(shortest_interval(cron("0 6 * * 1,2")), 24h);
  EXPECT_EQ(shortest_interval(cron("0 6 1 1 *")), 365 * 24h);
}

}  // namespace
}  // namespace conncheck
