#include "agent/core/failure.hpp"

#include <fmt/format.h>

#include <array>
#include <regex>

#include "agent/core/address_failures.hpp"
#include "agent/core/duration.hpp"
#include "agent/core/pooler_failure.hpp"

namespace conncheck {
namespace {

struct Verdict {
  FailureCode code;
  std::string hint;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string at(const Attempt& attempt) {
  return attempt.host.starts_with('/') ? attempt.host
                                       : fmt::format("{}:{}", attempt.host, attempt.port);
}

Verdict hba_verdict(const ServerMessage& message, const Attempt& attempt) {
  if (contains(message.text, "no encryption") || contains(message.text, "SSL off")) {
    return {FailureCode::tls_required,
            "the server wants an encrypted connection here: set sslmode to require or verify-full"};
  }
  return {FailureCode::hba_rejected,
          fmt::format("pg_hba.conf has no line that lets {} into {} from this address: add one on "
                      "the server and reload it",
                      attempt.user, attempt.database)};
}

/// 28000 covers several refusals; the raising function tells them apart in any language.
Verdict invalid_authorization(const ServerMessage& message, const Attempt& attempt) {
  if (message.function == "ClientAuthentication" || contains(message.text, "pg_hba.conf")) {
    return hba_verdict(message, attempt);
  }
  if (contains(message.text, "not permitted to log in")) {
    return {FailureCode::login_denied,
            fmt::format("role {} has NOLOGIN: ALTER ROLE … LOGIN, or log in as another role",
                        attempt.user)};
  }
  if (contains(message.text, "does not exist")) {
    return {FailureCode::unknown_role,
            fmt::format("there is no role {} on this server: check the user's spelling, or create "
                        "it with CREATE ROLE … LOGIN",
                        attempt.user)};
  }
  return {FailureCode::auth_failed,
          fmt::format("the server refused {}: see its log for the reason", attempt.user)};
}

Verdict verdict_by_sqlstate(const ServerMessage& message, const Attempt& attempt) {
  const std::string& state = *message.sqlstate;
  if (state == "28P01") {
    return {FailureCode::auth_failed,
            fmt::format("check the password of {}; the server answers the same for a role that "
                        "does not exist and for an expired password (VALID UNTIL)",
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
  if (state == "42501") {
    return {FailureCode::connect_denied,
            fmt::format("{} lacks the privilege CONNECT on database {}: GRANT CONNECT ON DATABASE "
                        "… TO …",
                        attempt.user, attempt.database)};
  }
  if (state == "53300") {
    return {FailureCode::too_many_connections,
            "all connection slots (of the server, the database or the role) are taken: try later, "
            "raise the limit, or use a pooler"};
  }
  if (state == "57P03" && !contains(message.text, "shutting down")) {
    return {FailureCode::starting_up, "the server is starting or recovering: try again shortly"};
  }
  if (state == "57P03" || state == "57P01" || state == "57P02") {
    return {FailureCode::shutting_down, "the server is going down: try again when it is back"};
  }
  if (state == "08P01" || state == "0A000") {
    return {FailureCode::protocol_error,
            "what answers there refused the protocol or a start-up parameter: is it PostgreSQL, "
            "or a pooler in front of it?"};
  }
  return {FailureCode::connection_lost, "the server refused the session: see its log"};
}

constexpr std::string_view hint_for_local_limits =
    "the connection itself was not tested: give conncheck more open files (`ulimit -n`) and memory";

struct TextRule {
  std::string_view part;
  FailureCode code;
  std::string_view hint;
};

// What libpq itself says, without a SQLSTATE; the program never calls setlocale, so it is English.
constexpr std::array text_rules = {
    TextRule{"Too many open files", FailureCode::config_error, hint_for_local_limits},
    TextRule{"out of memory", FailureCode::config_error, hint_for_local_limits},
    TextRule{"no password supplied", FailureCode::auth_failed,
             "the server asks for a password and none was given: add `password:` to the "
             "connection, or a line to ~/.pgpass"},
    TextRule{"root certificate file", FailureCode::tls_verify_failed,
             "verification needs the CA's certificate: set sslrootcert to its file, or to `system` "
             "for the system's CAs (libpq 16 and later)"},
    TextRule{"does not match host name", FailureCode::tls_verify_failed,
             "the certificate is for another name: connect by a name that it carries, or have the "
             "server's certificate reissued"},
    TextRule{"certificate has expired", FailureCode::tls_verify_failed,
             "renew the server's certificate"},
    TextRule{"certificate verify failed", FailureCode::tls_verify_failed,
             "the server's certificate is not signed by the CA in sslrootcert: use the CA that "
             "signed it"},
    TextRule{"does not support SSL", FailureCode::tls_refused,
             "the server has no TLS and sslmode demands it: turn on ssl in postgresql.conf, or "
             "accept an unencrypted connection with sslmode: prefer"},
    TextRule{"Connection refused", FailureCode::refused,
             "nothing listens there: is the server running, and are host and port right?"},
    TextRule{"No such file or directory", FailureCode::refused,
             "no server has its socket there: is it running, and is this its socket directory?"},
    TextRule{"timed out", FailureCode::timeout,
             "no answer from that address: a firewall may drop the packets"},
    TextRule{"Permission denied", FailureCode::refused,
             "the operating system denies access to the socket: check its directory's rights"},
    TextRule{"received invalid response to SSL negotiation", FailureCode::protocol_error,
             "what answers there does not speak PostgreSQL's protocol: is the port right?"},
    TextRule{"expected authentication request", FailureCode::protocol_error,
             "what answers there does not speak PostgreSQL's protocol: is the port right?"},
    TextRule{"closed the connection unexpectedly", FailureCode::connection_lost,
             "the server dropped the connection: see its log, or a proxy's between"},
    TextRule{"Connection reset by peer", FailureCode::connection_lost,
             "the connection was cut: see the server's log, or a proxy's between"},
    TextRule{"SSL SYSCALL error", FailureCode::tls_refused,
             "the server ended the TLS handshake: does its TLS version fit, and does it want a "
             "client certificate (sslcert, sslkey)?"},
    TextRule{"SSL error", FailureCode::tls_refused,
             "the TLS handshake failed: does the server's TLS version fit, and does it want a "
             "client certificate (sslcert, sslkey)?"},
    TextRule{"channel binding", FailureCode::auth_failed,
             "the server cannot do channel binding, which this connection requires"},
};

Verdict verdict_by_phase(Phase phase) {
  switch (phase) {
    case Phase::tls:
      return {FailureCode::tls_refused, "the TLS handshake failed: see the server's log"};
    case Phase::login:
      return {FailureCode::protocol_error,
              "the login did not come to its end: see the server's log"};
    default:
      return {FailureCode::unreachable, "check host and port"};
  }
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

/// The first line only, without libpq's prefix that repeats host and port.
std::string readable(std::string_view libpq_message) {
  std::string text = trimmed(libpq_message);
  text = text.substr(0, text.find('\n'));
  static constexpr std::string_view mark = " failed: ";
  const auto end_of_prefix = text.find(mark);
  if (text.starts_with("connection to server ") && end_of_prefix != std::string::npos) {
    text.erase(0, end_of_prefix + mark.size());
  }
  return text;
}

/// A verdict and the words that it rests on.
struct Reading {
  Verdict verdict;
  std::string text;
};

/// libpq tells of several attempts (addresses, with and without TLS) in lines of their own.
Reading reading_of_text(Phase phase, std::string_view libpq_message) {
  for (const TextRule& rule : text_rules) {
    const std::size_t found = libpq_message.find(rule.part);
    if (found != std::string_view::npos) {
      const std::size_t line = libpq_message.rfind('\n', found);
      const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
      return {{rule.code, std::string(rule.hint)}, readable(libpq_message.substr(begin))};
    }
  }
  return {verdict_by_phase(phase), readable(libpq_message)};
}

/// As much as a regular expression may be tried on: the recursion of libstdc++'s is as deep as the
/// text is long. The code is at the beginning, the location at the end.
std::string shortened(std::string_view text) {
  constexpr std::size_t head = 3000;
  constexpr std::size_t tail = 1000;
  return text.size() <= head + tail
             ? std::string(text)
             : fmt::format("{}\n{}", text.substr(0, head), text.substr(text.size() - tail));
}

}  // namespace

ServerMessage parse_verbose_message(std::string_view message) {
  // "…: SEVERITY:  SQLSTATE: text", severity in the server's language; then "LOCATION:  function,
  // …"
  // A SQLSTATE's class is two digits or one of four names: FATAL and PANIC are none.
  static const std::regex state_and_text(
      R"(:\s+((?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}):\s+([^\n]*))");
  static const std::regex location(R"(:\s+(\w+), \w+\.c:\d+)");
  const std::string text = shortened(message);
  ServerMessage result;
  std::smatch match;
  if (!std::regex_search(text, match, state_and_text)) {
    result.text = readable(message);
    return result;
  }
  result.sqlstate = match[1];
  result.text = trimmed(match[2].str());
  const std::string rest = match.suffix();
  if (std::regex_search(rest, match, location)) {
    result.function = match[1];
  }
  return result;
}

Failure connection_failure(Phase phase, std::string_view libpq_message, const Attempt& attempt) {
  ServerMessage message = parse_verbose_message(libpq_message);
  if (!message.sqlstate) {
    if (auto unconnected = unconnected_failure(address_failures(libpq_message))) {
      return std::move(*unconnected);
    }
    Reading reading = reading_of_text(phase, libpq_message);
    return Failure{reading.verdict.code, phase, std::nullopt, std::move(reading.text),
                   std::move(reading.verdict.hint)};
  }
  // With a SQLSTATE the server has answered as PostgreSQL does: that is the login, whatever libpq
  // says. Only PostgreSQL itself names the function that refused.
  std::optional<PoolerVerdict> pooler;
  if (message.function.empty()) {
    pooler = pooler_verdict(Phase::login, *message.sqlstate, message.text, attempt.user);
  }
  Verdict verdict = pooler ? Verdict{pooler->code, std::move(pooler->hint)}
                           : verdict_by_sqlstate(message, attempt);
  return Failure{verdict.code, Phase::login, std::move(message.sqlstate), std::move(message.text),
                 std::move(verdict.hint)};
}

Failure query_failure(std::string_view sqlstate, std::string_view primary_message) {
  Failure failure{FailureCode::query_failed, Phase::query, std::string(sqlstate),
                  trimmed(primary_message), "see the server's log for the statement"};
  if (sqlstate == "42501") {
    failure.code = FailureCode::query_denied;
    failure.hint = "the role may not read the catalogs that this check needs";
  } else if (sqlstate == "57014") {
    failure.code = FailureCode::query_timeout;
    failure.hint = "the catalogs could not be read in time: raise `timeout`";
  } else if (sqlstate == "57P01" || sqlstate == "57P02") {
    failure.code = FailureCode::shutting_down;
    failure.hint = "the server ended the session: try again when it is back";
  } else if (sqlstate.empty()) {
    failure.code = FailureCode::connection_lost;
    failure.sqlstate = std::nullopt;
    failure.hint = "the connection broke during the query: see the server's log";
  } else if (auto pooler = pooler_verdict(Phase::query, sqlstate, primary_message, "the login")) {
    failure.code = pooler->code;
    failure.hint = std::move(pooler->hint);
  }
  return failure;
}

Failure timeout_failure(Phase phase, std::chrono::milliseconds timeout, const Attempt& attempt) {
  Failure failure{FailureCode::timeout, phase, std::nullopt, {}, {}};
  const std::string limit = format_duration(timeout);
  switch (phase) {
    case Phase::resolve:
      failure.message =
          fmt::format("no answer from the name server for {} within {}", attempt.host, limit);
      failure.hint = "check the name and this machine's name servers (/etc/resolv.conf)";
      break;
    case Phase::connect:
      failure.message = fmt::format("no answer from {} within {}", at(attempt), limit);
      failure.hint = "a firewall may drop the packets: check it, and host and port";
      break;
    case Phase::query:
      failure.code = FailureCode::query_timeout;
      failure.message = fmt::format("the permissions could not be read within {}", limit);
      failure.hint = "raise `timeout`, or look for what keeps the server busy";
      break;
    default:
      failure.message =
          fmt::format("{} answers, but the login did not end within {}", at(attempt), limit);
      failure.hint =
          "is it PostgreSQL that listens there? A server under load may need a longer `timeout`";
  }
  return failure;
}

Failure hashing_timeout_failure(std::chrono::milliseconds timeout, const Attempt& attempt) {
  return Failure{
      FailureCode::timeout, Phase::login, std::nullopt,
      fmt::format("{} asks for more password hashing than could be done within {}", at(attempt),
                  format_duration(timeout)),
      "it names an absurd number of SCRAM iterations (PostgreSQL's own is 4096): is it PostgreSQL "
      "that listens there, and is its `scram_iterations` meant so?"};
}

Failure password_timeout_failure(std::chrono::milliseconds timeout) {
  return Failure{
      FailureCode::timeout, Phase::resolve, std::nullopt,
      fmt::format("the password command did not end within {}", format_duration(timeout)),
      "run it by hand as the user that runs conncheck: it may wait for input, of which "
      "there is none"};
}

Failure interrupted_failure(Phase phase, bool is_culprit, std::string_view why) {
  Failure failure{is_culprit ? FailureCode::protocol_error : FailureCode::config_error,
                  phase,
                  std::nullopt,
                  fmt::format("the process that made this check was ended ({})", why),
                  {}};
  if (is_culprit) {
    failure.hint = "it was busy with what this server sent: is it PostgreSQL that listens there?";
  } else if (phase == Phase::login) {
    failure.hint =
        "nothing is known of the connection: it was not tried again, as its password may just "
        "have been refused";
  } else {
    failure.hint = "nothing is known of the connection: check it again, and this machine's memory";
  }
  return failure;
}

Failure local_failure(Phase phase, std::string_view reason) {
  return Failure{FailureCode::config_error, phase, std::nullopt,
                 fmt::format("this machine could not make the test: {}", reason),
                 std::string(hint_for_local_limits)};
}

Failure dns_failure(const std::string& host, std::string_view reason) {
  std::string hint = "check the host's spelling, and this machine's name servers";
  if (reason == "Temporary failure in name resolution") {
    hint =
        "this machine's name servers (/etc/resolv.conf) do not answer, or failed: the name may be "
        "right";
  } else if (reason == "Name or service not known") {
    hint =
        "there is no such name: check its spelling; a private network's names are known to its own "
        "name servers only (VPN?)";
  } else if (reason == "No address associated with hostname") {
    hint = "the name exists and has no address: check it, and its records";
  }
  return Failure{FailureCode::dns_failure, Phase::resolve, std::nullopt,
                 fmt::format("the name {} could not be resolved: {}", host, reason),
                 std::move(hint)};
}

Failure config_failure(std::string message, std::string hint) {
  return Failure{FailureCode::config_error, Phase::resolve, std::nullopt, std::move(message),
                 std::move(hint)};
}

}  // namespace conncheck
