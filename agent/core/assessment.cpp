#include "agent/core/assessment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "agent/core/policy.hpp"
#include "agent/core/proof_findings.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

void count(const RelationPermissions& relation, SchemaPermissions& schema) {
  ++schema.tables;
  schema.readable += relation.can_read.value_or(false) ? 1 : 0;
  schema.writable += relation.can_write.value_or(false) ? 1 : 0;
  schema.truncatable += relation.can_truncate.value_or(false) ? 1 : 0;
}

/// The schemas that conncheck_schemas() lists: usable ones, and those of visible relations.
std::vector<SchemaPermissions> listed_schemas(std::vector<SchemaPermissions> schemas,
                                              const std::vector<RelationPermissions>& visible) {
  std::map<std::string_view, SchemaPermissions*> by_name;
  for (SchemaPermissions& schema : schemas) {
    by_name[schema.schema_name] = &schema;
  }
  for (const RelationPermissions& relation : visible) {
    if (const auto found = by_name.find(relation.schema_name); found != by_name.end()) {
      count(relation, *found->second);
    }
  }
  std::erase_if(schemas, [](const SchemaPermissions& schema) {
    return is_system_schema(schema.schema_name) ||
           (!schema.can_use && !schema.can_create && schema.tables == 0);
  });
  return schemas;
}

RolePermissions permissions_of(RoleObservation role) {
  RolePermissions permissions;
  permissions.role_name = std::move(role.role_name);
  permissions.tables = std::move(role.relations);
  std::erase_if(permissions.tables, [](const RelationPermissions& relation) {
    return !relation.visible() || is_system_schema(relation.schema_name);
  });
  permissions.schemas = listed_schemas(std::move(role.schemas), permissions.tables);
  permissions.summary = summarize(permissions.tables, permissions.schemas);
  return permissions;
}

PolicySubject subject(const Connection& connection, const Session& session,
                      const RoleObservation& role, std::span<const RoleObservation> reachable) {
  return {.connection = connection.name,
          .role_name = role.role_name,
          .relations = role.relations,
          .schemas = role.schemas,
          .reachable = reachable,
          .server_version_num = session.server_version_num};
}

/// What a proof, if one was wanted, adds to the login's findings and to the notes.
void append_proof(const Connection& connection, const Observation& observation,
                  std::vector<Finding>& findings, std::vector<std::string>& notes) {
  if (!observation.proof_wanted) {
    return;
  }
  const std::string& role = observation.login.role_name;
  if (!observation.proof) {
    findings.push_back(partial_answer_finding(connection.name, role));
    return;
  }
  std::vector<Finding> proved =
      proof_findings(connection.name, observation.login, *observation.proof);
  std::move(proved.begin(), proved.end(), std::back_inserter(findings));
  std::vector<std::string> proof_words = proof_notes(observation.login, *observation.proof);
  std::move(proof_words.begin(), proof_words.end(), std::back_inserter(notes));
  if (!observation.roles.empty()) {
    notes.push_back(
        fmt::format("The proof is of {}, the login's own role; those of audited roles cannot be "
                    "tried through it",
                    quote_ident_visibly(role)));
  }
}

void judge(const Connection& connection, Observation& observation, CheckReport& report) {
  const Session& session = *observation.session;
  const bool roles_are_audited = !observation.roles.empty() || !observation.unknown_roles.empty() ||
                                 !observation.roles_not_audited.empty();
  std::vector<Finding> findings =
      judge_login(subject(connection, session, observation.login, observation.reachable), session,
                  connection.require, connection.forbid, roles_are_audited);
  for (const std::string& role : observation.unknown_roles) {
    findings.push_back(unknown_role_finding(connection.name, role));
  }
  for (const std::string& role : observation.roles_not_audited) {
    findings.push_back(role_not_audited_finding(connection.name, role));
  }
  append_proof(connection, observation, findings, report.notes);
  report.login = permissions_of(std::move(observation.login));
  report.login.findings = std::move(findings);
  for (RoleObservation& role : observation.roles) {
    std::vector<Finding> role_findings = judge_audited_role(subject(connection, session, role, {}),
                                                            connection.require, connection.forbid);
    report.roles.push_back(permissions_of(std::move(role)));
    report.roles.back().findings = std::move(role_findings);
  }
}

std::vector<std::string> notes_of(const Connection& connection, const Observation& observation) {
  std::vector<std::string> notes;
  if (observation.tls_failure) {
    notes.push_back(
        fmt::format("The connection is not encrypted: TLS failed, and sslmode prefer goes on "
                    "without it: {}",
                    *observation.tls_failure));
  }
  const auto asked = connection.parameters.find("dbname");
  if (observation.session && asked != connection.parameters.end() && !asked->second.empty() &&
      asked->second != observation.session->database_name) {
    notes.push_back(
        fmt::format("This is database {}, and the connection asks for {}: a pooler leads it there "
                    "(dbname= in its [databases])",
                    observation.session->database_name, asked->second));
  }
  if (observation.outdated_extension) {
    notes.push_back(
        fmt::format("Extension conncheck {} is installed, this program works with {} and did not "
                    "ask it: ALTER EXTENSION conncheck UPDATE, or use the program of that version",
                    *observation.outdated_extension, CONNCHECK_VERSION));
  }
  if (observation.extension_error) {
    notes.push_back(fmt::format("The extension failed, and the catalog was asked instead: {}",
                                *observation.extension_error));
  }
  if (observation.source == Source::information_schema) {
    notes.emplace_back(
        "Partial: information_schema does not show what is held through groups, by column or as "
        "superuser, nor whether the schema may be used");
    if (!connection.require.empty() || !connection.forbid.empty()) {
      notes.emplace_back(
          "`require` and `forbid` were judged by this partial answer: what it does not show counts "
          "as not held");
    }
  }
  return notes;
}

}  // namespace

CheckReport assess(const Connection& connection, Observation observation) {
  CheckReport report;
  report.connection = connection.name;
  report.target = display_target(connection);
  report.connected = observation.connected;
  report.source = observation.source;
  report.started_at = observation.started_at;
  report.duration = observation.duration;
  report.error = observation.error;
  report.session = observation.session;
  report.notes = notes_of(connection, observation);
  if (!report.error && report.session) {
    judge(connection, observation, report);
  }
  report.status = status_of(report);
  return report;
}

bool policy_needs_system_relations(const Connection& connection) {
  const auto names_system_schema = [](const PolicyRule& rule) {
    return std::any_of(rule.tables.begin(), rule.tables.end(), [](const RelationPattern& pattern) {
      return pattern.schema.is_literal() && is_system_schema(pattern.schema.text());
    });
  };
  return std::any_of(connection.require.begin(), connection.require.end(), names_system_schema) ||
         std::any_of(connection.forbid.begin(), connection.forbid.end(), names_system_schema);
}

}  // namespace conncheck
