// What libpq says of a failure (PQERRORS_VERBOSE): a server's words, for the most part.
#include "agent/core/failure.hpp"
#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

const Attempt attempt{"app", "db.example.com", "5432", "orders", "require", true};
const Attempt by_socket{"app", "/run/postgresql", "5432", "orders", "prefer", false};

/// OpenSSL's numbers for what can be wrong with a certificate: those that have a hint, and more.
constexpr long last_certificate_fault = 25;

void check(const Failure& failure, Phase phase, std::size_t size) {
  demand(!to_string(failure.code).empty(), "a code without a name");
  demand(failure.phase == phase || failure.phase == Phase::login || failure.phase == Phase::tls ||
             failure.phase == Phase::connect,
         "another phase");
  demand(failure.message.size() <= size || failure.message == "the server gives no reason",
         "a message from nowhere");
  demand(failure.message.find('\n') == std::string::npos, "more than one line");
  demand(!failure.hint.empty(), "no hint");
  demand_printable(failure.hint);
  demand(!failure.sqlstate || failure.sqlstate->size() == 5, "no SQLSTATE", *failure.sqlstate);
}

/// Those that others' words stand in, and those that name how far a check has come.
void check_other_failures(std::string_view text) {
  constexpr std::chrono::milliseconds timeout{10'000};
  for (const Phase phase :
       {Phase::resolve, Phase::tunnel, Phase::connect, Phase::tls, Phase::login, Phase::query}) {
    for (const Failure& failure :
         {timeout_failure(phase, timeout, attempt), local_failure(phase, text),
          interrupted_failure(phase, true, text), interrupted_failure(phase, false, text)}) {
      demand(failure.phase == phase, "another phase");
      demand_printable(failure.hint);
    }
  }
  demand(dns_failure(attempt.host, text).phase == Phase::resolve, "another phase");
  demand(timeout_failure(Phase::login, timeout, std::chrono::seconds(1), attempt).phase ==
             Phase::login,
         "another phase");
  demand(!password_timeout_failure(timeout).hint.empty(), "no hint");
  demand(config_failure(std::string(text), "a hint").message == text, "another message");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = view_of(data, size);
  const ServerMessage message = parse_verbose_message(text);
  for (const char c : message.function) {
    demand((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_',
           "no name of a function", message.function);
  }
  for (const Phase phase : {Phase::connect, Phase::tls, Phase::login}) {
    check(connection_failure(phase, text, attempt), phase, size);
  }
  check(connection_failure(Phase::login, text, by_socket), Phase::login, size);
  for (long fault = 1; fault <= last_certificate_fault; ++fault) {
    Attempt unverified = attempt;
    unverified.certificate_fault = fault;
    demand(!connection_failure(Phase::tls, text, unverified).hint.empty(), "no hint");
  }
  check_other_failures(text);
  std::string_view rest = text;
  const std::string_view state = take_line(rest);
  demand(!query_failure(state, rest).hint.empty(), "no hint");
  return 0;
}
