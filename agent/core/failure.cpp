#include "agent/core/failure.hpp"

#include <fmt/format.h>

#include <regex>

#include "agent/core/address_failures.hpp"
#include "agent/core/libpq_wording.hpp"
#include "agent/core/login_refusal.hpp"
#include "agent/core/pooler_failure.hpp"

namespace conncheck {
namespace {

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
  static const std::regex location(R"(:\s+(\w+), [\w-]+\.c:\d+)");
  const std::string text = shortened(message);
  ServerMessage result;
  std::smatch match;
  if (!std::regex_search(text, match, state_and_text)) {
    result.text = first_line(message);
    return result;
  }
  result.sqlstate = match[1];
  result.text = first_line(match[2].str());
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
    Reading reading = read_libpq(phase, libpq_message, attempt.certificate_fault);
    // TLS 1.3 servers look at a client's certificate when the client takes the handshake for done.
    const FailureCode code = reading.verdict.code;
    const bool is_tls = code == FailureCode::tls_refused || code == FailureCode::tls_verify_failed;
    return Failure{code, is_tls ? Phase::tls : phase, std::nullopt, std::move(reading.text),
                   std::move(reading.verdict.hint)};
  }
  // With a SQLSTATE the server has answered as PostgreSQL does: that is the login, whatever libpq
  // says. Only PostgreSQL itself names the function that refused.
  std::optional<PoolerVerdict> pooler;
  if (message.function.empty()) {
    pooler = pooler_verdict(Phase::login, *message.sqlstate, message.text, attempt.user);
  }
  Verdict verdict =
      pooler ? Verdict{pooler->code, std::move(pooler->hint)} : login_refusal(message, attempt);
  // Channel binding, within the login, is what verifies TLS.
  const bool is_tls = verdict.code == FailureCode::tls_verify_failed;
  return Failure{verdict.code, is_tls ? Phase::tls : Phase::login, std::move(message.sqlstate),
                 std::move(message.text), std::move(verdict.hint)};
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
