#include "agent/core/draft_policy.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "agent/core/grant_statement.hpp"
#include "agent/core/policy.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

constexpr int first_version_with_maintain = 170000;

using Name = std::pair<std::string_view, std::string_view>;
/// Tables by the privileges that a rule has; the rule that speaks of the first relation is first.
using Tables = std::vector<DraftRule>;

void add(Tables& rules, PrivilegeSet privileges, const std::string& pattern) {
  if (privileges.empty()) {
    return;
  }
  for (DraftRule& rule : rules) {
    if (rule.privileges == privileges) {
      rule.tables.push_back(pattern);
      return;
    }
  }
  rules.push_back({{pattern}, privileges});
}

PrivilegeSet usable_privileges(const RelationPermissions& relation) {
  PrivilegeSet usable;
  for (const Privilege privilege : relation_privileges) {
    if (is_usable(relation, privilege).value_or(false)) {
      usable.add(privilege);
    }
  }
  return usable;
}

std::string quoted_part(const std::string& name) {
  const bool is_plain = !name.empty() && name.find_first_of(".*?\"") == std::string::npos;
  if (is_plain) {
    return name;
  }
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + "\"";
}

}  // namespace

std::string pattern_of(const std::string& schema, const std::string& table) {
  return quoted_part(schema) + "." + quoted_part(table);
}

DraftPolicy draft_policy(const RoleObservation& login, std::span<const RoleObservation> reachable,
                         int server_version_num) {
  std::map<Name, PrivilegeSet> reached;
  for (const RoleObservation& role : reachable) {
    for (const RelationPermissions& relation : role.relations) {
      PrivilegeSet& privileges = reached[{relation.schema_name, relation.table_name}];
      privileges = privileges | held_privileges(relation);
    }
  }
  PrivilegeSet known(relation_privileges);
  if (server_version_num < first_version_with_maintain) {
    known = known - PrivilegeSet{Privilege::maintain};
  }
  DraftPolicy draft;
  for (const RelationPermissions* relation : in_order(login.relations)) {
    if (is_system_schema(relation->schema_name)) {
      continue;
    }
    const std::string name = quote_relation(relation->schema_name, relation->table_name);
    if (!is_valid_utf8(relation->schema_name) || !is_valid_utf8(relation->table_name)) {
      draft.left_out.push_back(name + ": its name is not valid UTF-8, as YAML must be.");
      continue;
    }
    const PrivilegeSet usable = usable_privileges(*relation);
    const PrivilegeSet held = held_privileges(*relation);
    const PrivilegeSet beyond = reached[{relation->schema_name, relation->table_name}];
    const std::string pattern = pattern_of(relation->schema_name, relation->table_name);
    add(draft.require, usable & known, pattern);
    add(draft.forbid, known - held - beyond, pattern);
    const PrivilegeSet unwatched = (held - usable) | (beyond - held - usable);
    if (!unwatched.empty()) {
      draft.left_out.push_back(
          fmt::format("{}: {}, held by column, blocked, or reachable only by SET ROLE.", name,
                      list_privileges(unwatched)));
    }
  }
  return draft;
}

}  // namespace conncheck
