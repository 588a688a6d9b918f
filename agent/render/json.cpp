#include "agent/render/json.hpp"

#include <boost/json.hpp>

#include "agent/render/json_document.hpp"
#include "agent/render/timestamp.hpp"

namespace conncheck {
namespace {

namespace json = boost::json;

constexpr int schema_version = 1;

json::value verdict(std::optional<bool> value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::array privileges(PrivilegeSet set) {
  json::array array;
  for (const Privilege privilege : relation_privileges) {
    if (set.has(privilege)) {
      array.emplace_back(to_string(privilege));
    }
  }
  return array;
}

json::value column_privileges(const RelationPermissions& relation) {
  if (relation.column_privileges.empty()) {
    return nullptr;
  }
  json::object object;
  for (const auto& [privilege, columns] : relation.column_privileges) {
    object.emplace(to_string(privilege), json_texts(columns));
  }
  return object;
}

json::object duration(const Durations& durations) {
  return {{"total", durations.total.count()},   {"resolve", durations.resolve.count()},
          {"tunnel", durations.tunnel.count()}, {"connect", durations.connect.count()},
          {"tls", durations.tls.count()},       {"login", durations.login.count()},
          {"query", durations.query.count()}};
}

json::value error(const std::optional<Failure>& failure) {
  if (!failure) {
    return nullptr;
  }
  return json::object{{"code", to_string(failure->code)},
                      {"phase", to_string(failure->phase)},
                      {"sqlstate", json_text_or_null(failure->sqlstate)},
                      {"message", json_text(failure->message)},
                      {"hint", json_text(failure->hint)}};
}

json::value session(const std::optional<Session>& session) {
  if (!session) {
    return nullptr;
  }
  return json::object{
      {"role_name", json_text(session->role_name)},
      {"session_user_name", json_text(session->session_user_name)},
      {"configured_user", json_text(session->configured_user)},
      {"database_name", json_text(session->database_name)},
      {"server_version", json_text(session->server_version)},
      {"server_address", json_text(session->server_address)},
      {"is_superuser", session->is_superuser},
      {"bypass_rls", session->bypass_rls},
      {"in_recovery", session->in_recovery},
      {"read_only", session->read_only},
      {"can_set_role", json_texts(session->can_set_role)},
      {"ssl", session->ssl},
      {"ssl_version", session->ssl ? json::value(json_text(session->ssl_version)) : nullptr}};
}

json::object summary(const Summary& summary) {
  return {{"schemas", summary.schemas},
          {"tables", summary.tables},
          {"readable", summary.readable},
          {"writable", summary.writable},
          {"truncatable", summary.truncatable}};
}

json::array schemas(const std::vector<SchemaPermissions>& schemas) {
  json::array array;
  for (const SchemaPermissions& schema : schemas) {
    array.push_back(json::object{{"schema_name", json_text(schema.schema_name)},
                                 {"owner", json_text(schema.owner)},
                                 {"can_use", schema.can_use},
                                 {"can_create", schema.can_create},
                                 {"tables", schema.tables},
                                 {"readable", schema.readable},
                                 {"writable", schema.writable},
                                 {"truncatable", schema.truncatable}});
  }
  return array;
}

json::array tables(const std::vector<RelationPermissions>& relations) {
  json::array array;
  for (const RelationPermissions& relation : relations) {
    array.push_back(
        json::object{{"schema_name", json_text(relation.schema_name)},
                     {"table_name", json_text(relation.table_name)},
                     {"kind", json_text(relation.kind)},
                     {"can_read", verdict(relation.can_read)},
                     {"can_write", verdict(relation.can_write)},
                     {"can_truncate", verdict(relation.can_truncate)},
                     {"privileges", privileges(relation.privileges)},
                     {"grantable", privileges(relation.grantable)},
                     {"column_privileges", column_privileges(relation)},
                     {"owner", json_text(relation.owner)},
                     {"row_security", relation.row_security.empty()
                                          ? json::value(nullptr)
                                          : json::value(json_text(relation.row_security))},
                     {"blocked_by", json_texts(relation.blocked_by)}});
  }
  return array;
}

json::array findings(const std::vector<Finding>& findings) {
  json::array array;
  for (const Finding& finding : findings) {
    array.push_back(json::object{{"id", finding.id},
                                 {"rule", finding.rule},
                                 {"severity", to_string(finding.severity)},
                                 {"schema_name", json_text_or_null(finding.schema_name)},
                                 {"table_name", json_text_or_null(finding.table_name)},
                                 {"missing", privileges(finding.missing)},
                                 {"message", json_text(finding.message)},
                                 {"fix", json_text_or_null(finding.fix)}});
  }
  return array;
}

void append_permissions(json::object& object, const RolePermissions& role) {
  object.emplace("summary", summary(role.summary));
  object.emplace("schemas", schemas(role.schemas));
  object.emplace("tables", tables(role.tables));
  object.emplace("findings", findings(role.findings));
}

json::object check(const CheckReport& report) {
  json::object object = {
      {"connection", json_text(report.connection)},
      {"status", to_string(report.status)},
      {"connected", report.connected},
      {"source", report.source ? json::value(to_string(*report.source)) : nullptr},
      {"started_at", utc_timestamp(report.started_at)},
      {"duration_ms", duration(report.duration)},
      {"error", error(report.error)},
      {"session", session(report.session)}};
  append_permissions(object, report.login);
  json::array roles;
  for (const RolePermissions& role : report.roles) {
    json::object entry = {{"role_name", json_text(role.role_name)}};
    append_permissions(entry, role);
    roles.push_back(std::move(entry));
  }
  object.emplace("roles", std::move(roles));
  object.emplace("notes", json_texts(report.notes));
  return object;
}

}  // namespace

std::string render_json(std::span<const CheckReport> reports) {
  json::array checks;
  for (const CheckReport& report : reports) {
    checks.push_back(check(report));
  }
  return json_document({{"schema_version", schema_version},
                        {"tool_version", CONNCHECK_VERSION},
                        {"status", to_string(overall_status(reports))},
                        {"checks", std::move(checks)}});
}

}  // namespace conncheck
