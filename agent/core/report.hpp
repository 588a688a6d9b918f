// What one check found out; every renderer and, later, the store and the HTTP API read this.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "extension/rules/privilege.hpp"

namespace conncheck {

enum class Status { ok, warning, critical, unknown };

/// The part of a check that was under way; `Failure` names it.
enum class Phase { resolve, tunnel, connect, tls, login, query };

enum class FailureCode {
  dns_failure,
  unreachable,
  refused,
  timeout,
  tunnel_failed,
  host_key_mismatch,
  tls_required,
  tls_refused,
  tls_verify_failed,
  auth_failed,
  hba_rejected,
  unknown_role,
  unknown_database,
  connect_denied,
  too_many_connections,
  starting_up,
  shutting_down,
  protocol_error,
  connection_lost,
  query_denied,
  query_timeout,
  query_failed,
  login_denied,
  target_session_mismatch,  ///< not the kind of server that target_session_attrs asks for
  config_error,
};

/// Why a check did not get its answer.
struct Failure {
  FailureCode code{};
  Phase phase{};
  std::optional<std::string> sqlstate;
  std::string message;  ///< valid UTF-8, no control characters, no secret
  std::string hint;     ///< what to do next
};

/// How the answer was obtained. `information_schema` is partial: groups, columns, superusers and
/// schema USAGE are not seen there.
enum class Source { extension, catalog, information_schema };

struct Session {
  std::string role_name;          ///< current_user
  std::string session_user_name;  ///< whom the server authenticated
  std::string configured_user;    ///< whom the connection asked for
  std::string database_name;
  std::string server_version;
  int server_version_num = 0;
  std::string server_address;  ///< where the client is connected, "host:port" or a socket's path
  bool is_superuser = false;
  bool bypass_rls = false;
  bool in_recovery = false;
  bool read_only = false;
  std::vector<std::string> can_set_role;
  bool ssl = false;  ///< what the client negotiated
  std::string ssl_version;
};

/// One row of conncheck_permissions(), whichever rung it came from. An empty can_* could not be
/// worked out (the row says `locked` in blocked_by), or is not known to information_schema.
struct RelationPermissions {
  std::string schema_name;
  std::string table_name;
  std::string kind;  ///< table, partitioned table, view, materialized view, foreign table
  std::optional<bool> can_read;
  std::optional<bool> can_write;
  std::optional<bool> can_truncate;
  PrivilegeSet privileges;
  PrivilegeSet grantable;
  /// Held by column only; columns in table order. Empty: none.
  std::map<Privilege, std::vector<std::string>, ListingOrder> column_privileges;
  std::string owner;
  std::string row_security;  ///< none, applies, bypassed; empty: not known (information_schema)
  std::vector<std::string> blocked_by;
  bool of_extension = false;  ///< belongs to an installed extension; not printed

  /// At least one privilege on it or on one of its columns.
  [[nodiscard]] bool visible() const { return !privileges.empty() || !column_privileges.empty(); }
};

/// One row of conncheck_schemas().
struct SchemaPermissions {
  std::string schema_name;
  std::string owner;
  bool can_use = false;
  bool can_create = false;
  std::int64_t tables = 0;
  std::int64_t readable = 0;
  std::int64_t writable = 0;
  std::int64_t truncatable = 0;
};

struct Summary {
  std::int64_t schemas = 0;
  std::int64_t tables = 0;
  std::int64_t readable = 0;
  std::int64_t writable = 0;
  std::int64_t truncatable = 0;
};

enum class Severity { warning, critical };

struct Finding {
  std::string id;  ///< stays the same from run to run for the same fact
  std::string rule;
  Severity severity = Severity::warning;
  std::optional<std::string> schema_name;
  std::optional<std::string> table_name;
  PrivilegeSet missing;  ///< require: what is lacking; forbid: what is held against the rule
  std::string message;
  std::optional<std::string> fix;  ///< statements that would mend it, ready for psql, one a line

  // What `message` and `fix` were made of, so that findings alike can be told as one (see
  // finding_group.hpp). Empty where the subject is no relation.
  std::string message_lead;  ///< the message up to the relation's name
  std::string message_tail;  ///< the message from there on
  bool grant_usage = false;  ///< `fix` grants USAGE on the schema
  PrivilegeSet grant;        ///< what `fix` grants on the relation
};

/// What one role can see; for the login itself and for each audited role.
struct RolePermissions {
  std::string role_name;
  Summary summary;
  std::vector<SchemaPermissions> schemas;   ///< none after without_rows()
  std::vector<RelationPermissions> tables;  ///< visible ones only; none after without_rows()
  std::vector<Finding> findings;
};

struct Durations {  ///< whole milliseconds; 0: did not happen
  std::chrono::milliseconds total{0};
  std::chrono::milliseconds resolve{0};
  std::chrono::milliseconds tunnel{0};
  std::chrono::milliseconds connect{0};
  std::chrono::milliseconds tls{0};
  std::chrono::milliseconds login{0};
  std::chrono::milliseconds query{0};
};

/// The whole result for one connection. `login` is filled when the query succeeded.
struct CheckReport {
  std::string connection;
  Status status = Status::unknown;
  bool connected = false;
  std::optional<Source> source;
  std::chrono::system_clock::time_point started_at;
  Durations duration;
  std::string target;  ///< "user@host:port/database", for people; no secret
  std::optional<Failure> error;
  std::optional<Session> session;
  RolePermissions login;
  std::vector<RolePermissions> roles;  ///< audited roles (`roles`, --role)
  std::vector<std::string> notes;      ///< sentences about how the answer came about; no verdict
  std::string digest;  ///< of what is remembered of it (role_state.hpp), where that was asked for
};

/// What a failed or finished check comes to: a failure is critical, but for a connection that could
/// not be tried as it is configured, which is unknown; else the worst finding decides.
[[nodiscard]] Status status_of(const CheckReport& report);

/// The exit code of `conncheck check`, as monitoring plug-ins have it: 0 ok, 1 warning,
/// 2 critical, 3 unknown.
[[nodiscard]] int exit_code(Status status);

/// Counts over the visible ones of `relations`; schemas: those listed and those of visible
/// relations (information_schema lists none).
[[nodiscard]] Summary summarize(std::span<const RelationPermissions> relations,
                                std::span<const SchemaPermissions> schemas);

/// Without schemas and tables, for who does not show them; what was counted and found stays.
[[nodiscard]] CheckReport without_rows(CheckReport report);

/// The worst of two, in the order critical, unknown, warning, ok.
[[nodiscard]] Status worst(Status a, Status b);

[[nodiscard]] std::string_view to_string(Status status);
[[nodiscard]] std::string_view to_string(Phase phase);
[[nodiscard]] std::string_view to_string(FailureCode code);
[[nodiscard]] std::string_view to_string(Source source);
[[nodiscard]] std::string_view to_string(Severity severity);

}  // namespace conncheck
