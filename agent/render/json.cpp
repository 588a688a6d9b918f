#include "agent/render/json.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "agent/core/printable.hpp"
#include "agent/render/timestamp.hpp"

namespace conncheck {
namespace {

namespace json = boost::json;

constexpr int schema_version = 1;

json::string text(std::string_view value) { return json::string(valid_utf8(value)); }

json::value text_or_null(const std::optional<std::string>& value) {
  return value ? json::value(text(*value)) : json::value(nullptr);
}

json::value verdict(std::optional<bool> value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) {
    array.emplace_back(text(value));
  }
  return array;
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
    object.emplace(to_string(privilege), texts(columns));
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
                      {"sqlstate", text_or_null(failure->sqlstate)},
                      {"message", text(failure->message)},
                      {"hint", text(failure->hint)}};
}

json::value session(const std::optional<Session>& session) {
  if (!session) {
    return nullptr;
  }
  return json::object{
      {"role_name", text(session->role_name)},
      {"session_user_name", text(session->session_user_name)},
      {"configured_user", text(session->configured_user)},
      {"database_name", text(session->database_name)},
      {"server_version", text(session->server_version)},
      {"server_address", text(session->server_address)},
      {"is_superuser", session->is_superuser},
      {"bypass_rls", session->bypass_rls},
      {"in_recovery", session->in_recovery},
      {"read_only", session->read_only},
      {"can_set_role", texts(session->can_set_role)},
      {"ssl", session->ssl},
      {"ssl_version", session->ssl ? json::value(text(session->ssl_version)) : nullptr}};
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
    array.push_back(json::object{{"schema_name", text(schema.schema_name)},
                                 {"owner", text(schema.owner)},
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
    array.push_back(json::object{
        {"schema_name", text(relation.schema_name)},
        {"table_name", text(relation.table_name)},
        {"kind", text(relation.kind)},
        {"can_read", verdict(relation.can_read)},
        {"can_write", verdict(relation.can_write)},
        {"can_truncate", verdict(relation.can_truncate)},
        {"privileges", privileges(relation.privileges)},
        {"grantable", privileges(relation.grantable)},
        {"column_privileges", column_privileges(relation)},
        {"owner", text(relation.owner)},
        {"row_security", relation.row_security.empty() ? json::value(nullptr)
                                                       : json::value(text(relation.row_security))},
        {"blocked_by", texts(relation.blocked_by)}});
  }
  return array;
}

json::array findings(const std::vector<Finding>& findings) {
  json::array array;
  for (const Finding& finding : findings) {
    array.push_back(json::object{{"id", finding.id},
                                 {"rule", finding.rule},
                                 {"severity", to_string(finding.severity)},
                                 {"schema_name", text_or_null(finding.schema_name)},
                                 {"table_name", text_or_null(finding.table_name)},
                                 {"missing", privileges(finding.missing)},
                                 {"message", text(finding.message)},
                                 {"fix", text_or_null(finding.fix)}});
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
      {"connection", text(report.connection)},
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
    json::object entry = {{"role_name", text(role.role_name)}};
    append_permissions(entry, role);
    roles.push_back(std::move(entry));
  }
  object.emplace("roles", std::move(roles));
  object.emplace("notes", texts(report.notes));
  return object;
}

void print(const json::value& value, std::size_t depth, std::string& out);

/// `{`, the items on lines of their own, `}`; nothing between the brackets of an empty one.
template <typename Container, typename PrintItem>
void print_items(const Container& items, std::string_view brackets, std::size_t depth,
                 std::string& out, PrintItem print_item) {
  out += brackets.front();
  bool first = true;
  for (const auto& item : items) {
    out += first ? "\n" : ",\n";
    first = false;
    out.append(2 * (depth + 1), ' ');
    print_item(item);
  }
  if (!first) {
    out += '\n';
    out.append(2 * depth, ' ');
  }
  out += brackets.back();
}

void print(const json::value& value, std::size_t depth, std::string& out) {
  if (const json::object* object = value.if_object()) {
    print_items(*object, "{}", depth, out, [&](const json::key_value_pair& member) {
      out += json::serialize(json::string(member.key()));
      out += ": ";
      print(member.value(), depth + 1, out);
    });
  } else if (const json::array* array = value.if_array()) {
    print_items(*array, "[]", depth, out,
                [&](const json::value& element) { print(element, depth + 1, out); });
  } else {
    out += json::serialize(value);
  }
}

/// Boost escapes what JSON demands, C0; DEL, C1 and the bidirectional overrides remain.
std::string escape_invisible(std::string_view document) {
  constexpr char32_t del = 0x7F;
  constexpr char32_t first_supplementary = 0x10000;
  std::string escaped;
  escaped.reserve(document.size());
  for_each_character(document, [&](std::string_view bytes, std::optional<char32_t> character) {
    if (!character || *character < del || !is_invisible(*character)) {
      escaped += bytes;
    } else if (*character < first_supplementary) {
      escaped += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(*character));
    } else {
      const std::uint32_t offset = *character - first_supplementary;
      escaped +=
          fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (offset >> 10), 0xDC00 + (offset & 0x3FF));
    }
  });
  return escaped;
}

}  // namespace

std::string render_json(std::span<const CheckReport> reports) {
  json::array checks;
  for (const CheckReport& report : reports) {
    checks.push_back(check(report));
  }
  const json::object document = {{"schema_version", schema_version},
                                 {"tool_version", CONNCHECK_VERSION},
                                 {"status", to_string(overall_status(reports))},
                                 {"checks", std::move(checks)}};
  std::string out;
  print(document, 0, out);
  out += '\n';
  return escape_invisible(out);
}

}  // namespace conncheck
