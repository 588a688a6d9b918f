#include "agent/probe/rows.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <system_error>

namespace json = boost::json;

namespace conncheck {
namespace {

using Column = std::optional<std::string_view>;

std::string text(Column column) { return std::string(column.value_or("")); }

std::optional<std::string> optional_text(Column column) {
  return column ? std::optional<std::string>(*column) : std::nullopt;
}

std::optional<bool> optional_flag(Column column) {
  if (column && *column != "t" && *column != "f") {
    throw MalformedAnswer{"the server's answer has another value where yes or no was asked for"};
  }
  return column ? std::optional<bool>(*column == "t") : std::nullopt;
}

bool flag(Column column) { return optional_flag(column).value_or(false); }

int number(Column column) {
  int value = 0;
  const std::string_view digits = column.value_or("");
  const char* const end = digits.data() + digits.size();
  const auto [after, error] = std::from_chars(digits.data(), end, value);
  if (column && (error != std::errc() || after != end)) {
    throw MalformedAnswer{"the server's answer has another value where a number was asked for"};
  }
  return value;
}

[[noreturn]] void refuse_json() {
  throw MalformedAnswer{"the server's answer is not the JSON that was asked for"};
}

json::value parsed(Column column) {
  // A database in SQL_ASCII hands out names in whatever bytes they were written.
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  json::value value = json::parse(column.value_or("[]"), error, {}, options);
  if (error) {
    refuse_json();
  }
  return value;
}

std::vector<std::string> strings(const json::value& value) {
  if (!value.is_array()) {
    refuse_json();
  }
  std::vector<std::string> result;
  for (const json::value& item : value.get_array()) {
    if (!item.is_string()) {  // to leave it out would be to tell of fewer privileges
      refuse_json();
    }
    result.emplace_back(item.get_string());
  }
  return result;
}

/// Calls `use` with each string of an array that has no other items, no spaces and no escapes, as
/// the server writes nearly all of them. False: it has, or is no array.
template <typename Use>
bool for_each_plain_string(std::string_view array, Use use) {
  if (array.size() < 2 || array.front() != '[' || array.back() != ']') {
    return false;
  }
  array = array.substr(1, array.size() - 2);
  while (!array.empty()) {
    const std::size_t end = array.front() == '"' ? array.find_first_of("\"\\", 1) : array.npos;
    if (end == array.npos || array[end] != '"') {
      return false;
    }
    use(array.substr(1, end - 1));
    array.remove_prefix(end + 1);
    if (!array.empty() && (array.front() != ',' || array.size() == 1)) {
      return false;
    }
    array.remove_prefix(array.empty() ? 0 : 1);
  }
  return true;
}

std::vector<std::string> strings(Column column) {
  std::vector<std::string> result;
  const auto add = [&result](std::string_view string) { result.emplace_back(string); };
  return column && for_each_plain_string(*column, add) ? result : strings(parsed(column));
}

PrivilegeSet privileges(Column column) {
  PrivilegeSet set;
  const auto add = [&set](std::string_view word) {
    if (const auto privilege = privilege_from(word)) {
      set.add(*privilege);
    }
  };
  if (!column || !for_each_plain_string(*column, add)) {
    for (const std::string& word : strings(parsed(column))) {
      add(word);
    }
  }
  return set;
}

decltype(RelationPermissions::column_privileges) column_privileges(Column column) {
  decltype(RelationPermissions::column_privileges) result;
  if (!column) {
    return result;
  }
  const json::value value = parsed(column);
  if (!value.is_object()) {
    refuse_json();
  }
  for (const auto& [word, names] : value.get_object()) {
    if (const auto privilege = privilege_from(word)) {
      result[*privilege] = strings(names);
    }
  }
  return result;
}

std::string kind_of_table_type(const std::string& table_type) {
  if (table_type == "VIEW") {
    return "view";
  }
  return table_type == "FOREIGN" ? "foreign table" : "table";
}

}  // namespace

void require_columns(const Columns& columns, std::size_t count) {
  if (columns.size() != count) {
    throw MalformedAnswer{"the server's answer has an unexpected number of columns"};
  }
}

CatalogContents catalog_contents_row(const Columns& columns) {
  require_columns(columns, 3);
  return {flag(columns[0]), flag(columns[1]), flag(columns[2])};
}

SessionRow session_row(const Columns& columns) {
  require_columns(columns, 13);
  SessionRow row;
  row.session.role_name = text(columns[0]);
  row.session.session_user_name = text(columns[1]);
  row.session.database_name = text(columns[2]);
  row.session.server_version = text(columns[3]);
  row.session.server_version_num = number(columns[4]);
  row.session.is_superuser = flag(columns[5]);
  row.session.bypass_rls = flag(columns[6]);
  row.session.in_recovery = flag(columns[7]);
  row.session.read_only = flag(columns[8]);
  row.session.can_set_role = strings(columns[9]);
  row.extension_version = optional_text(columns[10]);
  row.extension_schema = text(columns[11]);
  row.extension_executable = flag(columns[12]);
  return row;
}

RelationPermissions permissions_row(const Columns& columns) {
  require_columns(columns, 13);
  RelationPermissions row;
  row.schema_name = text(columns[1]);
  row.table_name = text(columns[2]);
  row.kind = text(columns[3]);
  row.can_read = optional_flag(columns[4]);
  row.can_write = optional_flag(columns[5]);
  row.can_truncate = optional_flag(columns[6]);
  row.privileges = privileges(columns[7]);
  row.grantable = privileges(columns[8]);
  row.column_privileges = column_privileges(columns[9]);
  row.owner = text(columns[10]);
  row.row_security = text(columns[11]);
  row.blocked_by = strings(columns[12]);
  return row;
}

SchemaPermissions schema_row(const Columns& columns) {
  require_columns(columns, 4);
  SchemaPermissions row;
  row.schema_name = text(columns[0]);
  row.owner = text(columns[1]);
  row.can_use = flag(columns[2]);
  row.can_create = flag(columns[3]);
  return row;
}

PowerfulRole powerful_role_row(const Columns& columns) {
  require_columns(columns, 3);
  return {text(columns[0]), text(columns[1]), flag(columns[2])};
}

ProofSubjectRow proof_subject_row(const Columns& columns) {
  require_columns(columns, 7);
  ProofSubjectRow row;
  row.relation = static_cast<std::size_t>(number(columns[0]));
  row.is_view = flag(columns[1]);
  row.has_rules = flag(columns[2]);
  row.sequence_default = flag(columns[3]);
  row.foreign_key = flag(columns[4]);
  row.columns = strings(columns[5]);
  row.always_identity = strings(columns[6]);
  return row;
}

ExplanationRow explanation_row(const Columns& columns, const std::string& privilege) {
  require_columns(columns, 9);
  ExplanationRow row;
  row.privilege = privilege;
  row.held = flag(columns[0]);
  row.usable = flag(columns[1]);
  row.source = text(columns[2]);
  row.role_path = strings(columns[3]);
  row.grantor = optional_text(columns[4]);
  row.grantable = flag(columns[5]);
  row.requires_set_role = flag(columns[6]);
  row.detail = text(columns[7]);
  row.fix = optional_text(columns[8]);
  return row;
}

void add_information_schema_row(const Columns& columns,
                                std::vector<RelationPermissions>& relations) {
  require_columns(columns, 5);
  const std::string schema = text(columns[0]);
  const std::string table = text(columns[1]);
  if (relations.empty() || relations.back().schema_name != schema ||
      relations.back().table_name != table) {
    RelationPermissions relation;
    relation.schema_name = schema;
    relation.table_name = table;
    relation.kind = kind_of_table_type(text(columns[2]));
    relations.push_back(std::move(relation));
  }
  RelationPermissions& relation = relations.back();
  const auto privilege = privilege_from(text(columns[3]));
  if (!privilege) {
    return;
  }
  relation.privileges.add(*privilege);
  if (text(columns[4]) == "YES") {
    relation.grantable.add(*privilege);
  }
  const PrivilegeSet write = {Privilege::insert, Privilege::update, Privilege::delete_};
  relation.can_read = relation.privileges.has(Privilege::select);
  relation.can_write = relation.privileges.has_all(write);
  relation.can_truncate = relation.privileges.has(Privilege::truncate);
}

}  // namespace conncheck
