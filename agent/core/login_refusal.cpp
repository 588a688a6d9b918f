#include "agent/core/login_refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "agent/core/server_words.hpp"

namespace conncheck {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_socket(const Attempt& attempt) {
  return attempt.host.starts_with('/') || attempt.host.starts_with('@');
}

/// The names stay in every language.
bool is_checked_elsewhere(std::string_view text, std::string_view user) {
  const std::string_view services[] = {"LDAP", "PAM", "RADIUS"};
  return std::any_of(std::begin(services), std::end(services), [&](std::string_view service) {
    return contains(text, service) && !contains(user, service);
  });
}

/// ClientAuthentication() refuses by pg_hba.conf, which it names in every language, or for want of
/// a client certificate.
Verdict hba_verdict(const ServerMessage& message, const Attempt& attempt) {
  if (!contains(message.text, "pg_hba.conf")) {
    return {FailureCode::auth_failed,
            "the server demands a client certificate and got none: set sslcert and sslkey to one "
            "that its CA (ssl_ca_file) has signed"};
  }
  const std::string_view way = is_socket(attempt)  ? "over the Unix socket (type local)"
                               : attempt.encrypted ? "from this address with TLS (type hostssl)"
                                                   : "from this address without TLS (type host)";
  return {FailureCode::hba_rejected,
          fmt::format("pg_hba.conf on the server has no line that lets {} into {} {}, or one with "
                      "`reject`: add or change it there, then SELECT pg_reload_conf()",
                      attempt.user, attempt.database, way)};
}

/// 28000 covers several refusals; the raising function tells most apart in any language.
Verdict invalid_authorization(const ServerMessage& message, const Attempt& attempt) {
  if (message.function == "ClientAuthentication" || contains(message.text, "pg_hba.conf")) {
    return hba_verdict(message, attempt);
  }
  // Its only refusal of this class, in any language: channel binding found another certificate.
  if (message.function == "read_client_final_message") {
    return {
        FailureCode::tls_verify_failed,
        "TLS ends before the server, at a proxy or at somebody in between: connect to the server "
        "itself or, where that proxy is meant to be there, set channel_binding to disable"};
  }
  if (message.function == "auth_failed" && is_checked_elsewhere(message.text, attempt.user)) {
    return {FailureCode::auth_failed,
            fmt::format("check the password of {}, which the server has looked at by somebody else "
                        "(LDAP, PAM, RADIUS); where that one is down, the server's log says so",
                        attempt.user)};
  }
  if (message.function == "auth_failed") {
    return {FailureCode::auth_failed,
            is_socket(attempt)
                ? fmt::format("the server goes by the operating system's user here (peer): run "
                              "conncheck as that user, map it to {} in pg_ident.conf, or connect "
                              "by TCP with a password",
                              attempt.user)
                : fmt::format("not by password (certificate, peer, …): does what this client shows "
                              "stand for {}? The server's log has the reason, pg_ident.conf the "
                              "names",
                              attempt.user)};
  }
  if (says_may_not_log_in(message.text)) {
    return {FailureCode::login_denied,
            fmt::format("role {} has NOLOGIN: ALTER ROLE … LOGIN, or log in as another role",
                        attempt.user)};
  }
  if (says_does_not_exist(message.text)) {
    return {FailureCode::unknown_role,
            fmt::format("there is no role {} on this server: check the user's spelling, or create "
                        "it with CREATE ROLE … LOGIN",
                        attempt.user)};
  }
  return {
      FailureCode::auth_failed,
      fmt::format("the server refused {}: the role does not exist, has NOLOGIN, or may not come "
                  "in this way; the server's log has the reason",
                  attempt.user)};
}

/// The raising function tells whose limit it is.
Verdict too_many_connections(const ServerMessage& message, const Attempt& attempt) {
  std::string hint =
      "all connection slots (of the server, the database or the role) are taken: try later, raise "
      "the limit, or use a pooler";
  if (message.function == "InitializeSessionUserId") {
    hint = fmt::format(
        "role {} has all the sessions that it may have: close some, or ALTER ROLE … "
        "CONNECTION LIMIT",
        attempt.user);
  } else if (message.function == "CheckMyDatabase") {
    hint = fmt::format(
        "database {} has all the sessions that it may have: close some, or ALTER "
        "DATABASE … CONNECTION LIMIT",
        attempt.database);
  } else if (!message.function.empty()) {
    hint =
        "the server has all the sessions that it may have: close some (pg_stat_activity lists "
        "them), raise max_connections, or use a pooler";
  }
  return {FailureCode::too_many_connections, std::move(hint)};
}

Verdict not_now(const ServerMessage& message) {
  if (says_shutting_down(message.text)) {
    return {FailureCode::shutting_down, "the server is going down: try again when it is back"};
  }
  if (says_takes_no_connections(message.text)) {
    return {FailureCode::starting_up,
            "this standby takes no connections: set hot_standby = on in its postgresql.conf and "
            "restart it, or connect to another server"};
  }
  return {FailureCode::starting_up,
          "the server is starting or recovering (its log tells how far it is): try again shortly"};
}

}  // namespace

Verdict login_refusal(const ServerMessage& message, const Attempt& attempt) {
  const std::string& state = *message.sqlstate;
  if (state == "28P01") {
    return {FailureCode::auth_failed,
            fmt::format("check the password of {}; the server answers the same for a role that "
                        "does not exist, has no password, or whose password has expired (VALID "
                        "UNTIL)",
                        attempt.user)};
  }
  if (state == "28000") {
    return invalid_authorization(message, attempt);
  }
  if (state == "3D000") {
    return {FailureCode::unknown_database,
            fmt::format("there is no database {} on this server: `psql -l` lists them",
                        attempt.database)};
  }
  const bool of_a_setting = message.function.starts_with("set_config");
  if (state == "42704" || state == "22023" || (state == "42501" && of_a_setting)) {
    return {FailureCode::config_error,
            "the server does not take a setting that the session begins with: correct `options`, "
            "or what ALTER ROLE … SET and ALTER DATABASE … SET say"};
  }
  if (state == "42501") {
    return {FailureCode::connect_denied,
            fmt::format("{} lacks the privilege CONNECT on database {}: GRANT CONNECT ON DATABASE "
                        "… TO …",
                        attempt.user, attempt.database)};
  }
  if (state == "55000") {
    return {FailureCode::connect_denied,
            fmt::format("database {} lets nobody in: ALTER DATABASE … ALLOW_CONNECTIONS true",
                        attempt.database)};
  }
  if (state == "53300") {
    return too_many_connections(message, attempt);
  }
  if (state == "57P03") {
    return not_now(message);
  }
  if (state == "57P01" || state == "57P02") {
    return {FailureCode::shutting_down, "the server is going down: try again when it is back"};
  }
  if (state == "08P01" || state == "0A000") {
    return {FailureCode::protocol_error,
            "what answers there refused the protocol or a start-up parameter: is it PostgreSQL, "
            "or a pooler in front of it?"};
  }
  if (state.starts_with("53")) {
    return {FailureCode::connection_lost,
            "the server's machine has no memory, disk or processes left for another session: see "
            "the server's log"};
  }
  return {FailureCode::connection_lost, "the server refused the session: see its log"};
}

}  // namespace conncheck
