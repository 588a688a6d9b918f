// Reports as the renderers' tests need them.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "agent/core/assessment.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck::samples {

using std::chrono::milliseconds;

/// 2026-01-31 10:00:00.007 UTC
inline const std::chrono::system_clock::time_point start{milliseconds{1769853600007}};

inline Session session_of_app() {
  Session session;
  session.role_name = session.session_user_name = session.configured_user = "app";
  session.database_name = "orders";
  session.server_version = "15.6";
  session.server_version_num = 150006;
  session.server_address = "127.0.0.1:5432";
  session.ssl = true;
  session.ssl_version = "TLSv1.3";
  return session;
}

inline Observation observation_of_app() {
  RelationPermissions columns = relation("public", "customers");
  columns.column_privileges = {{Privilege::select, {"id", "email"}}};
  columns.row_security = "applies";
  RelationPermissions unclear = relation("public", "report", reading, "view");
  unclear.can_read = unclear.can_write = std::nullopt;
  unclear.blocked_by = {"locked"};
  Observation observation;
  observation.connected = true;
  observation.source = Source::extension;
  observation.started_at = start;
  observation.duration = {milliseconds{34}, milliseconds{1},  milliseconds{0}, milliseconds{2},
                          milliseconds{3},  milliseconds{10}, milliseconds{18}};
  observation.session = session_of_app();
  observation.login = {"app",
                       {columns, relation("public", "log", {Privilege::insert}),
                        relation("public", "orders", reading | writing), unclear,
                        blocked(relation("shop", "stock", reading), "schema usage")},
                       {usable_schema("public")}};
  return observation;
}

inline Connection connection_named(std::string name) {
  Connection connection;
  connection.name = std::move(name);
  connection.parameters = {
      {"host", "127.0.0.1"}, {"port", "5432"}, {"user", "app"}, {"dbname", "orders"}};
  return connection;
}

/// Connected, every requirement met.
inline CheckReport healthy() {
  Observation observation = observation_of_app();
  observation.login.relations = {relation("public", "customers", reading),
                                 relation("public", "orders", reading | writing)};
  return assess(connection_named("orders-prod"), std::move(observation));
}

/// Connected, but it lacks what is required.
inline CheckReport lacking() {
  Connection connection = connection_named("orders-lacking");
  connection.require = {rule({"public.*", "shop.*"}, reading | PrivilegeSet{Privilege::insert})};
  return assess(connection, observation_of_app());
}

/// Nobody listens.
inline CheckReport refused() {
  Observation observation;
  observation.started_at = start + milliseconds{500};
  observation.duration.total = observation.duration.connect = milliseconds{2};
  observation.error = Failure{FailureCode::refused, Phase::connect, std::nullopt,
                              "connection to server at \"127.0.0.1\", port 5432 failed: "
                              "Connection refused",
                              "Is the server running on that port?"};
  return assess(connection_named("nobody-listens"), std::move(observation));
}

/// Names that try to break out: quotes, line ends, terminal sequences, markup, invalid bytes.
inline const std::string hostile_name = "a\"b\n\x1b[31m\xC2\x9B|`<&\xE2\x80\xAE\xFF,;*\xEF\xBF\xBE";

inline CheckReport hostile() {
  Observation observation = observation_of_app();
  observation.session->role_name = hostile_name;
  observation.session->database_name = "=" + hostile_name;
  RelationPermissions by_column = relation(hostile_name, "注文");
  by_column.column_privileges = {{Privilege::select, {hostile_name}}};
  observation.login = {hostile_name,
                       {by_column, relation("=cmd()", "-x", reading, "view"),
                        relation(hostile_name, "\r\n</td>]]>")},
                       {}};
  Connection connection = connection_named("hostile");
  connection.require = {rule({"*.*", "no\x1bne.*"}, reading)};
  return assess(connection, std::move(observation));
}

/// The bytes that must never come out of a renderer: controls but \n, C1, bidi, invalid UTF-8.
inline bool is_safe(std::string_view text, bool allow_escape = false) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && !(allow_escape && c == '\x1b')) || byte == 0x7F ||
        byte == 0xFF) {
      return false;
    }
  }
  return text.find("\xC2\x9B") == std::string_view::npos &&
         text.find("\xE2\x80\xAE") == std::string_view::npos &&
         text.find("\xEF\xBF\xBE") == std::string_view::npos;
}

}  // namespace conncheck::samples
