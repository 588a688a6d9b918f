#include "agent/render/json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "agent/core/printable.hpp"
#include "agent/render/json_document.hpp"
#include "tests/unit/render/report_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;
namespace json = boost::json;

json::object first_check(const CheckReport& report) {
  return json::parse(render(JsonFormat(), std::vector{report})).at("checks").at(0).as_object();
}

std::vector<std::string> keys(const json::object& object) {
  std::vector<std::string> result;
  for (const auto& member : object) {
    result.emplace_back(member.key());
  }
  return result;
}

TEST(Json, Golden) {
  CheckReport report = refused();
  report.error->sqlstate = "57P03";
  // clang-format off
  const std::string expected = R"golden({
  "schema_version": 1,
  "tool_version": ")golden" CONNCHECK_VERSION R"golden(",
  "status": "critical",
  "checks": [
    {
      "connection": "nobody-listens",
      "status": "critical",
      "connected": false,
      "source": null,
      "started_at": "2026-01-31T10:00:00.507Z",
      "duration_ms": {
        "total": 2,
        "resolve": 0,
        "tunnel": 0,
        "connect": 2,
        "tls": 0,
        "login": 0,
        "query": 0
      },
      "error": {
        "code": "refused",
        "phase": "connect",
        "sqlstate": "57P03",
        "message": "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused",
        "hint": "Is the server running on that port?"
      },
      "session": null,
      "summary": {
        "schemas": 0,
        "tables": 0,
        "readable": 0,
        "writable": 0,
        "truncatable": 0
      },
      "schemas": [],
      "tables": [],
      "findings": [],
      "roles": [],
      "notes": []
    }
  ]
}
)golden";
  // clang-format on
  EXPECT_EQ(render(JsonFormat(), std::vector{report}), expected);
}

TEST(Json, KeysAreInTheDocumentedOrder) {
  const json::object check = first_check(lacking());
  EXPECT_EQ(keys(check),
            (std::vector<std::string>{"connection", "status", "connected", "source", "started_at",
                                      "duration_ms", "error", "session", "summary", "schemas",
                                      "tables", "findings", "roles", "notes"}));
  EXPECT_EQ(keys(check.at("session").as_object()),
            (std::vector<std::string>{"role_name", "session_user_name", "configured_user",
                                      "database_name", "server_version", "server_address",
                                      "is_superuser", "bypass_rls", "in_recovery", "read_only",
                                      "can_set_role", "ssl", "ssl_version"}));
  EXPECT_EQ(keys(check.at("tables").at(0).as_object()),
            (std::vector<std::string>{"schema_name", "table_name", "kind", "can_read", "can_write",
                                      "can_truncate", "privileges", "grantable",
                                      "column_privileges", "owner", "row_security", "blocked_by"}));
  EXPECT_EQ(keys(check.at("findings").at(0).as_object()),
            (std::vector<std::string>{"id", "rule", "severity", "schema_name", "table_name",
                                      "missing", "message", "fix"}));
}

TEST(Json, NotesAreTexts) {
  CheckReport report = healthy();
  report.notes = {"Partial: so it is", "\xFF"};
  EXPECT_EQ(json::serialize(first_check(report).at("notes")),
            "[\"Partial: so it is\",\"\xEF\xBF\xBD\"]");
}

TEST(Json, UnknownVerdictsAndAbsentFieldsAreNull) {
  const json::object check = first_check(lacking());
  const json::value& unclear = check.at("tables").at(3);
  EXPECT_EQ(unclear.at("table_name"), "report");
  EXPECT_TRUE(unclear.at("can_read").is_null());
  EXPECT_TRUE(unclear.at("column_privileges").is_null());
  EXPECT_EQ(json::serialize(check.at("tables").at(0).at("column_privileges")),
            R"({"SELECT":["id","email"]})");
  EXPECT_TRUE(check.at("error").is_null());
  CheckReport plain = healthy();
  plain.login.tables.at(0).row_security.clear();
  EXPECT_TRUE(first_check(plain).at("tables").at(0).at("row_security").is_null());
  plain.session->ssl = false;
  EXPECT_TRUE(first_check(plain).at("session").at("ssl_version").is_null());
}

TEST(Json, AuditedRolesHaveTheirOwnPermissions) {
  CheckReport report = healthy();
  report.roles.push_back({"etl", {}, {}, {relation("public", "orders", reading)}, {}});
  const json::object role = first_check(report).at("roles").at(0).as_object();
  EXPECT_EQ(keys(role),
            (std::vector<std::string>{"role_name", "summary", "schemas", "tables", "findings"}));
  EXPECT_EQ(role.at("role_name"), "etl");
}

TEST(Json, NamesSurviveButForInvalidBytes) {
  const std::string text = render(JsonFormat(), std::vector{hostile()});
  EXPECT_TRUE(is_safe(text)) << text;
  EXPECT_EQ(valid_utf8(text), text);
  EXPECT_EQ(first_check(hostile()).at("tables").at(0).at("schema_name").as_string(),
            valid_utf8(hostile_name));
}

TEST(Json, CharactersBeyondTheBasicPlaneAreEscapedAsPairs) {
  CheckReport report = healthy();
  report.login.tables[0].table_name = "x\xF3\xA0\x80\x81";  // a tag character: invisible
  EXPECT_NE(render(JsonFormat(), std::vector{report}).find("\"x\\udb40\\udc01\""),
            std::string::npos);
  EXPECT_EQ(first_check(report).at("tables").at(0).at("table_name"), "x\xF3\xA0\x80\x81");
}

TEST(Json, IsWhatATreeOfItWouldPrint) {
  const std::string text =
      render(JsonFormat(), std::vector{healthy(), lacking(), refused(), hostile()});
  EXPECT_EQ(json_document(json::parse(text).as_object()), text);
}

TEST(Json, OfNoCheck) {
  const std::string text = render(JsonFormat(), {});
  EXPECT_EQ(json_document(json::parse(text).as_object()), text);
  EXPECT_TRUE(json::parse(text).at("checks").as_array().empty());
}

TEST(Json, WorstStatusOfAll) {
  CheckReport unknown = healthy();
  unknown.status = Status::unknown;
  const json::value document = json::parse(render(JsonFormat(), std::vector{healthy(), unknown}));
  EXPECT_EQ(document.at("status"), "unknown");
  EXPECT_EQ(document.at("schema_version"), 1);
  EXPECT_EQ(document.at("tool_version"), CONNCHECK_VERSION);
}

}  // namespace
}  // namespace conncheck
