// What a probe brought back, before anything is judged by policy.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/explanation.hpp"
#include "agent/core/proof.hpp"
#include "agent/core/report.hpp"

namespace conncheck {

/// Everything the server said about one role.
struct RoleObservation {
  std::string role_name;
  std::vector<RelationPermissions> relations;  ///< visible or not; ordered by schema and name
  std::vector<SchemaPermissions> schemas;      ///< counts are not filled in
};

/// The facts of one check. Without `error`, `session` and `source` are there.
struct Observation {
  bool connected = false;
  std::optional<Source> source;
  std::chrono::system_clock::time_point started_at;
  Durations duration;
  std::optional<Failure> error;
  std::optional<Session> session;
  /// Why TLS failed, where sslmode prefer has gone on without it.
  std::optional<std::string> tls_failure;
  RoleObservation login;
  std::vector<RoleObservation> roles;      ///< audited roles, in the order of their names
  std::vector<std::string> unknown_roles;  ///< asked for, or patterns, that no role matches
  /// Asked for, or patterns, where the server shows nothing of other roles than the login.
  std::vector<std::string> roles_not_audited;
  std::vector<RoleObservation> reachable;  ///< roles that only SET ROLE reaches
  /// The installed extension's version, where it is not the one this program works with.
  std::optional<std::string> outdated_extension;
  /// Why the installed extension gave no answer, where the catalog had to be asked instead.
  std::optional<std::string> extension_error;
  std::optional<Explanation> explanation;  ///< where a privilege was asked about, and nothing else
  bool proof_wanted = false;
  std::optional<Proof> proof;  ///< nothing where it was not wanted, or there was nothing to compare
};

}  // namespace conncheck
