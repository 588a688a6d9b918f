#include "agent/store/recorder.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "agent/store/history.hpp"
#include "tests/unit/store/record_samples.hpp"

namespace conncheck {
namespace {

using samples::bare_record;
using samples::check;
using samples::reading;
using samples::record;
using samples::relation;

/// A recorder, and what it has told; waits for what it tells.
class Observed {
 public:
  explicit Observed(std::filesystem::path file, std::size_t queue_bytes = std::size_t{1} << 20U)
      : recorder_(
            {.file = std::move(file),
             .retention = {},
             .queue_bytes = queue_bytes,
             .first_retry = std::chrono::milliseconds(2),
             .last_retry = std::chrono::milliseconds(20)},
            [this](std::vector<Recorded> recorded) {
              const std::lock_guard lock(mutex_);
              for (Recorded& each : recorded) {
                recorded_.push_back(std::move(each));
              }
            },
            [this](StoreNotice notice) {
              const std::lock_guard lock(mutex_);
              notices_.push_back(std::move(notice));
              told_.notify_all();
            }) {}

  Recorder& recorder() { return recorder_; }

  /// The next notice; they come in their order. Nothing after ten seconds without one.
  std::optional<StoreNotice> next_notice() {
    std::unique_lock lock(mutex_);
    if (!told_.wait_for(lock, std::chrono::seconds(10), [&] { return seen_ < notices_.size(); })) {
      return std::nullopt;
    }
    return notices_[seen_++];
  }
  std::vector<Recorded> recorded() {
    const std::lock_guard lock(mutex_);
    return recorded_;
  }
  std::size_t unseen_notices() {
    const std::lock_guard lock(mutex_);
    return notices_.size() - seen_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<StoreNotice> notices_;
  std::vector<Recorded> recorded_;
  std::size_t seen_ = 0;
  Recorder recorder_;
};

CheckRecord orders_at(int minute) {
  return record(
      check(minute, {relation("shop", "orders", minute % 2 == 0 ? reading : samples::writing)}));
}

std::int64_t recorded_checks(const std::filesystem::path& file) {
  Database database(file, OpenMode::read);
  return database.integer("SELECT sum(checks) FROM run").value_or(0);
}

std::string integrity(const std::filesystem::path& file) {
  Database database(file, OpenMode::write);
  std::string answer;
  database.each("PRAGMA integrity_check", {}, [&](const Row& row) { answer += row.text(0); });
  return answer;
}

TEST(RecorderTest, WritesInOrderAndTellsChanges) {
  const samples::Directory directory;
  Observed observed(directory / "history.db");
  for (int minute = 0; minute < 5; ++minute) {
    EXPECT_TRUE(observed.recorder().offer(orders_at(minute)));
  }
  observed.recorder().wait_until_written();
  const std::vector<Recorded> recorded = observed.recorded();
  ASSERT_EQ(recorded.size(), 5U);
  EXPECT_TRUE(recorded[0].changes.empty());
  EXPECT_EQ(recorded[4].changes.size(), 2U);
  EXPECT_EQ(observed.unseen_notices(), 0U);
}

TEST(RecorderTest, EndedItHasWrittenWhatWasOffered) {
  const samples::Directory directory;
  {
    Observed observed(directory / "history.db");
    for (int minute = 0; minute < 100; ++minute) {
      observed.recorder().offer(orders_at(minute));
    }
  }
  EXPECT_EQ(recorded_checks(directory / "history.db"), 100);
}

TEST(RecorderTest, EndedInTroubleItSaysHowManyAreLost) {
  const samples::Directory directory;
  std::vector<std::string> told;
  {
    Recorder recorder(
        {.file = directory / "nowhere/history.db",
         .retention = {},
         .queue_bytes = 1U << 20U,
         .first_retry = std::chrono::hours(1),
         .last_retry = std::chrono::hours(1)},
        [](const std::vector<Recorded>&) {},
        [&](const StoreNotice& notice) { told.push_back(notice.message); });
    recorder.offer(orders_at(0));
    recorder.offer(orders_at(1));
  }
  ASSERT_EQ(told.size(), 2U);
  EXPECT_NE(told[0].find("cannot be written (unreachable)"), std::string::npos) << told[0];
  EXPECT_NE(told[1].find("2 checks could not be recorded"), std::string::npos) << told[1];
}

TEST(RecorderTest, LockedByAnotherProcessItCatchesUp) {
  const samples::Directory directory;
  Observed observed(directory / "history.db");
  observed.recorder().offer(orders_at(0));
  observed.recorder().wait_until_written();
  {
    Database other(directory / "history.db", OpenMode::write);
    other.run("BEGIN IMMEDIATE");
    for (int minute = 1; minute < 10; ++minute) {
      EXPECT_TRUE(observed.recorder().offer(orders_at(minute)));
    }
    EXPECT_EQ(observed.next_notice()->trouble, StoreTrouble::locked);
    other.run("ROLLBACK");
  }
  EXPECT_FALSE(observed.next_notice()->trouble);
  observed.recorder().wait_until_written();
  EXPECT_EQ(recorded_checks(directory / "history.db"), 10);
  EXPECT_EQ(observed.recorded().size(), 10U);
  EXPECT_EQ(observed.unseen_notices(), 0U);
}

TEST(RecorderTest, WithoutItsDirectoryItWaitsForOne) {
  const samples::Directory directory;
  Observed observed(directory / "later/history.db");
  observed.recorder().offer(orders_at(0));
  EXPECT_EQ(observed.next_notice()->trouble, StoreTrouble::unreachable);
  std::filesystem::create_directory(directory / "later");
  EXPECT_FALSE(observed.next_notice()->trouble);
  observed.recorder().wait_until_written();
  EXPECT_EQ(recorded_checks(directory / "later/history.db"), 1);
}

TEST(RecorderTest, AFileThatWasDeletedIsMadeAnewAndAsksForTheState) {
  const samples::Directory directory;
  Observed observed(directory / "history.db");
  observed.recorder().offer(orders_at(0));
  observed.recorder().wait_until_written();
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm"}) {
    std::filesystem::remove(directory / name);
  }
  observed.recorder().offer(bare_record(check(2, {relation("shop", "orders", reading)})));
  EXPECT_EQ(observed.next_notice()->trouble, StoreTrouble::unreachable);
  EXPECT_FALSE(observed.next_notice()->trouble);
  observed.recorder().wait_until_written();
  EXPECT_TRUE(observed.recorded().back().is_state_wanted);
  EXPECT_EQ(recorded_checks(directory / "history.db"), 1);
}

TEST(RecorderTest, WithoutRoomItRefusesAndSaysHowManyInTheEnd) {
  const samples::Directory directory;
  Observed observed(directory / "later/history.db", 4000);
  ASSERT_TRUE(observed.next_notice());
  int taken = 0;
  for (int minute = 0; minute < 100; ++minute) {
    taken += observed.recorder().offer(orders_at(minute)) ? 1 : 0;
  }
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 100);
  std::filesystem::create_directory(directory / "later");
  const std::optional<StoreNotice> back = observed.next_notice();
  ASSERT_TRUE(back);
  EXPECT_NE(back->message.find(std::to_string(100 - taken) + " checks had no room"),
            std::string::npos)
      << back->message;
  observed.recorder().wait_until_written();
  EXPECT_EQ(recorded_checks(directory / "later/history.db"), taken);
  EXPECT_TRUE(observed.recorder().offer(orders_at(100)));
}

TEST(RecorderTest, WithLittleRoomItRecordsTheRunAndAsksForTheStateLater) {
  const samples::Directory directory;
  Observed observed(directory / "later/history.db", 20'000);
  ASSERT_TRUE(observed.next_notice());
  std::vector<RelationPermissions> tables;
  for (int table = 0; table < 200; ++table) {
    tables.push_back(relation("shop", "t" + std::to_string(table), reading));
  }
  EXPECT_TRUE(observed.recorder().offer(record(check(0, tables))));
  std::filesystem::create_directory(directory / "later");
  ASSERT_TRUE(observed.next_notice());
  observed.recorder().wait_until_written();
  ASSERT_EQ(observed.recorded().size(), 1U);
  EXPECT_TRUE(observed.recorded()[0].is_state_wanted);
  EXPECT_EQ(recorded_checks(directory / "later/history.db"), 1);
}

TEST(RecorderTest, OneThatCannotBeWrittenHoldsUpNoOther) {
  const samples::Directory directory;
  { const Store store(directory / "history.db"); }
  Database other(directory / "history.db", OpenMode::write);
  other.run_script(
      "CREATE TRIGGER refuse BEFORE INSERT ON connection WHEN NEW.name = 'bad'"
      " BEGIN SELECT raise(ABORT, 'refused'); END");
  Observed observed(directory / "history.db");
  observed.recorder().offer(record(check(0, {}, "one")));
  observed.recorder().offer(record(check(0, {}, "bad")));
  observed.recorder().offer(record(check(0, {}, "two")));
  EXPECT_EQ(observed.next_notice()->trouble, StoreTrouble::rejected);
  observed.recorder().wait_until_written();
  EXPECT_EQ(recorded_checks(directory / "history.db"), 2);
}

// --- in a process of its own
// ----------------------------------------------------------------------

/// Records check after check and writes a byte for each that is committed.
[[noreturn]] void record_for_ever(const std::filesystem::path& file, int committed) {
  Store store(file);
  for (int minute = 0;; ++minute) {
    std::vector<RelationPermissions> tables;
    for (int table = 0; table < 30; ++table) {
      tables.push_back(relation("shop", "t" + std::to_string(table),
                                (minute + table) % 3 == 0 ? samples::writing : reading));
    }
    const CheckRecord each = record(check(minute, tables));
    store.record({&each, 1});
    if (::write(committed, "x", 1) != 1) {
      _exit(1);
    }
  }
}

TEST(KilledRecorder, LosesNothingThatWasCommittedAndIsNeverDamaged) {
  const samples::Directory directory;
  const std::filesystem::path file = directory / "history.db";
  std::mt19937 chance(1);
  std::int64_t committed = 0;
  for (int round = 0; round < 100; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      record_for_ever(file, ends[1]);
    }
    close(ends[1]);
    char byte = 0;
    for (unsigned left = chance() % 8; left > 0 && read(ends[0], &byte, 1) == 1; --left) {
      ++committed;
    }
    usleep(chance() % 1500);  // somewhere in the next one
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(ends[0], &byte, 1) == 1) {
      ++committed;
    }
    close(ends[0]);
    if (std::filesystem::exists(file)) {
      ASSERT_EQ(integrity(file), "ok") << "round " << round;
    }
  }
  // Each round may have committed one that it had no time to tell.
  EXPECT_GT(committed, 100);
  EXPECT_GE(recorded_checks(file), committed);
  EXPECT_LE(recorded_checks(file), committed + 100);
}

/// Exits with the number of the step that went wrong, or 0.
int fill_and_empty(const std::string& mount_point) {
  const auto mounted = [&](unsigned long flags, const char* options) {
    return mount("tmpfs", mount_point.c_str(), "tmpfs", flags, options) == 0;
  };
  if (!mounted(0, "size=300k")) {
    return 1;
  }
  const std::filesystem::path file = std::filesystem::path(mount_point) / "history.db";
  Observed observed(file);
  std::ofstream ballast(mount_point + "/ballast");
  ballast << std::string(100'000, 'x');
  ballast.close();
  int offered = 0;
  while (observed.unseen_notices() == 0 && offered < 2000) {
    std::vector<RelationPermissions> tables;
    for (int table = 0; table < 20; ++table) {
      tables.push_back(relation("shop", "t" + std::to_string(offered * 20 + table), reading));
    }
    observed.recorder().offer(record(check(offered++, tables)));
    usleep(1000);
  }
  const std::optional<StoreNotice> full = observed.next_notice();
  if (!full || full->trouble != StoreTrouble::full) {
    return 2;
  }
  // Not while the recorder has the file open, to try again.
  for (int tries = 0; !mounted(MS_REMOUNT | MS_RDONLY, "size=300k"); ++tries) {
    if (errno != EBUSY || tries == 5000) {
      return 3;
    }
    usleep(1000);
  }
  const std::optional<StoreNotice> read_only = observed.next_notice();
  if (!read_only || !read_only->trouble) {
    return 4;
  }
  if (!mounted(MS_REMOUNT, "size=32m")) {
    return 5;
  }
  std::optional<StoreNotice> last = read_only;
  while (last && last->trouble) {
    last = observed.next_notice();
  }
  if (!last) {
    return 6;
  }
  observed.recorder().wait_until_written();
  if (recorded_checks(file) != offered) {
    return 7;
  }
  return integrity(file) == "ok" ? 0 : 8;
}

TEST(FullDisk, CatchesUpOnceThereIsRoomAgain) {
  const samples::Directory directory;
  const std::filesystem::path mount_point = directory / "small";
  std::filesystem::create_directory(mount_point);
  const pid_t child = fork();
  if (child == 0) {
    // A mount that nobody else sees, and that goes with this process.
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      _exit(99);
    }
    _exit(fill_and_empty(mount_point.string()));
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the step of fill_and_empty() that went wrong";
}

}  // namespace
}  // namespace conncheck
