// Simulates the agent's memory over many days: how large it gets, and how long it takes.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/store/history.hpp"
#include "agent/store/store.hpp"

namespace conncheck {
namespace {

struct Scale {
  int connections = 10;
  int tables = 1000;
  int days = 365;
  int checks_a_day = 96;
  int changes_a_day = 10;  ///< of each connection: 1 % of its tables, each at a check of its own
};

RelationPermissions table_of(int connection, int number) {
  RelationPermissions table;
  table.schema_name = fmt::format("schema_{}_{}", connection, number / 100);
  table.table_name = fmt::format("table_with_an_ordinary_name_{:04}", number);
  table.kind = "table";
  table.privileges = {Privilege::select};
  table.can_read = true;
  table.can_write = table.can_truncate = false;
  table.owner = fmt::format("owner_{}", connection);
  table.row_security = "none";
  return table;
}

CheckReport first_report(const Scale& scale, int connection) {
  CheckReport report;
  report.connection = fmt::format("connection-{}", connection);
  report.status = Status::ok;
  report.source = Source::catalog;
  report.session.emplace();
  report.login.role_name = "app";
  for (int number = 0; number < scale.tables; ++number) {
    report.login.tables.push_back(table_of(connection, number));
  }
  return report;
}

/// Another privilege on the next table, each table in its turn.
void change_one(CheckReport& report, std::size_t turn) {
  std::vector<RelationPermissions>& tables = report.login.tables;
  RelationPermissions& table = tables[turn * 7919 % tables.size()];
  const PrivilegeSet more = {Privilege::select, Privilege::insert};
  table.privileges = table.privileges == more ? PrivilegeSet{Privilege::select} : more;
}

std::uintmax_t size_of(const std::filesystem::path& file) {
  std::uintmax_t bytes = std::filesystem::file_size(file);
  const std::filesystem::path wal = file.string() + "-wal";
  return bytes + (std::filesystem::exists(wal) ? std::filesystem::file_size(wal) : 0);
}

class Simulation {
 public:
  Simulation(const Scale& scale, const std::filesystem::path& file)
      : scale_(scale), file_(file), store_(file) {
    for (int connection = 0; connection < scale.connections; ++connection) {
      reports_.push_back(first_report(scale, connection));
      digests_.emplace_back();
    }
  }

  void run() {
    const auto start = std::chrono::steady_clock::now();
    for (int day = 0; day < scale_.days; ++day) {
      for (int check = 0; check < scale_.checks_a_day; ++check) {
        one_round(day, check);
      }
      if (day == 0) {
        fmt::print("the first day: {} kB\n", size_of(file_) / 1024);
      }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("{} days: {} checks, {} changes, {} kB, {:.1f} s\n", scale_.days, checks_, changes_,
               size_of(file_) / 1024, took.count());
  }

  /// How long a round takes in which nothing has changed.
  void unchanged_round() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<CheckRecord> records;
    for (std::size_t i = 0; i < reports_.size(); ++i) {
      records.push_back(record_of(reports_[i], digests_[i], digests_[i]));
    }
    store_.record(records);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    fmt::print("a round without a change: {} connections in {:.1f} ms\n", reports_.size(),
               took.count());
  }

 private:
  void one_round(int day, int check) {
    std::vector<CheckRecord> records;
    for (std::size_t i = 0; i < reports_.size(); ++i) {
      CheckReport& report = reports_[i];
      report.started_at = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) +
                          std::chrono::days(day) +
                          std::chrono::minutes(24 * 60 / scale_.checks_a_day) * check;
      const bool is_first = day == 0 && check == 0;
      if (!is_first && check < scale_.changes_a_day) {
        change_one(report, static_cast<std::size_t>(day * scale_.changes_a_day + check));
      }
      const std::string known = digests_[i];
      if (is_first || check < scale_.changes_a_day) {
        digests_[i] = digest_of(report);
      }
      records.push_back(record_of(report, digests_[i], known));
    }
    for (const Recorded& recorded : store_.record(records)) {
      changes_ += recorded.changes.size();
      ++checks_;
    }
  }

  Scale scale_;
  std::filesystem::path file_;
  Store store_;
  std::vector<CheckReport> reports_;
  std::vector<std::string> digests_;
  std::size_t checks_ = 0;
  std::size_t changes_ = 0;
};

}  // namespace
}  // namespace conncheck

/// usage: history_size FILE CONNECTIONS TABLES DAYS CHECKS-A-DAY CHANGES-A-DAY
int main(int argc, char** argv) {
  if (argc != 7) {
    fmt::print(stderr, "usage: {} FILE CONNECTIONS TABLES DAYS CHECKS-A-DAY CHANGES-A-DAY\n",
               *argv);
    return 3;
  }
  const conncheck::Scale scale{.connections = std::atoi(argv[2]),
                               .tables = std::atoi(argv[3]),
                               .days = std::atoi(argv[4]),
                               .checks_a_day = std::atoi(argv[5]),
                               .changes_a_day = std::atoi(argv[6])};
  conncheck::Simulation simulation(scale, argv[1]);
  simulation.run();
  simulation.unchanged_round();
  return 0;
}
