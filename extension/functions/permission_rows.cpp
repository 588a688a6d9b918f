#include "extension/functions/permission_rows.hpp"

#include <string>

namespace conncheck::functions {
namespace {

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

/// For the first so many profiles their rows are kept; hardly a catalog has more.
constexpr std::uint32_t most_profiles = 1000;

}  // namespace

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

server::Row PermissionRows::make(const ReportedRelation& relation) {
  const RelationProfile& profile = relation.profile;
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
  const std::string columns = column_privileges(relation.column_grants);
  columns.empty() ? row.null() : row.jsonb(columns);
  row.value(
      owners_.get(profile.owner, [&] { return server::name_value(roles_.name(profile.owner)); }));
  row.value(row_security_.get(static_cast<std::uint32_t>(relation.row_security), [&relation] {
    return server::text_value(to_string(relation.row_security));
  }));
  row.value(obstacles(relation.verdict.blocked_by));
  return row;
}

const server::Row& PermissionRows::row(const ReportedRelation& relation) {
  namestrcpy(&table_name_, relation.name);
  if (!relation.as_profile || *relation.as_profile >= most_profiles) {
    row_ = make(relation);
    return row_;
  }
  if (of_profiles_.size() <= *relation.as_profile) {
    of_profiles_.resize(*relation.as_profile + 1);
  }
  std::optional<server::Row>& row = of_profiles_[*relation.as_profile];
  if (!row) {
    row = make(relation);
  }
  return *row;
}

}  // namespace conncheck::functions
