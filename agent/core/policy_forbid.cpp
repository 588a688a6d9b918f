// The rule `forbid`: what a role holds although it must not.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "agent/core/finding_id.hpp"
#include "agent/core/grant_statement.hpp"
#include "agent/core/policy.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

Finding forbidden_finding(const PolicySubject& subject, const RelationPermissions& relation,
                          PrivilegeSet held, Severity severity, std::string lead,
                          std::string tail) {
  Finding finding;
  finding.rule = "forbid";
  finding.severity = severity;
  finding.schema_name = relation.schema_name;
  finding.table_name = relation.table_name;
  finding.missing = held;
  finding.id = finding_id({.connection = subject.connection,
                           .rule = finding.rule,
                           .role = subject.role_name,
                           .schema = relation.schema_name,
                           .table = relation.table_name,
                           .privileges = held,
                           .pattern = {}});
  finding.message_lead = std::move(lead);
  finding.message_tail = std::move(tail);
  finding.message = finding.message_lead +
                    quote_relation(relation.schema_name, relation.table_name) +
                    finding.message_tail;
  return finding;
}

/// " (SELECT by column: id, email)" for what is not held on the whole relation.
std::string columns_of(const RelationPermissions& relation, PrivilegeSet held) {
  std::string text;
  for (const auto& [privilege, columns] : relation.column_privileges) {
    if (!held.has(privilege) || relation.privileges.has(privilege)) {
      continue;
    }
    std::string names;
    for (const std::string& column : columns) {
      names += names.empty() ? "" : ", ";
      names += quote_ident_visibly(column);
    }
    text += fmt::format(" ({} by column: {})", to_string(privilege), names);
  }
  return text;
}

std::string blocked_reasons(const RelationPermissions& relation, PrivilegeSet blocked) {
  std::string reasons;
  const auto add = [&reasons](const std::string& reason) {
    reasons += reasons.empty() ? "" : "; ";
    reasons += reason;
  };
  if (const PrivilegeSet impossible = blocked & impossible_privileges(relation);
      !impossible.empty()) {
    add(fmt::format("a {} never takes {}", relation.kind, list_privileges(impossible)));
  }
  for (const auto& [reason, words] : {
           std::pair{schema_usage, "no USAGE on the schema"},
           std::pair{not_updatable, "the relation takes no writing"},
           std::pair{underlying_relation, "what the view reads is denied"},
           std::pair{function_execute, "a function that this calls is denied"},
           std::pair{user_mapping, "no user mapping"},
       }) {
    if (is_blocked_by(relation, reason)) {
      add(words);
    }
  }
  return reasons;
}

using Name = std::pair<std::string_view, std::string_view>;

/// For each relation, the roles that hold something on it and are reachable by SET ROLE alone.
using ReachableHolders =
    std::map<Name, std::vector<std::pair<const RoleObservation*, PrivilegeSet>>>;

ReachableHolders reachable_holders(std::span<const RoleObservation> roles) {
  ReachableHolders holders;
  for (const RoleObservation& role : roles) {
    for (const RelationPermissions& relation : role.relations) {
      if (relation.visible()) {
        holders[Name(relation.schema_name, relation.table_name)].emplace_back(
            &role, held_privileges(relation));
      }
    }
  }
  return holders;
}

void append_held(const PolicySubject& subject, const RelationPermissions& relation,
                 PrivilegeSet forbidden, std::vector<Finding>& findings) {
  const PrivilegeSet held = forbidden & held_privileges(relation);
  const PrivilegeSet blocked = held & certainly_blocked(relation);
  const PrivilegeSet usable = held - blocked;
  const std::string role = quote_grantee(subject.role_name);
  if (!usable.empty()) {
    findings.push_back(forbidden_finding(
        subject, relation, usable, Severity::critical,
        fmt::format("{} holds {} on ", role, list_privileges(usable)),
        columns_of(relation, usable) +
            ", which is forbidden. No REVOKE is proposed: by which grant it is held (direct, "
            "PUBLIC, a group, ownership) is not known here."));
  }
  if (!blocked.empty()) {
    findings.push_back(
        forbidden_finding(subject, relation, blocked, Severity::warning,
                          fmt::format("{} holds {} on ", role, list_privileges(blocked)),
                          columns_of(relation, blocked) +
                              fmt::format(", which is forbidden, but cannot use it now: {}.",
                                          blocked_reasons(relation, blocked))));
  }
}

void append_reachable(const PolicySubject& subject, const RelationPermissions& relation,
                      PrivilegeSet forbidden, const ReachableHolders& holders,
                      std::vector<Finding>& findings) {
  const auto found = holders.find(Name(relation.schema_name, relation.table_name));
  if (found == holders.end()) {
    return;
  }
  const PrivilegeSet wanted = forbidden - held_privileges(relation);
  PrivilegeSet reachable;
  std::string roles;
  for (const auto& [role, held] : found->second) {
    if (held.has_any(wanted)) {
      reachable = reachable | (held & wanted);
      roles += roles.empty() ? "" : ", ";
      roles += quote_ident_visibly(role->role_name);
    }
  }
  if (!reachable.empty()) {
    findings.push_back(
        forbidden_finding(subject, relation, reachable, Severity::warning,
                          fmt::format("{} can reach {} on ", quote_grantee(subject.role_name),
                                      list_privileges(reachable)),
                          fmt::format(" by SET ROLE ({}), which is forbidden.", roles)));
  }
}

}  // namespace

std::vector<Finding> forbid_findings(const PolicySubject& subject,
                                     std::span<const PolicyRule> rules) {
  std::vector<Finding> findings;
  if (rules.empty()) {
    return findings;
  }
  const ReachableHolders holders = reachable_holders(subject.reachable);
  for (const RelationPermissions* relation : in_order(subject.relations)) {
    PrivilegeSet forbidden;
    for (const PolicyRule& rule : rules) {
      if (rule_covers(rule, *relation)) {
        forbidden = forbidden | rule.privileges;
      }
    }
    append_held(subject, *relation, forbidden, findings);
    append_reachable(subject, *relation, forbidden, holders, findings);
  }
  return findings;
}

}  // namespace conncheck
