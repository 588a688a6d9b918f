#include "agent/core/report.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace conncheck {
namespace {

int rank(Status status) {
  switch (status) {
    case Status::ok:
      return 0;
    case Status::warning:
      return 1;
    case Status::unknown:
      return 2;
    case Status::critical:
      return 3;
  }
  return 3;
}

Status worst_of(const std::vector<Finding>& findings) {
  Status status = Status::ok;
  for (const Finding& finding : findings) {
    status =
        worst(status, finding.severity == Severity::critical ? Status::critical : Status::warning);
  }
  return status;
}

}  // namespace

Status status_of(const CheckReport& report) {
  if (report.error) {
    return report.error->code == FailureCode::config_error ? Status::unknown : Status::critical;
  }
  Status status = worst_of(report.login.findings);
  for (const RolePermissions& role : report.roles) {
    status = worst(status, worst_of(role.findings));
  }
  return status;
}

int exit_code(Status status) {
  switch (status) {
    case Status::ok:
      return 0;
    case Status::warning:
      return 1;
    case Status::critical:
      return 2;
    case Status::unknown:
      return 3;
  }
  return 3;
}

Summary summarize(std::span<const RelationPermissions> relations,
                  std::span<const SchemaPermissions> schemas) {
  Summary summary;
  std::set<std::string_view> schema_names;
  for (const SchemaPermissions& schema : schemas) {
    schema_names.insert(schema.schema_name);
  }
  for (const RelationPermissions& relation : relations) {
    if (relation.visible()) {
      schema_names.insert(relation.schema_name);
      summary.tables += 1;
      summary.readable += relation.can_read.value_or(false) ? 1 : 0;
      summary.writable += relation.can_write.value_or(false) ? 1 : 0;
      summary.truncatable += relation.can_truncate.value_or(false) ? 1 : 0;
    }
  }
  summary.schemas = static_cast<std::int64_t>(schema_names.size());
  return summary;
}

CheckReport without_rows(CheckReport report) {
  const auto leave_out = [](RolePermissions& role) {
    role.schemas = {};
    role.tables = {};
  };
  leave_out(report.login);
  std::for_each(report.roles.begin(), report.roles.end(), leave_out);
  return report;
}

Status worst(Status a, Status b) { return rank(a) >= rank(b) ? a : b; }

std::string_view to_string(Status status) {
  constexpr std::array<std::string_view, 4> words = {"ok", "warning", "critical", "unknown"};
  return words[static_cast<std::size_t>(status)];
}

std::string_view to_string(Phase phase) {
  constexpr std::array<std::string_view, 6> words = {"resolve", "tunnel", "connect",
                                                     "tls",     "login",  "query"};
  return words[static_cast<std::size_t>(phase)];
}

std::string_view to_string(FailureCode code) {
  constexpr std::array<std::string_view, 25> words = {
      "dns_failure",      "unreachable",    "refused",
      "timeout",          "tunnel_failed",  "host_key_mismatch",
      "tls_required",     "tls_refused",    "tls_verify_failed",
      "auth_failed",      "hba_rejected",   "unknown_role",
      "unknown_database", "connect_denied", "too_many_connections",
      "starting_up",      "shutting_down",  "protocol_error",
      "connection_lost",  "query_denied",   "query_timeout",
      "query_failed",     "login_denied",   "target_session_mismatch",
      "config_error"};
  static_assert(words.size() == static_cast<std::size_t>(FailureCode::config_error) + 1);
  return words[static_cast<std::size_t>(code)];
}

std::string_view to_string(Source source) {
  constexpr std::array<std::string_view, 3> words = {"extension", "catalog", "information_schema"};
  return words[static_cast<std::size_t>(source)];
}

std::string_view to_string(Severity severity) {
  return severity == Severity::critical ? "critical" : "warning";
}

}  // namespace conncheck
