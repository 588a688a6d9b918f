// The rule `require`: what a role lacks, why, and the GRANT that would mend it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/core/finding_id.hpp"
#include "agent/core/grant_statement.hpp"
#include "agent/core/policy.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

constexpr int first_version_with_maintain = 170000;
constexpr PrivilegeSet writes = {Privilege::insert, Privilege::update, Privilege::delete_};

/// What a rule asks of this relation.
PrivilegeSet required_by(const PolicyRule& rule, const RelationPermissions& relation) {
  const bool takes_all = relation.kind == "table" || relation.kind == "partitioned table" ||
                         relation.kind == "foreign table";
  return rule.only_applicable_kinds && !takes_all
             ? rule.privileges & PrivilegeSet{Privilege::select}
             : rule.privileges;
}

bool lacks_schema_usage(const PolicySubject& subject, const RelationPermissions& relation) {
  // blocked_by speaks of held privileges only; where nothing is held, the schema has to be asked.
  if (relation.visible()) {
    return is_blocked_by(relation, schema_usage);
  }
  return std::none_of(subject.schemas.begin(), subject.schemas.end(), [&](const auto& schema) {
    return schema.can_use && schema.schema_name == relation.schema_name;
  });
}

/// Why privileges are lacking, and which of that a GRANT mends.
struct Diagnosis {
  bool grant_usage = false;
  PrivilegeSet grant;
  std::string reasons;

  void add(std::string_view reason) {
    reasons += reasons.empty() ? "" : "; ";
    reasons += reason;
  }
};

/// Adds the reasons that nothing but another kind of relation or server would mend; returns the
/// privileges they explain.
PrivilegeSet explain_impossible(const PolicySubject& subject, const RelationPermissions& relation,
                                PrivilegeSet lacking, Diagnosis& diagnosis) {
  PrivilegeSet explained = lacking & impossible_privileges(relation);
  if (!explained.empty()) {
    const std::string what =
        relation.schema_name == "pg_catalog" ? "system catalog" : relation.kind;
    diagnosis.add(fmt::format("a {} never takes {}", what, list_privileges(explained)));
  }
  if (lacking.has(Privilege::maintain) && subject.server_version_num != 0 &&
      subject.server_version_num < first_version_with_maintain) {
    diagnosis.add("MAINTAIN exists from PostgreSQL 17 on");
    explained.add(Privilege::maintain);
  }
  if (is_blocked_by(relation, not_updatable) && (lacking - explained).has_any(writes)) {
    diagnosis.add(fmt::format("this {} takes no INSERT, UPDATE or DELETE", relation.kind));
    explained = explained | (lacking & writes);
  }
  return explained;
}

/// Adds the reasons that something else than a GRANT to the role would mend.
void explain_obstacles(const PolicySubject& subject, const RelationPermissions& relation,
                       PrivilegeSet held, Diagnosis& diagnosis) {
  if (!held.has_any(writes | PrivilegeSet{Privilege::select, Privilege::truncate})) {
    return;
  }
  const std::string role = quote_grantee(subject.role_name);
  if (is_blocked_by(relation, underlying_relation)) {
    diagnosis.add(
        fmt::format("the view's owner {} (or {} itself, if the view is security_invoker) lacks "
                    "rights on what the view reads",
                    quote_ident_visibly(relation.owner), role));
  }
  if (is_blocked_by(relation, user_mapping)) {
    diagnosis.add(
        fmt::format("no user mapping: CREATE USER MAPPING FOR {} SERVER … with the "
                    "server of the foreign table",
                    role));
  }
}

Diagnosis diagnose(const PolicySubject& subject, const RelationPermissions& relation,
                   PrivilegeSet lacking) {
  Diagnosis diagnosis;
  const PrivilegeSet possible = lacking - explain_impossible(subject, relation, lacking, diagnosis);
  if (possible.empty()) {
    return diagnosis;
  }
  explain_obstacles(subject, relation, possible & relation.privileges, diagnosis);
  diagnosis.grant = possible - relation.privileges;
  diagnosis.grant_usage = lacks_schema_usage(subject, relation);
  if (diagnosis.grant_usage) {
    diagnosis.add(fmt::format("no USAGE on schema {}", quote_ident_visibly(relation.schema_name)));
  }
  if (diagnosis.grant == lacking) {
    diagnosis.add("not granted");
  } else if (!diagnosis.grant.empty()) {
    diagnosis.add(list_privileges(diagnosis.grant) + " not granted");
  }
  return diagnosis;
}

Finding finding_about(const PolicySubject& subject, const RelationPermissions& relation,
                      PrivilegeSet missing) {
  Finding finding;
  finding.rule = "require";
  finding.schema_name = relation.schema_name;
  finding.table_name = relation.table_name;
  finding.missing = missing;
  finding.id = finding_id({.connection = subject.connection,
                           .rule = finding.rule,
                           .role = subject.role_name,
                           .schema = relation.schema_name,
                           .table = relation.table_name,
                           .privileges = missing,
                           .pattern = {}});
  return finding;
}

void compose_message(Finding& finding, const RelationPermissions& relation) {
  finding.message = finding.message_lead +
                    quote_relation(relation.schema_name, relation.table_name) +
                    finding.message_tail;
}

Finding lacking_finding(const PolicySubject& subject, const RelationPermissions& relation,
                        PrivilegeSet lacking) {
  Finding finding = finding_about(subject, relation, lacking);
  finding.severity = Severity::critical;
  const Diagnosis diagnosis = diagnose(subject, relation, lacking);
  finding.message_lead =
      fmt::format("{} lacks {} on ", quote_grantee(subject.role_name), list_privileges(lacking));
  finding.message_tail = diagnosis.reasons.empty() ? "." : ": " + diagnosis.reasons + ".";
  finding.grant_usage = diagnosis.grant_usage;
  finding.grant = diagnosis.grant;
  const bool can_be_granted = diagnosis.grant_usage || !diagnosis.grant.empty();
  const bool can_be_written = is_valid_utf8(subject.role_name) &&
                              is_valid_utf8(relation.schema_name) &&
                              is_valid_utf8(relation.table_name);
  if (can_be_granted && !can_be_written) {
    finding.message_tail += " The GRANT cannot be written here: a name in it is not valid UTF-8.";
  }
  compose_message(finding, relation);
  if (can_be_granted && can_be_written) {
    finding.fix =
        grant_statements(subject.role_name, relation.schema_name, std::array{relation.table_name},
                         diagnosis.grant_usage, diagnosis.grant);
  }
  return finding;
}

Finding unknown_finding(const PolicySubject& subject, const RelationPermissions& relation,
                        PrivilegeSet unknown) {
  Finding finding = finding_about(subject, relation, unknown);
  finding.severity = Severity::warning;
  finding.message_lead = fmt::format("Whether {} has {} on ", quote_grantee(subject.role_name),
                                     list_privileges(unknown));
  finding.message_tail = is_blocked_by(relation, locked)
                             ? " could not be worked out: another session holds a lock."
                             : " could not be worked out: the server does not say.";
  compose_message(finding, relation);
  return finding;
}

Finding unmatched_finding(const PolicySubject& subject, const PolicyRule& rule,
                          const RelationPattern& pattern) {
  Finding finding;
  finding.rule = "require";
  finding.severity = Severity::critical;
  finding.missing = rule.privileges;
  finding.id = finding_id({.connection = subject.connection,
                           .rule = finding.rule,
                           .role = subject.role_name,
                           .schema = {},
                           .table = {},
                           .privileges = rule.privileges,
                           .pattern = pattern.text});
  finding.message = fmt::format(
      "{} must have {} on {}, which matches no relation{}. Is it the right database, and spelt as "
      "in the catalog? Patterns are case-sensitive.",
      quote_grantee(subject.role_name), list_privileges(rule.privileges), pattern.text,
      rule.only_applicable_kinds ? " of a user schema" : "");
  return finding;
}

void append_unmatched(const PolicySubject& subject, const PolicyRule& rule,
                      std::vector<Finding>& findings) {
  for (const RelationPattern& pattern : rule.tables) {
    const PolicyRule alone = {.tables = {pattern},
                              .privileges = rule.privileges,
                              .origin = {},
                              .only_applicable_kinds = rule.only_applicable_kinds};
    const bool matched = std::any_of(
        subject.relations.begin(), subject.relations.end(),
        [&](const RelationPermissions& relation) { return rule_covers(alone, relation); });
    if (!matched) {
      Finding finding = unmatched_finding(subject, rule, pattern);
      const bool known = std::any_of(findings.begin(), findings.end(),
                                     [&](const Finding& other) { return other.id == finding.id; });
      if (!known) {
        findings.push_back(std::move(finding));
      }
    }
  }
}

}  // namespace

std::vector<Finding> require_findings(const PolicySubject& subject,
                                      std::span<const PolicyRule> rules) {
  std::vector<Finding> findings;
  if (rules.empty()) {
    return findings;
  }
  for (const PolicyRule& rule : rules) {
    append_unmatched(subject, rule, findings);
  }
  for (const RelationPermissions* relation : in_order(subject.relations)) {
    PrivilegeSet required;
    for (const PolicyRule& rule : rules) {
      if (rule_covers(rule, *relation)) {
        required = required | required_by(rule, *relation);
      }
    }
    PrivilegeSet lacking;
    PrivilegeSet unknown;
    for (const Privilege privilege : relation_privileges) {
      if (required.has(privilege)) {
        const std::optional<bool> usable = is_usable(*relation, privilege);
        if (!usable) {
          unknown.add(privilege);
        } else if (!*usable) {
          lacking.add(privilege);
        }
      }
    }
    if (!lacking.empty()) {
      findings.push_back(lacking_finding(subject, *relation, lacking));
    }
    if (!unknown.empty()) {
      findings.push_back(unknown_finding(subject, *relation, unknown));
    }
  }
  return findings;
}

}  // namespace conncheck
