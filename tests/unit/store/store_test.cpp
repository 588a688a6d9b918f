#include "agent/store/store.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "agent/store/history.hpp"
#include "agent/store/migrations.hpp"
#include "tests/unit/store/record_samples.hpp"

namespace conncheck {
namespace {

using samples::at;
using samples::bare_record;
using samples::check;
using samples::failed_check;
using samples::reading;
using samples::record;
using samples::relation;
using samples::writing;

class StoreTest : public testing::Test {
 protected:
  std::vector<Change> add(const CheckRecord& check) {
    return store_.record({&check, 1}).front().changes;
  }
  std::int64_t count(const char* sql) {
    Database database(file_, OpenMode::read);
    return database.integer(sql).value_or(-1);
  }
  std::vector<RunEntry> runs() { return History(file_).runs("orders", 100); }

  /// The relations that the login held something on, and what.
  std::string held_at(std::int64_t minute) {
    const std::optional<StateAt> at_that_time = History(file_).state_at("orders", at(minute));
    if (!at_that_time) {
      return "unknown";
    }
    const auto state = state_of("app", true, at_that_time->roles.at(0).items);
    std::string text;
    for (const RelationPermissions& row : state.value().relations) {
      text += row.table_name + (row.privileges.has(Privilege::insert) ? " write;" : " read;");
    }
    return text;
  }

  samples::Directory directory_;
  std::filesystem::path file_ = directory_ / "history.db";
  Store store_{file_};
};

TEST_F(StoreTest, WhatDoesNotChangeIsNotStoredAgain) {
  EXPECT_TRUE(add(record(check(0, {relation("shop", "orders", reading)}))).empty());
  const std::int64_t versions = count("SELECT count(*) FROM version");
  for (int minute = 1; minute < 50; ++minute) {
    add(bare_record(check(minute, {relation("shop", "orders", reading)})));
  }
  EXPECT_EQ(count("SELECT count(*) FROM version"), versions);
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs()[0].checks, 50);
  EXPECT_EQ(runs()[0].first_at, at(0));
  EXPECT_EQ(runs()[0].last_at, at(49));
  EXPECT_EQ(runs()[0].mean.count(), 10);
  EXPECT_EQ(runs()[0].summary.readable, 1);
}

TEST_F(StoreTest, StateOfAnyTimeAndWhatChangedSinceWhen) {
  add(record(check(0, {relation("shop", "orders", reading)})));
  const auto gained = add(record(check(10, {relation("shop", "orders", reading | writing)})));
  ASSERT_EQ(gained.size(), 1U);
  EXPECT_EQ(gained[0].kind, ChangeKind::privileges_gained);
  add(record(check(
      20, {relation("shop", "orders", reading | writing), relation("shop", "items", reading)})));
  add(record(check(30, {relation("shop", "items", reading)})));
  EXPECT_EQ(held_at(-1), "unknown");
  EXPECT_EQ(held_at(9), "orders read;");
  EXPECT_EQ(held_at(10), "orders write;");
  EXPECT_EQ(held_at(29), "items read;orders write;");
  EXPECT_EQ(held_at(1000), "items read;");
  EXPECT_EQ(count("SELECT count(*) FROM item WHERE kind = 4"), 2);
  EXPECT_EQ(runs().size(), 4U);

  History history(file_);
  const auto changes = history.changes("orders", history.state_at("orders", at(0))->run,
                                       history.state_at("orders", at(40))->run);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].change.message,
            "app gained SELECT on shop.items, of which it held nothing before");
  EXPECT_EQ(changes[0].since, at(20));
  EXPECT_EQ(changes[1].change.kind, ChangeKind::relation_disappeared);
  EXPECT_EQ(changes[1].since, at(30));
  EXPECT_EQ(history.state_before_last_change("orders")->run.first_at, at(20));
}

TEST_F(StoreTest, ThereAndBackIsTwoChangesAndInSumNone) {
  add(record(check(0, {relation("shop", "orders", reading)})));
  add(record(check(1, {})));
  EXPECT_EQ(add(record(check(2, {relation("shop", "orders", reading)}))).size(), 1U);
  History history(file_);
  EXPECT_TRUE(history
                  .changes("orders", history.state_at("orders", at(0))->run,
                           history.state_at("orders", at(2))->run)
                  .empty());
  EXPECT_EQ(held_at(1), "");
}

TEST_F(StoreTest, EachPartOfAChangeHasItsOwnDate) {
  add(record(check(0, {relation("shop", "orders", reading)})));
  add(record(check(10, {relation("shop", "orders", reading | PrivilegeSet{Privilege::insert})})));
  add(record(check(20, {relation("shop", "orders", reading | writing)})));
  RelationPermissions other_owner = relation("shop", "orders", reading | writing);
  other_owner.owner = "somebody";
  add(record(check(30, {other_owner})));
  History history(file_);
  const auto changes = history.changes("orders", history.state_at("orders", at(0))->run,
                                       history.state_at("orders", at(30))->run);
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].change.kind, ChangeKind::relation_owner);
  EXPECT_EQ(changes[0].since, at(30));
  EXPECT_EQ(changes[1].change.message, "app gained INSERT on shop.orders");
  EXPECT_EQ(changes[1].since, at(10));
  EXPECT_EQ(changes[2].change.message, "app gained UPDATE, DELETE on shop.orders");
  EXPECT_EQ(changes[2].since, at(20));
}

TEST_F(StoreTest, AFindingAloneIsNotTheLastChange) {
  add(record(check(0, {relation("shop", "orders", reading)})));
  add(record(check(1, {relation("shop", "orders", writing)})));
  CheckReport with = check(2, {relation("shop", "orders", writing)});
  with.login.findings.emplace_back().id = "abc";
  add(record(with));
  EXPECT_EQ(runs().size(), 3U);
  EXPECT_EQ(runs()[0].changes, 0);
  EXPECT_EQ(runs()[1].changes, 2);
  EXPECT_EQ(runs()[2].changes, 0);
  EXPECT_EQ(History(file_).state_before_last_change("orders")->run.first_at, at(0));
}

TEST_F(StoreTest, FailureIsNoChange) {
  add(record(check(0, {relation("shop", "orders", reading)})));
  EXPECT_TRUE(add(record(failed_check(1))).empty());
  EXPECT_TRUE(add(record(failed_check(2))).empty());
  EXPECT_TRUE(add(record(failed_check(3, FailureCode::timeout))).empty());
  EXPECT_TRUE(add(bare_record(check(4, {relation("shop", "orders", reading)}))).empty());
  ASSERT_EQ(runs().size(), 4U);
  EXPECT_EQ(runs()[1].failure_code, "timeout");
  EXPECT_EQ(runs()[2].checks, 2);
  EXPECT_EQ(runs()[2].failure_message, "refused at minute 2");
  EXPECT_EQ(held_at(3), "orders read;");
}

TEST_F(StoreTest, FirstAnswerAfterFailuresIsNoChange) {
  add(record(failed_check(0)));
  EXPECT_EQ(held_at(0), "unknown");
  EXPECT_TRUE(add(record(check(1, {relation("shop", "orders", reading)}))).empty());
}

TEST_F(StoreTest, StateThatTheStoreDoesNotHaveIsAskedFor) {
  const CheckRecord bare = bare_record(check(0, {relation("shop", "orders", reading)}));
  EXPECT_TRUE(store_.record({&bare, 1}).front().is_state_wanted);
  const CheckRecord whole = record(check(1, {relation("shop", "orders", reading)}));
  EXPECT_FALSE(store_.record({&whole, 1}).front().is_state_wanted);
  EXPECT_FALSE(store_.record({&bare, 1}).front().is_state_wanted);
  ASSERT_EQ(store_.digests().size(), 1U);
  EXPECT_EQ(store_.digests()[0].second, whole.digest);
}

TEST_F(StoreTest, LockedRelationIsNoChange) {
  add(record(check(0, {relation("shop", "orders", reading)})));
  RelationPermissions locked = relation("shop", "orders", reading);
  locked.can_read = locked.can_write = locked.can_truncate = std::nullopt;
  locked.blocked_by = {"locked"};
  EXPECT_TRUE(add(record(check(1, {locked}))).empty());
  EXPECT_TRUE(add(record(check(2, {relation("shop", "orders", reading)}))).empty());
  EXPECT_EQ(count("SELECT count(*) FROM version JOIN item ON item.id = item_id WHERE kind = 4"), 1);
  EXPECT_EQ(runs().size(), 1U);
}

TEST_F(StoreTest, PartialAnswerBetweenWholeOnesHidesNoChange) {
  add(record(check(0, {relation("shop", "orders", reading | writing)})));
  CheckReport partial = check(1, {});
  partial.source = Source::information_schema;
  EXPECT_TRUE(add(record(partial)).empty());
  EXPECT_EQ(held_at(1), "orders write;");
  const auto lost = add(record(check(2, {relation("shop", "orders", reading)})));
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].kind, ChangeKind::privileges_lost);
}

TEST_F(StoreTest, AuditedRolesComeAndGo) {
  CheckReport with = check(0, {});
  with.roles.push_back(
      {.role_name = "etl", .summary = {}, .schemas = {}, .tables = {}, .findings = {}});
  add(record(with));
  EXPECT_EQ(add(record(check(1, {}))).at(0).kind, ChangeKind::role_disappeared);
  with.started_at = at(2);
  EXPECT_EQ(add(record(with)).at(0).kind, ChangeKind::role_appeared);
  EXPECT_EQ(History(file_).state_at("orders", at(1))->roles.size(), 1U);
  EXPECT_EQ(History(file_).state_at("orders", at(2))->roles.size(), 2U);
}

TEST_F(StoreTest, ANewDayIsANewRun) {
  add(record(check(0, {})));
  add(bare_record(check(12 * 60 - 1, {})));
  add(bare_record(check(12 * 60, {})));
  ASSERT_EQ(runs().size(), 2U);
  EXPECT_EQ(runs()[0].first_at, at(12 * 60));
  EXPECT_EQ(runs()[0].changes, 0);
  EXPECT_EQ(held_at(12 * 60), "");
}

TEST_F(StoreTest, FindingsHaveAFirstAndALastTime) {
  CheckReport with = check(0, {});
  Finding finding;
  finding.id = "abc";
  finding.message = "m";
  with.login.findings = {finding};
  add(record(check(0, {})));
  with.started_at = at(1);
  EXPECT_TRUE(add(record(with)).empty());  // no permission has changed
  add(record(check(2, {})));
  EXPECT_EQ(findings_of(History(file_).state_at("orders", at(1))->roles[0].items).size(), 1U);
  EXPECT_EQ(findings_of(History(file_).state_at("orders", at(2))->roles[0].items).size(), 0U);
}

TEST_F(StoreTest, RetentionByCountKeepsWhatIsTrueOfTheRest) {
  for (int minute = 0; minute < 20; ++minute) {
    add(record(check(minute, {relation("shop", "orders", minute % 2 == 0 ? reading : writing)})));
  }
  store_.apply({.age = std::chrono::hours(24), .runs = 3}, at(20));
  EXPECT_EQ(runs().size(), 3U);
  EXPECT_EQ(held_at(16), "unknown");
  EXPECT_EQ(held_at(17), "orders write;");
  EXPECT_EQ(held_at(18), "orders read;");
  EXPECT_EQ(held_at(19), "orders write;");
  EXPECT_EQ(count("SELECT count(*) FROM version JOIN item ON item.id = item_id WHERE kind = 4"), 3);
  EXPECT_TRUE(add(bare_record(check(20, {relation("shop", "orders", writing)}))).empty());
}

TEST_F(StoreTest, RetentionByAgeCountsFromTheLastCheck) {
  add(record(check(0, {relation("shop", "orders", reading)})));
  add(record(check(60, {relation("shop", "orders", writing)})));
  add(record(check(180, {relation("shop", "items", writing)})));
  const Retention two_hours{.age = std::chrono::hours(2), .runs = 100};
  store_.apply(two_hours, at(100'000));
  EXPECT_EQ(runs().size(), 2U);
  EXPECT_EQ(held_at(60), "orders write;");
  store_.apply({.age = std::chrono::hours(0), .runs = 100}, at(100'000));
  EXPECT_EQ(runs().size(), 1U);
  EXPECT_EQ(held_at(180), "items write;");
  EXPECT_EQ(count("SELECT count(*) FROM item WHERE object_name = 'orders'"), 0);
}

TEST_F(StoreTest, AnEqualStateOfManyConnectionsSharesItsNamesAndFacts) {
  for (const char* name : {"one", "two", "three"}) {
    add(record(check(0, {relation("shop", "orders", reading)}, name)));
  }
  EXPECT_EQ(count("SELECT count(*) FROM item WHERE kind = 4"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM role"), 3);
}

TEST_F(StoreTest, AllOfABatchOrNothing) {
  const std::vector<CheckRecord> batch = {record(check(0, {}, "one")), record(check(0, {}, "two"))};
  Database other(file_, OpenMode::write);
  other.run_script(
      "CREATE TRIGGER refuse BEFORE INSERT ON connection WHEN NEW.name = 'two'"
      " BEGIN SELECT raise(ABORT, 'refused'); END");
  EXPECT_THROW(store_.record(batch), StoreError);
  EXPECT_EQ(count("SELECT count(*) FROM connection"), 0);
  other.run_script("DROP TRIGGER refuse");
  EXPECT_EQ(store_.record(batch).size(), 2U);
}

TEST(ReadOnlyStore, IsReadByWhoMayNotWriteItsDirectory) {
  const samples::Directory directory;
  const std::filesystem::path file = directory / "history.db";
  {
    Store store(file);
    const CheckRecord first = record(check(0, {relation("shop", "orders", reading)}));
    store.record({&first, 1});
  }
  std::filesystem::permissions(file.parent_path(), std::filesystem::perms(0555));
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    if (geteuid() == 0 && setuid(nobody) != 0) {
      _exit(2);
    }
    try {
      _exit(History(file).state_at("orders", at(0)) ? 0 : 3);
    } catch (const StoreError& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(4);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::filesystem::permissions(file.parent_path(), std::filesystem::perms(0755));
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(StoreMigration, OneOfALaterVersionIsLeftAlone) {
  const samples::Directory directory;
  const std::filesystem::path file = directory / "history.db";
  { const Store store(file); }
  { const Store again(file); }
  {
    Database database(file, OpenMode::write);
    EXPECT_EQ(schema_version(database), newest_schema_version());
    database.run("UPDATE schema_version SET version = version + 1");
  }
  try {
    const Store store(file);
    ADD_FAILURE() << "a later version was opened";
  } catch (const StoreError& error) {
    EXPECT_EQ(error.trouble(), StoreTrouble::newer);
  }
  EXPECT_THROW(History{file}, StoreError);
}

TEST(StoreMigration, AnotherProgramsDatabaseIsLeftAlone) {
  const samples::Directory directory;
  const std::filesystem::path file = directory / "other.db";
  {
    Database other(file, OpenMode::write);
    other.run_script("CREATE TABLE bookmarks (url TEXT)");
  }
  try {
    const Store store(file);
    ADD_FAILURE() << "another program's database was taken";
  } catch (const StoreError& error) {
    EXPECT_EQ(error.trouble(), StoreTrouble::foreign);
  }
  Database other(file, OpenMode::read);
  EXPECT_EQ(other.integer("SELECT count(*) FROM sqlite_master"), 1);
}

TEST(StoreMigration, AnInterruptedOneGoesOn) {
  const samples::Directory directory;
  const std::filesystem::path file = directory / "history.db";
  {  // as killed before the first step was committed
    Database database(file, OpenMode::write);
    database.run_script("CREATE TABLE schema_version (version INTEGER)");
  }
  Store store(file);
  EXPECT_TRUE(store.digests().empty());
}

TEST(StoreMigration, WhatIsNoDatabaseIsNotTouched) {
  const samples::Directory directory;
  const std::filesystem::path file = directory / "history.db";
  const std::string text(10'000, 'x');
  std::FILE* stream = std::fopen(file.c_str(), "w");
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fclose(stream);
  try {
    const Store store(file);
    ADD_FAILURE() << "a text was opened";
  } catch (const StoreError& error) {
    EXPECT_EQ(error.trouble(), StoreTrouble::damaged);
  }
  EXPECT_EQ(std::filesystem::file_size(file), text.size());
}

}  // namespace
}  // namespace conncheck
