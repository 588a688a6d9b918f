#include <fmt/format.h>

#include "agent/core/duration.hpp"
#include "agent/core/failure.hpp"

namespace conncheck {
namespace {

// A login's SCRAM takes 3 ms of CPU time with PostgreSQL's 4,096 iterations, and a TLS handshake
// less. One that has taken this much, and was not done in time, asks for a hundred times that.
constexpr std::chrono::milliseconds most_honest_computing{250};

std::string at(const Attempt& attempt) {
  return attempt.host.starts_with('/') || attempt.port.empty()
             ? attempt.host
             : fmt::format("{}:{}", attempt.host, attempt.port);
}

}  // namespace

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
      failure.hint =
          "raise `timeout`, or look for what keeps the server busy, or a pooler waiting (it is "
          "paused, or has no server connection free)";
      break;
    default:
      failure.message =
          fmt::format("{} answers, but the login did not end within {}", at(attempt), limit);
      failure.hint =
          "is it PostgreSQL that listens there? A server under load may need a longer `timeout`; a "
          "pooler waits like this for a server that is down or full";
  }
  return failure;
}

Failure timeout_failure(Phase phase, std::chrono::milliseconds timeout,
                        std::chrono::nanoseconds computed, const Attempt& attempt) {
  if (computed <= most_honest_computing || (phase != Phase::tls && phase != Phase::login)) {
    return timeout_failure(phase, timeout, attempt);
  }
  const std::string limit = format_duration(timeout);
  if (phase == Phase::tls) {
    return Failure{
        FailureCode::timeout, phase, std::nullopt,
        fmt::format("{} asks for more computing for TLS than could be done within {}", at(attempt),
                    limit),
        "its Diffie-Hellman group (ssl_dh_params_file) or its certificate's key is absurdly large: "
        "is it PostgreSQL that listens there?"};
  }
  return Failure{
      FailureCode::timeout, phase, std::nullopt,
      fmt::format("{} asks for more password hashing than could be done within {}", at(attempt),
                  limit),
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

}  // namespace conncheck
