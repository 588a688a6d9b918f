#include "agent/core/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "agent/core/finding_id.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

constexpr PrivilegeSet column_kinds = {Privilege::select, Privilege::insert, Privilege::update,
                                       Privilege::references};

bool of_a_user(const RelationPermissions& relation) {
  return !relation.of_extension && !is_system_schema(relation.schema_name);
}

bool reaches(const RelationPermissions& relation) {
  return relation.can_read.value_or(false) || relation.can_write.value_or(false) ||
         relation.can_truncate.value_or(false) ||
         (held_privileges(relation) - certainly_blocked(relation)).has_any(column_kinds);
}

std::string join(const std::set<std::string>& quoted) {
  std::string list;
  for (const std::string& name : quoted) {
    list += list.empty() ? "" : ", ";
    list += name;
  }
  return list;
}

/// Privileges, and columns held by column alone, that `more` has and `less` lacks.
bool holds_more(const RelationPermissions& more, const RelationPermissions* less) {
  if (less == nullptr) {
    return more.visible();
  }
  if (!(more.privileges - less->privileges).empty()) {
    return true;
  }
  for (const auto& [privilege, columns] : more.column_privileges) {
    if (less->privileges.has(privilege)) {
      continue;
    }
    const auto own = less->column_privileges.find(privilege);
    const auto is_own = [&](const std::string& column) {
      return own != less->column_privileges.end() &&
             std::find(own->second.begin(), own->second.end(), column) != own->second.end();
    };
    if (!std::all_of(columns.begin(), columns.end(), is_own)) {
      return true;
    }
  }
  return false;
}

/// A role that was to be audited and was not.
Finding audit_finding(std::string_view connection, std::string_view rule,
                      std::string_view role_or_pattern, std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.severity = Severity::critical;
  finding.id = finding_id({.connection = connection,
                           .rule = rule,
                           .role = {},
                           .schema = {},
                           .table = {},
                           .privileges = {},
                           .pattern = role_or_pattern});
  finding.message = std::move(message);
  return finding;
}

void append(std::vector<Finding>& findings, std::optional<Finding> finding) {
  if (finding) {
    findings.push_back(std::move(*finding));
  }
}

std::vector<Finding> judge_by_rules(const PolicySubject& subject,
                                    std::span<const PolicyRule> require,
                                    std::span<const PolicyRule> forbid) {
  std::vector<Finding> findings = require_findings(subject, require);
  std::vector<Finding> forbidden = forbid_findings(subject, forbid);
  std::move(forbidden.begin(), forbidden.end(), std::back_inserter(findings));
  return findings;
}

}  // namespace

std::vector<Finding> judge_login(const PolicySubject& login, const Session& session,
                                 std::span<const PolicyRule> require,
                                 std::span<const PolicyRule> forbid, bool roles_are_audited) {
  std::vector<Finding> findings;
  if (!roles_are_audited) {
    findings = judge_by_rules(login, require, forbid);
    append(findings, nothing_visible_finding(login));
  }
  append(findings, read_only_finding(login.connection, session));
  append(findings, set_role_reaches_more_finding(login));
  return findings;
}

std::vector<Finding> judge_audited_role(const PolicySubject& role,
                                        std::span<const PolicyRule> require,
                                        std::span<const PolicyRule> forbid) {
  std::vector<Finding> findings = judge_by_rules(role, require, forbid);
  if (role.role_name != "public") {
    append(findings, nothing_visible_finding(role));
  }
  append(findings, set_role_reaches_more_finding(role));
  return findings;
}

std::optional<Finding> nothing_visible_finding(const PolicySubject& subject) {
  std::size_t relations = 0;
  std::set<std::string> unusable_schemas;
  for (const RelationPermissions& relation : subject.relations) {
    if (!of_a_user(relation)) {
      continue;
    }
    if (reaches(relation)) {
      return std::nullopt;
    }
    ++relations;
    if (is_blocked_by(relation, schema_usage)) {
      unusable_schemas.insert(quote_ident_visibly(relation.schema_name));
    }
  }

  const std::string role = quote_grantee(subject.role_name);
  Finding finding;
  finding.rule = "nothing_visible";
  finding.severity = Severity::warning;
  finding.id = finding_id({.connection = subject.connection,
                           .rule = finding.rule,
                           .role = subject.role_name,
                           .schema = {},
                           .table = {},
                           .privileges = {},
                           .pattern = {}});
  if (relations == 0) {
    finding.message = fmt::format(
        "{} sees no relation of any user schema: is this the right database? If it is, grant the "
        "role USAGE on its schemas (GRANT USAGE ON SCHEMA … TO {};) and SELECT on their tables.",
        role, role);
  } else if (!unusable_schemas.empty()) {
    finding.message =
        fmt::format("{} holds privileges, but can use none of them: it lacks USAGE on schema {}.",
                    role, join(unusable_schemas));
    const std::string fix =
        fmt::format("GRANT USAGE ON SCHEMA {} TO {};", join(unusable_schemas), role);
    if (is_valid_utf8(fix)) {  // else it would be shown for another schema, or for none
      finding.fix = fix;
    }
  } else {
    finding.message = fmt::format(
        "{} can use none of the {} relations in this database. Grant the role what it needs: "
        "GRANT USAGE ON SCHEMA … TO {}; GRANT SELECT ON ALL TABLES IN SCHEMA … TO {};",
        role, relations, role, role);
  }
  return finding;
}

std::optional<Finding> read_only_finding(std::string_view connection, const Session& session) {
  if (!session.in_recovery && !session.read_only) {
    return std::nullopt;
  }
  Finding finding;
  finding.rule = "read_only";
  finding.severity = Severity::warning;
  finding.id = finding_id({.connection = connection,
                           .rule = finding.rule,
                           .role = session.role_name,
                           .schema = {},
                           .table = {},
                           .privileges = {},
                           .pattern = session.in_recovery ? "recovery" : "default"});
  finding.message =
      session.in_recovery
          ? "The server is a standby (in recovery): nothing can be written here, whatever the "
            "privileges say."
          : "Transactions are read only by default (default_transaction_read_only): writing fails "
            "unless a transaction is started READ WRITE.";
  return finding;
}

std::optional<Finding> set_role_reaches_more_finding(const PolicySubject& subject) {
  using Name = std::pair<std::string_view, std::string_view>;
  if (subject.reachable.empty()) {
    return std::nullopt;
  }
  std::map<Name, const RelationPermissions*> own;
  for (const RelationPermissions& relation : subject.relations) {
    own.emplace(Name(relation.schema_name, relation.table_name), &relation);
  }
  std::set<std::string> roles;
  std::set<Name> relations;
  for (const RoleObservation& role : subject.reachable) {
    for (const RelationPermissions& relation : role.relations) {
      const Name name(relation.schema_name, relation.table_name);
      const auto found = own.find(name);
      if (holds_more(relation, found == own.end() ? nullptr : found->second)) {
        roles.insert(quote_ident_visibly(role.role_name));
        relations.insert(name);
      }
    }
  }
  if (roles.empty()) {
    return std::nullopt;
  }
  const std::string names = join(roles);
  Finding finding;
  finding.rule = "set_role_reaches_more";
  finding.severity = Severity::warning;
  finding.id = finding_id({.connection = subject.connection,
                           .rule = finding.rule,
                           .role = subject.role_name,
                           .schema = {},
                           .table = {},
                           .privileges = {},
                           .pattern = names});
  finding.message = fmt::format(
      "{} can SET ROLE to {}, and so reach privileges on {} {} that it does not hold itself.",
      quote_grantee(subject.role_name), names, relations.size(),
      relations.size() == 1 ? "relation" : "relations");
  return finding;
}

Finding unknown_role_finding(std::string_view connection, std::string_view role_or_pattern) {
  return audit_finding(
      connection, "unknown_role", role_or_pattern,
      fmt::format("No role of this server is named or matched by {}: its permissions were not "
                  "audited. Role names are case-sensitive here.",
                  quote_ident_visibly(role_or_pattern)));
}

Finding role_not_audited_finding(std::string_view connection, std::string_view role_or_pattern) {
  return audit_finding(
      connection, "role_not_audited", role_or_pattern,
      fmt::format("The permissions of {} were not audited: the catalogs cannot be read here, and "
                  "information_schema speaks of the login alone. Audit it through a login that may "
                  "read pg_catalog, or connect as that role.",
                  quote_ident_visibly(role_or_pattern)));
}

std::vector<const RelationPermissions*> in_order(std::span<const RelationPermissions> relations) {
  std::vector<const RelationPermissions*> ordered;
  ordered.reserve(relations.size());
  for (const RelationPermissions& relation : relations) {
    ordered.push_back(&relation);
  }
  // std::string compares bytes as unsigned: C collation.
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
    return std::tie(a->schema_name, a->table_name) < std::tie(b->schema_name, b->table_name);
  });
  return ordered;
}

bool rule_covers(const PolicyRule& rule, const RelationPermissions& relation) {
  if (rule.only_applicable_kinds && !of_a_user(relation)) {
    return false;
  }
  return std::any_of(rule.tables.begin(), rule.tables.end(), [&](const RelationPattern& pattern) {
    return pattern.matches(relation.schema_name, relation.table_name);
  });
}

}  // namespace conncheck
