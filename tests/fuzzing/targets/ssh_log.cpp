// What ssh says on its standard error, a line each: its own words, and what a bastion sends.
#include "agent/core/ssh_log.hpp"

#include "agent/probe/tunnel_askpass.hpp"
#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

constexpr std::chrono::seconds timeout{10};
constexpr std::string_view secret = "q9Zx7Kw3";

std::vector<Tunnel> tunnels() {
  Tunnel by_key;
  by_key.host = "bastion.example.com";
  by_key.user = "jump";
  by_key.identity_file = "/etc/conncheck/id";
  Tunnel by_agent;
  by_agent.host = "2001:db8::1";
  by_agent.port = "2222";
  by_agent.known_hosts = "/etc/known hosts";
  Tunnel by_encrypted_key = by_key;
  by_encrypted_key.passphrase = Secret(std::string(secret));
  return {by_key, by_agent, by_encrypted_key};
}

void check(const Failure& failure) {
  demand(failure.phase == Phase::tunnel || failure.phase == Phase::connect, "another phase");
  demand(!failure.message.empty() && !failure.hint.empty(), "no words");
  demand(failure.message.size() < 2000 && failure.hint.size() < 2000, "words without end");
  demand(!to_string(failure.code).empty(), "a code without a name");
}

void check_failures(const SshLog& log, const SshQuestions& questions) {
  static const std::vector<Tunnel> all = tunnels();
  for (const Tunnel& tunnel : all) {
    if (const auto failure = ssh_failure(log, questions, tunnel, "db:5432")) {
      check(*failure);
    }
    check(ssh_ended_failure(log, tunnel));
    check(tunnel_timeout_failure(log, tunnel, timeout));
    check(beyond_tunnel_timeout_failure(tunnel, "db:5432", timeout));
  }
  check(ssh_not_started_failure("No such file or directory"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = view_of(data, size);
  SshLog log;
  AskpassAnswers answers(Secret(std::string(secret)), std::nullopt);
  int given = 0;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (const auto question = askpass_question(line)) {
      const std::string reply = askpass_reply(answers.answer_to(*question));
      given += reply.find(secret) != std::string::npos ? 1 : 0;
    } else {
      const SshStage before = log.stage();
      log.add(line);
      demand(log.stage() >= before, "ssh went back");
    }
  }
  demand(given <= 1, "a password was given twice");
  demand(log.lines().size() <= 100 && log.fingerprint().size() <= 500, "a log without end");
  for (const std::string& line : log.lines()) {
    demand(line.size() <= 500, "a line without end");
  }
  check_failures(log, answers.questions());
  return 0;
}
