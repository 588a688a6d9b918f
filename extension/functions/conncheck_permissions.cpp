// conncheck_permissions(role, schema_pattern, table_pattern, include_system, include_invisible)
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extension/functions/module.hpp"
#include "extension/functions/relation_report.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/repeated_values.hpp"
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

/// Makes the rows of one role's report. Values that rows repeat are made once, in the memory
/// context that is current when *this is constructed; the others in the one that is current then.
class PermissionRows {
 public:
  PermissionRows(server::RowWriter& writer, server::Roles& roles, rules::RoleId role)
      : writer_(writer), roles_(roles), role_name_(server::name_value(roles.name(role))) {}

  void put(const ReportedRelation& relation);

 private:
  /// For the first so many profiles their rows are kept; hardly a catalog has more.
  static constexpr std::uint32_t most_templates = 1000;
  static constexpr int table_name = 3;  ///< the column

  server::Row row(const ReportedRelation& relation);
  Datum privileges(PrivilegeSet held);
  Datum obstacles(const std::vector<rules::Obstacle>& blocked_by);
  void add_columns(const ReportedRelation& relation, server::Row& row);

  server::RowWriter& writer_;
  server::Roles& roles_;
  Datum role_name_;
  server::RepeatedValues<server::RowTemplate> templates_;
  server::RepeatedValues<> schemas_;
  server::RepeatedValues<> kinds_;
  server::RepeatedValues<> privileges_;
  server::RepeatedValues<> owners_;
  server::RepeatedValues<> row_security_;
  server::RepeatedValues<> obstacles_;
  NameData table_name_;
};

Datum PermissionRows::privileges(PrivilegeSet held) {
  return privileges_.get(held.bits(), [held] { return server::text_array_value(words(held)); });
}

Datum PermissionRows::obstacles(const std::vector<rules::Obstacle>& blocked_by) {
  std::uint32_t set = 0;
  for (const rules::Obstacle obstacle : blocked_by) {
    set |= 1U << static_cast<unsigned>(obstacle);
  }
  return obstacles_.get(set, [&blocked_by] {
    std::vector<std::string> names;
    for (const rules::Obstacle obstacle : blocked_by) {
      names.emplace_back(to_string(obstacle));
    }
    return server::text_array_value(names);
  });
}

void PermissionRows::add_columns(const ReportedRelation& relation, server::Row& row) {
  const std::string columns = column_privileges(relation.column_grants);
  columns.empty() ? row.null() : row.jsonb(columns);
}

server::Row PermissionRows::row(const ReportedRelation& relation) {
  const RelationProfile& profile = relation.profile;
  namestrcpy(&table_name_, relation.name);
  server::Row row;
  row.value(role_name_);
  row.value(schemas_.get(profile.schema->id,
                         [&profile] { return server::name_value(profile.schema->name); }));
  row.value(NameGetDatum(&table_name_));
  row.value(kinds_.get(static_cast<std::uint32_t>(profile.kind),
                       [&profile] { return server::text_value(to_string(profile.kind)); }));
  row.boolean(relation.verdict.can_read);
  row.boolean(relation.verdict.can_write);
  row.boolean(relation.verdict.can_truncate);
  row.value(privileges(profile.grants.privileges));
  row.value(privileges(profile.grants.grantable));
  add_columns(relation, row);
  row.value(
      owners_.get(profile.owner, [&] { return server::name_value(roles_.name(profile.owner)); }));
  row.value(row_security_.get(static_cast<std::uint32_t>(relation.row_security), [&relation] {
    return server::text_value(to_string(relation.row_security));
  }));
  row.value(obstacles(relation.verdict.blocked_by));
  return row;
}

void PermissionRows::put(const ReportedRelation& relation) {
  if (!relation.as_profile || *relation.as_profile >= most_templates) {
    writer_.put(row(relation));
    return;
  }
  const server::RowTemplate row_template = templates_.get(
      *relation.as_profile, [&] { return writer_.make_template(row(relation), table_name); });
  writer_.put(row_template, relation.name);
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

  PermissionRows rows(writer, roles, role.id());
  server::ScratchMemory memory;
  report_relations(roles, role, schemas, selection, [&](const ReportedRelation& relation) {
    rows.put(relation);
    memory.reset();
  });
}

}  // namespace
}  // namespace conncheck::functions

Datum conncheck_permissions(PG_FUNCTION_ARGS) {
  conncheck::server::entry([fcinfo] { conncheck::functions::write_permissions(fcinfo); });
  return Datum{0};
}
