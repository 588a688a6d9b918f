#include "agent/core/pooler_failure.hpp"

#include <fmt/format.h>

#include <array>

namespace conncheck {
namespace {

struct Rule {
  std::string_view part;
  FailureCode code;
  std::string_view hint;             ///< {} is the user
  std::string_view other_part = {};  ///< to be found as well
};

constexpr std::string_view hint_for_allow_list =
    "the provider lets only listed addresses in: add this machine's (IPv4 and IPv6) to the "
    "project's "
    "allow list";
constexpr std::string_view hint_for_full_pool =
    "all of the pooler's connections are taken: try later, raise its limits, or see who holds them";
constexpr std::string_view hint_for_server_full =
    "all connection slots of the server behind the pooler are taken: try later, or raise its "
    "limits";
constexpr std::string_view hint_for_tls =
    "the pooler wants an encrypted connection: set sslmode to require or verify-full";
constexpr std::string_view hint_for_server_down =
    "the pooler answers, and does not reach the server behind it, or cannot log in there: see the "
    "pooler's log";
constexpr std::string_view hint_for_console =
    "the database `pgbouncer` is the pooler's own console (for its admin_users and stats_users), "
    "without tables: name the database itself";
constexpr std::string_view hint_for_tenant =
    "the pooler finds no project for the user {}: it wants ROLE.PROJECTREF "
    "(postgres.abcdefghijklmnop), and the host of the project's own region; copy both from the "
    "dashboard (Connect)";

// PgBouncer's texts (1.18 to 1.24) come first, then Supavisor's, then Neon's. The first that is
// found decides.
constexpr std::array rules = {
    Rule{"no such database", FailureCode::unknown_database,
         "the pooler knows no such database: check the name, or add it to its [databases]"},
    Rule{"no such user", FailureCode::unknown_role,
         "the pooler knows no role {}: check the user's spelling, or add it to its auth_file (or "
         "auth_query)"},
    // Wrong password, and a user that it does not know: PgBouncer does not tell them apart.
    Rule{
        "SASL authentication failed", FailureCode::auth_failed,
        "check the password of {}; a pooler answers the same for a user that it does not know, and "
        "may have an older password in its auth_file"},
    Rule{"password authentication failed", FailureCode::auth_failed,
         "check the password of {}; the server answers the same for a role that does not exist"},
    Rule{"certificate authentication failed", FailureCode::auth_failed,
         "the pooler does not accept this client certificate for {}: check sslcert and sslkey"},
    Rule{"login rejected", FailureCode::hba_rejected,
         "the pooler's auth_hba_file has no line that lets {} in from this address"},
    Rule{"SSL required", FailureCode::tls_required, hint_for_tls},
    Rule{"no more connections allowed", FailureCode::too_many_connections, hint_for_full_pool},
    Rule{"query_wait_timeout", FailureCode::too_many_connections,
         "no server connection became free in time: the pool is full (default_pool_size), or the "
         "server behind the pooler takes no more"},
    Rule{"server login has been failing", FailureCode::unreachable, hint_for_server_down},
    Rule{"server down", FailureCode::unreachable, hint_for_server_down},
    Rule{"pgbouncer cannot connect to server", FailureCode::unreachable, hint_for_server_down},
    Rule{"client_login_timeout", FailureCode::unreachable, hint_for_server_down},
    Rule{"server conn crashed", FailureCode::connection_lost,
         "the pooler lost its connection to the server: see the server's log"},
    Rule{
        "unsupported startup parameter", FailureCode::protocol_error,
        "the pooler takes no such start-up parameter: leave it out (`options` too), connect to the "
        "server itself, or have it in the pooler's ignore_startup_parameters"},
    Rule{"not allowed in statement pooling mode", FailureCode::query_failed,
         "the pooler is in statement mode, which knows no transactions: have "
         "pool_mode = transaction (or session) for this database, or connect to the server itself"},
    Rule{"not supported by admin console", FailureCode::query_failed, hint_for_console},
    Rule{"pgbouncer is shutting down", FailureCode::shutting_down,
         "the pooler is going down: try again when it is back"},

    // What the server told the pooler, under the pooler's own SQLSTATE.
    Rule{"permission denied for database", FailureCode::connect_denied,
         "{} lacks the privilege CONNECT on the database: GRANT CONNECT ON DATABASE … TO …"},
    Rule{"is not permitted to log in", FailureCode::login_denied,
         "role {} has NOLOGIN: ALTER ROLE … LOGIN, or log in as another role"},
    Rule{"database \"", FailureCode::unknown_database,
         "there is no such database on the server behind the pooler: see its [databases]",
         "does not exist"},
    Rule{"role \"", FailureCode::unknown_role,
         "the server behind the pooler has no role {}: create it with CREATE ROLE … LOGIN",
         "does not exist"},
    Rule{"no pg_hba.conf entry", FailureCode::hba_rejected,
         "pg_hba.conf of the server behind the pooler has no line that lets the pooler in"},
    Rule{"too many clients", FailureCode::too_many_connections, hint_for_server_full},
    Rule{"too many connections", FailureCode::too_many_connections, hint_for_server_full},
    Rule{"connection slots are reserved", FailureCode::too_many_connections, hint_for_server_full},
    Rule{"system is starting up", FailureCode::starting_up,
         "the server behind the pooler is starting: try again shortly"},
    Rule{"system is in recovery", FailureCode::starting_up,
         "the server behind the pooler is recovering: try again shortly"},
    Rule{"system is shutting down", FailureCode::shutting_down,
         "the server behind the pooler is going down: try again when it is back"},

    Rule{"Tenant or user not found", FailureCode::unknown_role, hint_for_tenant},
    Rule{"no tenant identifier provided", FailureCode::unknown_role, hint_for_tenant},
    Rule{"(ENOTFOUND)", FailureCode::unknown_role, hint_for_tenant},
    Rule{"Invalid format for user", FailureCode::unknown_role, hint_for_tenant},
    Rule{"too many authentication failures", FailureCode::auth_failed,
         "the pooler lets nobody into this project for some minutes, after many wrong passwords: "
         "correct the password of {}, find who else uses the old one, and wait"},
    Rule{"SSL connection is required", FailureCode::tls_required, hint_for_tls},
    Rule{"Address not in tenant allow_list", FailureCode::hba_rejected, hint_for_allow_list},
    Rule{"max clients", FailureCode::too_many_connections,
         "the pooler's session mode (port 5432) takes as many clients as its pool has connections: "
         "use the transaction mode (port 6543), or raise the pool size"},
    Rule{"Max client connections reached", FailureCode::too_many_connections, hint_for_full_pool},
    Rule{"Max pools count reached", FailureCode::too_many_connections, hint_for_full_pool},
    Rule{"check out process from the pool", FailureCode::too_many_connections, hint_for_full_pool},
    Rule{"(EMAX", FailureCode::too_many_connections, hint_for_full_pool},
    Rule{"(ECHECKOUTTIMEOUT)", FailureCode::too_many_connections, hint_for_full_pool},
    Rule{"DbHandler exited", FailureCode::connection_lost,
         "the pooler lost its connection to the server: is the project paused or restarting?"},

    Rule{"ndpoint ID is not specified", FailureCode::unknown_database,
         "Neon tells its endpoints apart by the host's name in TLS (SNI): connect to the name, not "
         "to an address, without sslsni=0, and with libpq 14 or later; or say "
         "?options=endpoint%3DENDPOINT-ID"},
    Rule{
        "SNI is missing", FailureCode::unknown_database,
        "the proxy tells its databases apart by the host's name in TLS (SNI): connect to the name, "
        "not to an address, and with libpq 14 or later"},
    Rule{"Inconsistent project name", FailureCode::unknown_database,
         "the host's name and `options` speak of two endpoints: leave endpoint= (project=) out of "
         "`options`"},
    Rule{"connection is insecure", FailureCode::tls_required, hint_for_tls},
    Rule{"endpoint could not be found", FailureCode::unknown_database,
         "there is no such endpoint any more: copy the host from Neon's console"},
    Rule{"endpoint has been disabled", FailureCode::connect_denied,
         "the endpoint is disabled: enable it in Neon's console"},
    Rule{"is not allowed to connect to this endpoint", FailureCode::hba_rejected,
         hint_for_allow_list},
    Rule{"from a blocked network", FailureCode::hba_rejected, hint_for_allow_list},
    Rule{"exceeded the limit of concurrently active endpoints", FailureCode::too_many_connections,
         "the plan allows no further active compute: suspend one, or raise the limit"},
    Rule{"Too many connections to this endpoint", FailureCode::too_many_connections,
         hint_for_full_pool},
    Rule{"exceeded the compute time quota", FailureCode::connect_denied,
         "the plan's compute time is used up: raise the quota, or wait for the next period"},
    Rule{"connect to compute node", FailureCode::starting_up,
         "Neon could not reach the compute, which may still be waking up: try again shortly"},
    Rule{"Control plane request failed", FailureCode::starting_up,
         "Neon could not start the compute: try again shortly, and see Neon's status page"},
};

/// PgBouncer's whole message; as a part of one it could mean anything.
constexpr std::string_view refused_at_console = "not allowed";

/// Of the classes that poolers use for what has a code of its own in PostgreSQL.
bool is_vague(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "XX000" || sqlstate == "28000" ||
         sqlstate == "58000";
}

}  // namespace

std::optional<PoolerVerdict> pooler_verdict(Phase phase, std::string_view sqlstate,
                                            std::string_view message, std::string_view user) {
  if (!is_vague(sqlstate)) {
    return std::nullopt;
  }
  // PgBouncer ends a login without the server, once it has had a connection to it.
  if (phase == Phase::login && message.find("query_wait_timeout") != std::string_view::npos) {
    return PoolerVerdict{FailureCode::unreachable,
                         "the pooler answers, and got no connection to the server behind it: the "
                         "server may be down, "
                         "or its connection slots all taken; see the pooler's log"};
  }
  if (message == refused_at_console) {
    return PoolerVerdict{FailureCode::connect_denied, std::string(hint_for_console)};
  }
  for (const Rule& rule : rules) {
    if (message.find(rule.part) != std::string_view::npos &&
        message.find(rule.other_part) != std::string_view::npos) {
      return PoolerVerdict{rule.code, fmt::format(fmt::runtime(rule.hint), user)};
    }
  }
  return std::nullopt;
}

}  // namespace conncheck
