// conncheck_permissions(role, schema_pattern, table_pattern, include_system, include_invisible)
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extension/functions/module.hpp"
#include "extension/functions/relation_report.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/row_writer.hpp"

CONNCHECK_SQL_FUNCTION(conncheck_permissions);

namespace conncheck::functions {
namespace {

std::size_t character_length(std::string_view rest) {
  return static_cast<std::size_t>(pg_encoding_mblen(GetDatabaseEncoding(), rest.data()));
}

std::optional<rules::NamePattern> pattern_argument(FunctionCallInfo fcinfo, int argument) {
  if (PG_ARGISNULL(argument)) {
    return std::nullopt;
  }
  const char* const pattern =
      server::guard([=] { return text_to_cstring(PG_GETARG_TEXT_PP(argument)); });
  return rules::NamePattern(pattern, character_length);
}

bool flag_argument(FunctionCallInfo fcinfo, int argument) {
  return !PG_ARGISNULL(argument) && PG_GETARG_BOOL(argument);
}

std::vector<std::string> words(PrivilegeSet privileges) {
  std::vector<std::string> result;
  for (const Privilege privilege : relation_privileges) {
    if (privileges.has(privilege)) {
      result.emplace_back(to_string(privilege));
    }
  }
  return result;
}

void append_json_string(const std::string& text, std::string& json) {
  constexpr char digits[] = "0123456789abcdef";
  json += '"';
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20) {
      json += "\\u00";
      json += digits[byte >> 4];
      json += digits[byte & 0xf];
      continue;
    }
    if (character == '"' || character == '\\') {
      json += '\\';
    }
    json += character;
  }
  json += '"';
}

/// {"SELECT": ["id", …], …}, or an empty text if there is nothing.
std::string column_privileges(const std::vector<rules::ColumnGrant>& grants) {
  std::string json;
  for (const Privilege privilege : relation_privileges) {
    std::string names;
    for (const rules::ColumnGrant& grant : grants) {
      if (grant.privileges.has(privilege)) {
        names += names.empty() ? "" : ",";
        append_json_string(grant.name, names);
      }
    }
    if (!names.empty()) {
      json += json.empty() ? "{\"" : ",\"";
      json += to_string(privilege);
      json += "\":[" + names + "]";
    }
  }
  return json.empty() ? json : json + "}";
}

server::Row row_of(const ReportedRelation& relation, const std::string& role_name,
                   const std::string& owner_name) {
  server::Row row;
  row.name(role_name);
  row.name(relation.schema->name);
  row.name(relation.name);
  row.text(to_string(relation.kind));
  row.boolean(relation.verdict.can_read);
  row.boolean(relation.verdict.can_write);
  row.boolean(relation.verdict.can_truncate);
  row.text_array(words(relation.grants.privileges));
  row.text_array(words(relation.grants.grantable));
  const std::string columns = column_privileges(relation.column_grants);
  columns.empty() ? row.null() : row.jsonb(columns);
  row.name(owner_name);
  row.text(to_string(relation.row_security));
  std::vector<std::string> obstacles;
  for (const rules::Obstacle obstacle : relation.verdict.blocked_by) {
    obstacles.emplace_back(to_string(obstacle));
  }
  row.text_array(obstacles);
  return row;
}

void write_permissions(FunctionCallInfo fcinfo) {
  server::RowWriter writer(fcinfo);
  server::Roles roles;
  rules::Role& role = roles.role(server::role_argument(fcinfo, 0));
  ReportSelection selection;
  selection.schema = pattern_argument(fcinfo, 1);
  selection.table = pattern_argument(fcinfo, 2);
  selection.include_invisible = flag_argument(fcinfo, 4);
  const server::Schemas schemas = server::read_schemas(role, flag_argument(fcinfo, 3));
  const std::vector<ReportedRelation> relations = report_relations(roles, role, schemas, selection);

  const std::string& role_name = roles.name(role.id());
  server::ScratchMemory memory;
  for (const ReportedRelation& relation : relations) {
    server::check_for_interrupts();
    writer.put(row_of(relation, role_name, roles.name(relation.owner)));
    memory.reset();
  }
}

}  // namespace
}  // namespace conncheck::functions

Datum conncheck_permissions(PG_FUNCTION_ARGS) {
  conncheck::server::entry([fcinfo] { conncheck::functions::write_permissions(fcinfo); });
  return Datum{0};
}
