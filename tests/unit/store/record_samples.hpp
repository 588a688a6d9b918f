// Checks and files as the tests of the store need them.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "agent/store/check_record.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck::samples {

/// 2026-03-01, at so many minutes after noon.
inline std::chrono::system_clock::time_point at(std::int64_t minutes) {
  return std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12) +
         std::chrono::minutes(minutes);
}

inline CheckReport check(std::int64_t minute, std::vector<RelationPermissions> tables,
                         std::string connection = "orders") {
  CheckReport report;
  report.connection = std::move(connection);
  report.status = Status::ok;
  report.connected = true;
  report.source = Source::extension;
  report.started_at = at(minute);
  report.duration.total = std::chrono::milliseconds(10);
  report.session.emplace();
  report.login.role_name = "app";
  report.login.schemas = {usable_schema("shop")};
  report.login.tables = std::move(tables);
  report.login.summary = summarize(report.login.tables, report.login.schemas);
  return report;
}

inline CheckReport failed_check(std::int64_t minute, FailureCode code = FailureCode::refused) {
  CheckReport report = check(minute, {});
  report.status = Status::critical;
  report.source.reset();
  report.error = Failure{.code = code,
                         .phase = Phase::connect,
                         .sqlstate = std::nullopt,
                         .message = "refused at minute " + std::to_string(minute),
                         .hint = {}};
  return report;
}

/// With the state in it.
inline CheckRecord record(const CheckReport& report) {
  return record_of(report, digest_of(report), {});
}

/// Without: as the agent hands it in where it knows the state.
inline CheckRecord bare_record(const CheckReport& report) {
  return record_of(report, digest_of(report), digest_of(report));
}

/// A directory of its own for each test, gone afterwards.
class Directory {
 public:
  Directory() {
    std::string name = testing::TempDir() + "conncheck-store-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace conncheck::samples
