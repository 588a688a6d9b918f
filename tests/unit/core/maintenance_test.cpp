#include "agent/core/maintenance.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

using Tags = std::map<std::string, std::string>;

const WallTime midnight = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

MaintenanceWindow window(std::string_view cron, std::chrono::seconds length, Tags tags = {},
                         const char* zone_name = "UTC") {
  MaintenanceWindow made{.begins = std::get<CronExpression>(parse_cron(cron)),
                         .zone = {},
                         .length = length,
                         .tags = std::move(tags),
                         .origin = {}};
  EXPECT_TRUE(cctz::load_time_zone(zone_name, &made.zone));
  return made;
}

TEST(WindowEnd, FromItsFirstSecondToItsLast) {
  const MaintenanceWindow nightly = window("0 2 * * *", 2h);
  EXPECT_EQ(window_end(nightly, midnight + 2h - 1s), std::nullopt);
  EXPECT_EQ(window_end(nightly, midnight + 2h), midnight + 4h);
  EXPECT_EQ(window_end(nightly, midnight + 4h - 1s), midnight + 4h);
  EXPECT_EQ(window_end(nightly, midnight + 4h), std::nullopt);
}

TEST(WindowEnd, TimesThatOverlapOrTouchAreOne) {
  EXPECT_EQ(window_end(window("0 2,3 * * *", 90min), midnight + 2h), midnight + 4h + 30min);
  EXPECT_EQ(window_end(window("0 2,3 * * *", 60min), midnight + 2h), midnight + 4h);
  EXPECT_GT(window_end(window("* * * * *", 60min), midnight), midnight + 10h);  // never ends
}

TEST(WindowEnd, LengthIsRealTime) {
  // Berlin's clocks go from 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
  const WallTime change = std::chrono::sys_days(std::chrono::year(2026) / 3 / 29) + 1h;
  const MaintenanceWindow nightly = window("0 1 * * *", 2h, {}, "Europe/Berlin");
  EXPECT_EQ(window_end(nightly, change), change + 1h);
  const MaintenanceWindow in_gap = window("30 2 * * *", 2h, {}, "Europe/Berlin");
  EXPECT_EQ(window_end(in_gap, change), change + 2h);
}

TEST(Maintenance, TellsOfBeginAndEndOnce) {
  Maintenance maintenance({window("0 2 * * *", 2h)});
  EXPECT_TRUE(maintenance.update(midnight).empty());
  EXPECT_EQ(maintenance.next_change(), midnight + 2h);
  EXPECT_EQ(maintenance.until({}), std::nullopt);
  const auto begun = maintenance.update(midnight + 2h + 1s);
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].until, midnight + 4h);
  EXPECT_EQ(maintenance.until({}), midnight + 4h);
  EXPECT_TRUE(maintenance.update(midnight + 3h).empty());
  EXPECT_EQ(maintenance.next_change(), midnight + 4h);
  const auto ended = maintenance.update(midnight + 4h);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].until, std::nullopt);
  EXPECT_EQ(maintenance.next_change(), midnight + 26h);
}

TEST(Maintenance, FollowsAClockThatIsPutBack) {
  Maintenance maintenance({window("0 2 * * *", 2h)});
  maintenance.update(midnight + 5h);
  EXPECT_EQ(maintenance.update(midnight + 3h).size(), 1U);
  EXPECT_EQ(maintenance.update(midnight + 1h).size(), 1U);
}

TEST(Maintenance, HoldsForConnectionsWithAllOfItsTags) {
  Maintenance maintenance({window("0 2 * * *", 1h, {{"team", "shop"}, {"site", "x"}}),
                           window("0 2 * * *", 2h, {{"team", "billing"}}),
                           window("30 2 * * *", 1h, {{"site", "x"}})});
  maintenance.update(midnight + 2h + 45min);
  EXPECT_EQ(maintenance.until({}), std::nullopt);
  EXPECT_EQ(maintenance.until({{"team", "shop"}}), std::nullopt);
  EXPECT_EQ(maintenance.until({{"team", "billing"}}), midnight + 4h);
  EXPECT_EQ(maintenance.until({{"team", "shop"}, {"site", "x"}}), midnight + 3h + 30min);
}

TEST(Maintenance, NoneAtAll) {
  Maintenance maintenance({});
  EXPECT_TRUE(maintenance.update(midnight).empty());
  EXPECT_EQ(maintenance.next_change(), std::nullopt);
}

}  // namespace
}  // namespace conncheck
