#include "agent/core/agenda.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

using Indexes = std::vector<std::size_t>;

const WallTime midnight = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

Rhythm every(std::chrono::milliseconds interval) {
  return {.name = "orders",
          .schedule = {.every = interval, .jitter = 0, .cron = "", .timezone = ""},
          .cron = std::nullopt,
          .zone = {},
          .tags = {}};
}

Rhythm by_cron(const std::string& text) {
  Rhythm rhythm = every(0ms);
  rhythm.cron = std::get<CronExpression>(parse_cron(text));
  return rhythm;
}

/// Both clocks, of which a test puts one forward or back, or stops the first (nothing does).
class AgendaAt : public testing::Test {
 protected:
  Moment now_{.uptime = 100h, .wall = midnight};
  Maintenance maintenance_{{}};

  void pass(std::chrono::milliseconds time) {
    now_.uptime += time;
    now_.wall += time;
  }
  Indexes due(Agenda& agenda) {
    maintenance_.update(now_.second());
    return agenda.take_due(now_, maintenance_);
  }
  void under_maintenance(const std::string& cron, std::chrono::seconds length) {
    maintenance_ = Maintenance({{.begins = std::get<CronExpression>(parse_cron(cron)),
                                 .zone = {},
                                 .length = length,
                                 .tags = {},
                                 .origin = {}}});
  }
};

const Failure refused{FailureCode::refused, Phase::connect, std::nullopt, "", ""};

TEST_F(AgendaAt, EveryBeginsAtOnceAndKeepsItsPace) {
  Agenda agenda({every(10min)}, now_);
  EXPECT_EQ(due(agenda), Indexes{0});
  pass(3s);
  agenda.ended(0, nullptr, now_);
  EXPECT_EQ(agenda.until_next(now_), 10min - 3s);
  pass(10min - 4s);
  EXPECT_EQ(due(agenda), Indexes{});
  pass(1s);
  EXPECT_EQ(due(agenda), Indexes{0});
}

TEST_F(AgendaAt, CronWaitsForItsTime) {
  Agenda agenda({by_cron("30 * * * *")}, now_);
  EXPECT_EQ(due(agenda), Indexes{});
  EXPECT_EQ(agenda.until_next(now_), 30min);
  pass(30min - 1ms);
  EXPECT_EQ(due(agenda), Indexes{});
  pass(1ms);
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, nullptr, now_);
  EXPECT_EQ(agenda.until_next(now_), 1h);
}

TEST_F(AgendaAt, ACheckNeverOverlapsItself) {
  Agenda agenda({every(1min), by_cron("* * * * *")}, now_);
  EXPECT_EQ(due(agenda), Indexes{0});
  pass(1min);
  EXPECT_EQ(due(agenda), Indexes{1});
  for (int minute = 0; minute < 5; ++minute) {
    pass(1min);
    EXPECT_EQ(due(agenda), Indexes{});
  }
  EXPECT_EQ(agenda.until_next(now_), std::nullopt);
  agenda.ended(1, nullptr, now_);
  EXPECT_EQ(agenda.until_next(now_), 1min);
}

TEST_F(AgendaAt, TurnsMissedInASuspendedMachineBecomeOne) {
  Agenda agenda({every(10min), by_cron("0 * * * *")}, now_);
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, nullptr, now_);
  pass(8h + 5min);  // both clocks count it
  EXPECT_EQ(due(agenda), (Indexes{0, 1}));
  agenda.ended(0, nullptr, now_);
  agenda.ended(1, nullptr, now_);
  EXPECT_EQ(due(agenda), Indexes{0});  // at its end, as ever: the pace begins anew
  agenda.ended(0, nullptr, now_);
  EXPECT_EQ(due(agenda), Indexes{});
  EXPECT_EQ(agenda.until_next(now_), 10min);
}

TEST_F(AgendaAt, EveryKnowsNothingOfTheWallClock) {
  Agenda agenda({every(10min)}, now_);
  due(agenda);
  agenda.ended(0, nullptr, now_);
  for (const auto jump : {24h, -48h, 1h, -1h}) {
    now_.wall += jump;
    EXPECT_EQ(due(agenda), Indexes{});
    EXPECT_EQ(agenda.until_next(now_), 10min);
  }
}

TEST_F(AgendaAt, CronFollowsAClockThatIsPutForward) {
  Agenda agenda({by_cron("0 6 * * *")}, now_);
  now_.wall += 50h;
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, nullptr, now_);
  EXPECT_EQ(due(agenda), Indexes{});
  EXPECT_EQ(agenda.until_next(now_), 4h);
}

TEST_F(AgendaAt, WhatWasDueIsNotDueAgainWhenTheClockIsPutBack) {
  Agenda agenda({by_cron("0 6 * * *")}, now_);
  pass(6h);
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, nullptr, now_);
  now_.wall -= 1h;
  pass(1h);
  EXPECT_EQ(due(agenda), Indexes{});
  EXPECT_EQ(agenda.until_next(now_), 24h);
}

TEST_F(AgendaAt, AClockPutBackByDaysWasWrong) {
  now_.wall += 24h * 365;
  Agenda agenda({by_cron("0 6 * * *"), by_cron("0 7 * * *")}, now_);
  pass(6h);
  EXPECT_EQ(due(agenda), Indexes{0});
  now_.wall = midnight;
  EXPECT_EQ(due(agenda), Indexes{});
  agenda.ended(0, nullptr, now_);
  EXPECT_EQ(agenda.until_next(now_), 6h);
  pass(7h);
  EXPECT_EQ(due(agenda), (Indexes{0, 1}));
}

TEST_F(AgendaAt, AFailureThatMayPassIsTriedAgainBeforeTheTurn) {
  Agenda agenda({by_cron("0 * * * *")}, now_);
  pass(1h);
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, &refused, now_);
  EXPECT_LE(agenda.until_next(now_), 3s);
  pass(3s);
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, nullptr, now_);
  EXPECT_EQ(agenda.until_next(now_), 1h - 3s);
}

TEST_F(AgendaAt, UnderMaintenanceEveryIsPutOffAndCronLeftOut) {
  under_maintenance("0 2 * * *", 2h);
  Agenda agenda({every(10min), by_cron("0 3,5 * * *")}, now_);
  pass(2h);
  EXPECT_EQ(due(agenda), Indexes{});
  EXPECT_EQ(agenda.until_next(now_), 1h);
  pass(1h);
  EXPECT_EQ(due(agenda), Indexes{});
  EXPECT_EQ(agenda.until_next(now_), 1h);
  pass(1h);
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, nullptr, now_);
  pass(1h);
  EXPECT_EQ(due(agenda), (Indexes{0, 1}));
}

TEST_F(AgendaAt, AnotherTryUnderMaintenanceIsPutOffToo) {
  under_maintenance("0 2 * * *", 2h);
  Agenda agenda({every(24h)}, now_);
  pass(2h - 1s);
  EXPECT_EQ(due(agenda), Indexes{0});
  agenda.ended(0, &refused, now_);
  pass(5s);
  EXPECT_EQ(due(agenda), Indexes{});
  pass(2h);
  EXPECT_EQ(due(agenda), Indexes{0});
}

}  // namespace
}  // namespace conncheck
