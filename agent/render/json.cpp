#include "agent/render/json.hpp"

#include <fmt/format.h>

#include "agent/render/json_writer.hpp"
#include "agent/render/timestamp.hpp"

namespace conncheck {
namespace {

constexpr int schema_version = 1;
constexpr std::size_t check_depth = 2;

void text_or_null(JsonWriter& json, std::string_view key, const std::optional<std::string>& value) {
  json.key(key);
  value ? json.text(*value) : json.null();
}

void text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.key(key);
  json.text(value);
}

void boolean(JsonWriter& json, std::string_view key, bool value) {
  json.key(key);
  json.boolean(value);
}

void number(JsonWriter& json, std::string_view key, std::int64_t value) {
  json.key(key);
  json.number(value);
}

void verdict(JsonWriter& json, std::string_view key, std::optional<bool> value) {
  json.key(key);
  value ? json.boolean(*value) : json.null();
}

void texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  json.key(key);
  json.begin_array();
  for (const std::string& value : values) {
    json.text(value);
  }
  json.end_array();
}

void privileges(JsonWriter& json, std::string_view key, PrivilegeSet set) {
  json.key(key);
  json.begin_array();
  for (const Privilege privilege : relation_privileges) {
    if (set.has(privilege)) {
      json.word(to_string(privilege));
    }
  }
  json.end_array();
}

void column_privileges(JsonWriter& json, const RelationPermissions& relation) {
  json.key("column_privileges");
  if (relation.column_privileges.empty()) {
    json.null();
    return;
  }
  json.begin_object();
  for (const auto& [privilege, columns] : relation.column_privileges) {
    texts(json, to_string(privilege), columns);
  }
  json.end_object();
}

void durations(JsonWriter& json, const Durations& durations) {
  json.key("duration_ms");
  json.begin_object();
  number(json, "total", durations.total.count());
  number(json, "resolve", durations.resolve.count());
  number(json, "tunnel", durations.tunnel.count());
  number(json, "connect", durations.connect.count());
  number(json, "tls", durations.tls.count());
  number(json, "login", durations.login.count());
  number(json, "query", durations.query.count());
  json.end_object();
}

void error(JsonWriter& json, const std::optional<Failure>& failure) {
  json.key("error");
  if (!failure) {
    json.null();
    return;
  }
  json.begin_object();
  text(json, "code", to_string(failure->code));
  text(json, "phase", to_string(failure->phase));
  text_or_null(json, "sqlstate", failure->sqlstate);
  text(json, "message", failure->message);
  text(json, "hint", failure->hint);
  json.end_object();
}

void session(JsonWriter& json, const std::optional<Session>& session) {
  json.key("session");
  if (!session) {
    json.null();
    return;
  }
  json.begin_object();
  text(json, "role_name", session->role_name);
  text(json, "session_user_name", session->session_user_name);
  text(json, "configured_user", session->configured_user);
  text(json, "database_name", session->database_name);
  text(json, "server_version", session->server_version);
  text(json, "server_address", session->server_address);
  boolean(json, "is_superuser", session->is_superuser);
  boolean(json, "bypass_rls", session->bypass_rls);
  boolean(json, "in_recovery", session->in_recovery);
  boolean(json, "read_only", session->read_only);
  texts(json, "can_set_role", session->can_set_role);
  boolean(json, "ssl", session->ssl);
  json.key("ssl_version");
  session->ssl ? json.text(session->ssl_version) : json.null();
  json.end_object();
}

void summary(JsonWriter& json, const Summary& summary) {
  json.key("summary");
  json.begin_object();
  number(json, "schemas", summary.schemas);
  number(json, "tables", summary.tables);
  number(json, "readable", summary.readable);
  number(json, "writable", summary.writable);
  number(json, "truncatable", summary.truncatable);
  json.end_object();
}

void schema(JsonWriter& json, const SchemaPermissions& schema) {
  json.begin_object();
  text(json, "schema_name", schema.schema_name);
  text(json, "owner", schema.owner);
  boolean(json, "can_use", schema.can_use);
  boolean(json, "can_create", schema.can_create);
  number(json, "tables", schema.tables);
  number(json, "readable", schema.readable);
  number(json, "writable", schema.writable);
  number(json, "truncatable", schema.truncatable);
  json.end_object();
}

void table(JsonWriter& json, const RelationPermissions& relation) {
  json.begin_object();
  text(json, "schema_name", relation.schema_name);
  text(json, "table_name", relation.table_name);
  text(json, "kind", relation.kind);
  verdict(json, "can_read", relation.can_read);
  verdict(json, "can_write", relation.can_write);
  verdict(json, "can_truncate", relation.can_truncate);
  privileges(json, "privileges", relation.privileges);
  privileges(json, "grantable", relation.grantable);
  column_privileges(json, relation);
  text(json, "owner", relation.owner);
  json.key("row_security");
  relation.row_security.empty() ? json.null() : json.text(relation.row_security);
  texts(json, "blocked_by", relation.blocked_by);
  json.end_object();
}

void finding(JsonWriter& json, const Finding& finding) {
  json.begin_object();
  text(json, "id", finding.id);
  text(json, "rule", finding.rule);
  text(json, "severity", to_string(finding.severity));
  text_or_null(json, "schema_name", finding.schema_name);
  text_or_null(json, "table_name", finding.table_name);
  privileges(json, "missing", finding.missing);
  text(json, "message", finding.message);
  text_or_null(json, "fix", finding.fix);
  json.end_object();
}

template <typename Item>
void items(JsonWriter& json, std::string_view key, const std::vector<Item>& items,
           void (*write)(JsonWriter&, const Item&)) {
  json.key(key);
  json.begin_array();
  for (const Item& item : items) {
    write(json, item);
  }
  json.end_array();
}

void permissions(JsonWriter& json, const RolePermissions& role) {
  summary(json, role.summary);
  items(json, "schemas", role.schemas, schema);
  items(json, "tables", role.tables, table);
  items(json, "findings", role.findings, finding);
}

void audited_role(JsonWriter& json, const RolePermissions& role) {
  json.begin_object();
  text(json, "role_name", role.role_name);
  permissions(json, role);
  json.end_object();
}

}  // namespace

std::string JsonFormat::begin(const RunTotals& totals) const {
  return fmt::format(
      "{{\n  \"schema_version\": {},\n  \"tool_version\": \"{}\",\n  \"status\": \"{}\",\n"
      "  \"checks\": [{}",
      schema_version, CONNCHECK_VERSION, to_string(totals.status()),
      totals.checks() == 0 ? "" : "\n    ");
}

std::string JsonFormat::check(const CheckReport& report) const {
  std::string out;
  JsonWriter json(out, check_depth);
  json.begin_object();
  text(json, "connection", report.connection);
  text(json, "status", to_string(report.status));
  boolean(json, "connected", report.connected);
  json.key("source");
  report.source ? json.text(to_string(*report.source)) : json.null();
  text(json, "started_at", utc_timestamp(report.started_at));
  durations(json, report.duration);
  error(json, report.error);
  session(json, report.session);
  permissions(json, report.login);
  items(json, "roles", report.roles, audited_role);
  texts(json, "notes", report.notes);
  json.end_object();
  return out;
}

std::string_view JsonFormat::between() const { return ",\n    "; }

std::string JsonFormat::end(const RunTotals& totals) const {
  return totals.checks() == 0 ? "]\n}\n" : "\n  ]\n}\n";
}

}  // namespace conncheck
