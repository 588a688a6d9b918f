#include "agent/render/csv.hpp"

#include <array>
#include <string_view>

#include "agent/core/sql_identifier.hpp"
#include "agent/render/csv_cell.hpp"
#include "agent/render/report_words.hpp"

namespace conncheck {
namespace {

constexpr std::string_view header =
    "connection,status,role,schema,table,kind,can_read,can_write,can_truncate,privileges,grantable,"
    "column_privileges,owner,row_security,blocked_by,error_code,error_message\n";
constexpr std::size_t columns = 17;
using Row = std::array<std::string, columns>;

std::string verdict(std::optional<bool> value) {
  if (!value) {
    return "";
  }
  return *value ? "true" : "false";
}

template <typename Items>
std::string join(const Items& items, char separator) {
  std::string list;
  for (const auto& item : items) {
    if (!list.empty()) {
      list += separator;
    }
    list += item;
  }
  return list;
}

std::string list(PrivilegeSet privileges) {
  std::vector<std::string_view> words;
  for (const Privilege privilege : relation_privileges) {
    if (privileges.has(privilege)) {
      words.push_back(to_string(privilege));
    }
  }
  return join(words, ';');
}

std::string column_list(const RelationPermissions& relation) {
  std::vector<std::string> entries;
  for (const auto& [privilege, names] : relation.column_privileges) {
    std::vector<std::string> quoted;
    for (const std::string& name : names) {
      quoted.push_back(quote_ident_visibly(name));
    }
    entries.push_back(std::string(to_string(privilege)) + "(" + join(quoted, ',') + ")");
  }
  return join(entries, ';');
}

Row row_without_relation(const CheckReport& report, const std::string& role) {
  Row row;
  row[0] = report.connection;
  row[1] = to_string(report.status);
  row[2] = role;
  if (report.error) {
    row[15] = to_string(report.error->code);
    row[16] = report.error->message;
  }
  return row;
}

void append_role(const CheckReport& report, const std::string& role,
                 const std::vector<RelationPermissions>& relations, std::string& out) {
  const Row without_relation = row_without_relation(report, role);
  if (relations.empty()) {
    append_csv_row(without_relation, out);
  }
  for (const RelationPermissions& relation : relations) {
    Row row = without_relation;
    row[3] = relation.schema_name;
    row[4] = relation.table_name;
    row[5] = relation.kind;
    row[6] = verdict(relation.can_read);
    row[7] = verdict(relation.can_write);
    row[8] = verdict(relation.can_truncate);
    row[9] = list(relation.privileges);
    row[10] = list(relation.grantable);
    row[11] = column_list(relation);
    row[12] = relation.owner;
    row[13] = relation.row_security;
    row[14] = join(relation.blocked_by, ';');
    append_csv_row(row, out);
  }
}

}  // namespace

std::string CsvFormat::begin(const RunTotals& /*totals*/) const { return std::string(header); }

std::string CsvFormat::check(const CheckReport& report) const {
  std::string out;
  append_role(report, login_role(report), report.login.tables, out);
  for (const RolePermissions& role : report.roles) {
    append_role(report, role.role_name, role.tables, out);
  }
  return out;
}

std::string CsvFormat::end(const RunTotals& /*totals*/) const { return {}; }

}  // namespace conncheck
