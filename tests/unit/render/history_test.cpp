#include "agent/render/history.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conncheck {
namespace {

std::chrono::system_clock::time_point noon(int minutes) {
  return std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12) +
         std::chrono::minutes(minutes);
}

RunEntry run(int first, int last, std::int64_t checks) {
  RunEntry entry;
  entry.first_at = noon(first);
  entry.last_at = noon(last);
  entry.checks = checks;
  entry.status = "ok";
  entry.source = "catalog";
  entry.mean = std::chrono::milliseconds(12);
  entry.summary.tables = entry.summary.readable = 3;
  return entry;
}

std::vector<DatedChange> gained() {
  Change change;
  change.role_name = "app";
  change.kind = ChangeKind::privileges_gained;
  change.schema_name = "shop";
  change.object_name = "orders";
  change.before = "SELECT";
  change.after = "SELECT, INSERT";
  change.message = "app gained INSERT on shop.orders";
  change.undo = {"REVOKE INSERT ON TABLE shop.orders FROM app;"};
  change.caveat = "no effect on others";
  return {{change, noon(7)}};
}

TEST(HistoryText, ARunIsALine) {
  RunEntry failed = run(20, 20, 1);
  failed.status = "critical";
  failed.source = "";
  failed.failure_code = "refused";
  failed.failure_phase = "connect";
  failed.failure_message = "no\nlistener";
  const std::vector<RunEntry> runs = {failed, run(0, 10, 11)};
  EXPECT_EQ(render_runs("orders", runs, HistoryFormat::text),
            "2026-03-01T12:20:00Z                             1 check   critical  refused "
            "(connect): no\\u{000A}listener\n"
            "2026-03-01T12:00:00Z to 2026-03-01T12:10:00Z     11 checks  ok        3 tables: 3 "
            "readable, 0 writable, 0 truncatable\n");
}

TEST(HistoryText, ChangesWithWhatUndoesThem) {
  EXPECT_EQ(render_changes("orders", run(0, 5, 6), run(7, 9, 3), gained(), HistoryFormat::text),
            "orders: from 2026-03-01T12:05:00Z to 2026-03-01T12:09:00Z: 1 change\n"
            "2026-03-01T12:07:00Z  app gained INSERT on shop.orders\n"
            "    undone by: REVOKE INSERT ON TABLE shop.orders FROM app;\n");
}

TEST(HistoryText, SqlIsStatementsAndComments) {
  EXPECT_EQ(render_changes("orders", run(0, 5, 6), run(7, 9, 3), gained(), HistoryFormat::sql),
            "-- orders: from 2026-03-01T12:05:00Z to 2026-03-01T12:09:00Z: 1 change\n"
            "-- 2026-03-01T12:07:00Z  app gained INSERT on shop.orders\n"
            "-- no effect on others\n"
            "REVOKE INSERT ON TABLE shop.orders FROM app;\n");
}

TEST(HistoryText, CsvAndJsonHaveTheSame) {
  const std::string csv =
      render_changes("orders", run(0, 5, 6), run(7, 9, 3), gained(), HistoryFormat::csv);
  EXPECT_NE(csv.find("\norders,app,privileges_gained,shop,orders,SELECT,\"SELECT, INSERT\","
                     "2026-03-01T12:07:00.000Z,"),
            std::string::npos)
      << csv;
  const std::string json =
      render_changes("orders", run(0, 5, 6), run(7, 9, 3), gained(), HistoryFormat::json);
  EXPECT_NE(json.find("\"since\": \"2026-03-01T12:07:00.000Z\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"change\": \"privileges_gained\""), std::string::npos) << json;
}

TEST(HistoryText, NoChangeIsSaid) {
  EXPECT_EQ(render_changes("orders", run(0, 5, 6), run(0, 5, 6), {}, HistoryFormat::text),
            "orders: from 2026-03-01T12:05:00Z to 2026-03-01T12:05:00Z: nothing has changed\n");
}

}  // namespace
}  // namespace conncheck
