#include "agent/render/table.hpp"

#include <gtest/gtest.h>

#include "agent/core/printable.hpp"
#include "tests/unit/render/report_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;
using std::string;

bool contains(const string& text, std::string_view part) { return text.find(part) != string::npos; }

string table_of(const CheckReport& report, const TableOptions& options = {}) {
  return render(TableFormat(options), std::vector{report});
}

TEST(Table, Golden) {
  // clang-format off
  const string expected = R"golden(OK  orders-prod: connected as app to orders at 127.0.0.1:5432
  PostgreSQL 15.6, TLSv1.3, permissions from the extension, 34 ms

  Role  Schema  Table      Read  Write  Truncate
  ----  ------  ---------  ----  -----  --------
  app   public  customers  yes   no     no
  app   public  orders     yes   yes    no

  2 relations in 1 schema: 2 readable, 1 writable, 0 truncatable

CRITICAL  orders-lacking: connected as app to orders at 127.0.0.1:5432
  PostgreSQL 15.6, TLSv1.3, permissions from the extension, 34 ms

  Role  Schema  Table      Read  Write  Truncate  Notes
  ----  ------  ---------  ----  -----  --------  -----------------------------------------------
  app   public  customers  no    no     no        SELECT columns: id, email; row security applies
  app   public  log        no    no     no        INSERT held
  app   public  orders     yes   yes    no
  app   public  report     ?     ?      no        view; locked by another session
  app   shop    stock      no    no     no        no USAGE on the schema

  5 relations in 2 schemas: 1 readable, 1 writable, 0 truncatable

  CRITICAL  require
    app lacks SELECT, INSERT on public.customers: not granted.
      GRANT SELECT, INSERT ON TABLE public.customers TO app;

  CRITICAL  require
    app lacks SELECT on public.log: not granted.
      GRANT SELECT ON TABLE public.log TO app;

  WARNING  require
    Whether app has SELECT, INSERT on public.report could not be worked out: another session holds a
    lock.

  CRITICAL  require
    app lacks SELECT, INSERT on shop.stock: no USAGE on schema shop; INSERT not granted.
      GRANT USAGE ON SCHEMA shop TO app;
      GRANT INSERT ON TABLE shop.stock TO app;

CRITICAL  nobody-listens: not connected to app@127.0.0.1:5432/orders
  Failed while connecting, after 2 ms: refused
  connection to server at "127.0.0.1", port 5432 failed: Connection refused
  Hint: Is the server running on that port?

3 connections: 1 ok, 2 critical (0.50 s)
)golden";
  // clang-format on
  EXPECT_EQ(render(TableFormat(), std::vector{healthy(), lacking(), refused()}), expected);
}

TEST(Table, HostileNamesStayInTheirCells) {
  const string table = table_of(hostile());
  EXPECT_TRUE(is_safe(table)) << table;
  EXPECT_EQ(valid_utf8(table), table);
  EXPECT_TRUE(contains(table, "a\"b\\u{000A}\\u{001B}[31m\\u{009B}|`<&\\u{202E}"));
}

TEST(Table, WideCharactersAreAligned) {
  CheckReport report = healthy();
  report.login.tables = {relation("public", "注文", reading), relation("public", "abcd", reading),
                         relation("public", "e\xCC\x81", reading)};
  const string table = table_of(report);
  EXPECT_TRUE(contains(table, "  注文   yes"));
  EXPECT_TRUE(contains(table, "  abcd   yes"));
  EXPECT_TRUE(contains(table, "  e\xCC\x81      yes"));
}

TEST(Table, NoLineEndsInASpace) {
  const string table =
      render(TableFormat(), std::vector{healthy(), lacking(), refused(), hostile()});
  EXPECT_FALSE(contains(table, " \n"));
}

TEST(Table, ColoursOnlyWhenAsked) {
  EXPECT_FALSE(contains(table_of(lacking()), "\x1b"));
  const string coloured = table_of(hostile(), {.colour = true, .width = std::nullopt});
  EXPECT_TRUE(contains(coloured, "\x1b[31mCRITICAL\x1b[0m"));
  EXPECT_TRUE(is_safe(coloured, true));
  EXPECT_FALSE(contains(coloured, "b\n\x1b[31m"));
}

TEST(Table, NotesAreBrokenToFitATerminal) {
  const string table = table_of(lacking(), {.colour = false, .width = 80});
  std::size_t begin = 0;
  while (begin < table.size()) {
    const std::size_t end = table.find('\n', begin);
    EXPECT_LE(display_width(table.substr(begin, end - begin)), 80U);
    begin = end + 1;
  }
}

TEST(Table, NotesColumnOnlyWhereThereAreNotes) {
  EXPECT_FALSE(contains(table_of(healthy()), "Notes"));
  EXPECT_TRUE(contains(table_of(lacking()), "Notes"));
}

TEST(Table, ManyTablesAreOneParagraphWithAllNames) {
  Connection connection = connection_named("orders");
  connection.require = {rule({"*.*"}, writing)};
  Observation observation = observation_of_app();
  observation.login.relations.clear();
  for (int i = 100; i < 250; ++i) {
    observation.login.relations.push_back(relation("public", "t" + std::to_string(i), reading));
  }
  const string table = table_of(assess(connection, std::move(observation)));
  EXPECT_TRUE(contains(table, "CRITICAL  require (150 findings)"));
  EXPECT_TRUE(contains(table, "      GRANT INSERT, UPDATE, DELETE ON TABLE public.t100,"));
  EXPECT_TRUE(contains(table, "public.t249 TO app;"));
}

TEST(Table, UsersThatDifferAreTold) {
  CheckReport report = healthy();
  report.session->session_user_name = "postgres";
  report.session->configured_user = "postgres.ref";
  EXPECT_TRUE(contains(table_of(report),
                       "Current user app, session user postgres, configured user postgres.ref"));
}

TEST(Table, NotesStandInTheDetails) {
  CheckReport report = healthy();
  report.notes = {"Partial: a\x1b[31m word"};
  EXPECT_TRUE(contains(table_of(report), "\n  Partial: a\\u{001B}[31m word\n"));
}

TEST(Table, WithoutTlsItSaysSo) {
  CheckReport report = healthy();
  report.session->ssl = false;
  EXPECT_TRUE(contains(table_of(report), "PostgreSQL 15.6, no TLS"));
}

TEST(Table, ConnectedButNotAnswered) {
  CheckReport report = healthy();
  report.error = Failure{FailureCode::query_denied, Phase::query, "42501", "permission denied", ""};
  const string table = table_of(report);
  EXPECT_TRUE(contains(table, "connected as app"));
  EXPECT_TRUE(contains(
      table,
      "Failed while asking for the permissions, after 34 ms: query_denied (SQLSTATE 42501)"));
}

TEST(Table, AuditedRolesHaveTheirOwnSections) {
  Connection connection = connection_named("audit");
  connection.roles = {NamePattern::exactly("etl")};
  Observation observation = observation_of_app();
  observation.roles = {{"etl", {relation("public", "orders", reading)}, {}},
                       {"nobody", {relation("public", "orders")}, {}}};
  const string table = table_of(assess(connection, std::move(observation)));
  EXPECT_TRUE(contains(table, "\n  Audited role etl\n"));
  EXPECT_TRUE(contains(table, "\n  etl   public  orders  yes   no     no\n"));
  EXPECT_TRUE(contains(table, "  nobody holds no privilege on any relation."));
}

TEST(Table, TheRunIsSummedUp) {
  CheckReport warned = healthy();
  warned.status = Status::warning;
  EXPECT_TRUE(contains(render(TableFormat(), std::vector{healthy(), warned, lacking(), refused()}),
                       "\n4 connections: 1 ok, 1 warning, 2 critical (0.50 s)\n"));
  EXPECT_EQ(render(TableFormat(), {}), "0 connections\n");
}

}  // namespace
}  // namespace conncheck
