#include <fmt/format.h>

#include <cstdio>

#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/app/single_job.hpp"
#include "agent/app/terminal.hpp"
#include "agent/core/printable.hpp"
#include "agent/render/grant_plan.hpp"
#include "agent/render/starter_configuration.hpp"

namespace conncheck {
namespace {

constexpr int exit_answered = 0;
constexpr int exit_in_part = 1;
constexpr int exit_failed = 2;
constexpr int exit_unknown = 3;

/// Says why there is no answer; the exit code.
int explain_failure(const std::string& connection, const Answer& answer) {
  const Failure failure = answer.report.error.value_or(Failure{});
  fmt::print(stderr, "conncheck: {}: {} ({})\n", printable(connection), failure.message,
             to_string(failure.code));
  if (!failure.hint.empty()) {
    fmt::print(stderr, "Hint: {}\n", failure.hint);
  }
  return failure.code == FailureCode::config_error ? exit_unknown : exit_failed;
}

bool has_a_policy(const Connection& connection) {
  if (!connection.require.empty() || !connection.forbid.empty()) {
    return true;
  }
  fmt::print(stderr,
             "conncheck: {}: has neither `require` nor `forbid`, which the statements would meet; "
             "`conncheck init --from URL` writes what holds today\n",
             printable(connection.name));
  return false;
}

}  // namespace

int grants_command(const GrantsArguments& arguments) {
  if (arguments.name.empty()) {
    fmt::print(stderr,
               "conncheck: grants takes the NAME of a connection; `conncheck list` shows them\n");
    return exit_unknown;
  }
  const std::optional<std::vector<Connection>> connections =
      connections_to_check("check", arguments.config, {arguments.name}, {});
  if (!connections || !has_a_policy(connections->front())) {
    return exit_unknown;
  }
  Job job;
  job.connection = connections->front();
  job.use_extension = !arguments.no_extension;
  job.plan_grants = true;
  const Answer answer = answer_to(job);
  if (answer.report.error || !answer.plan) {
    return explain_failure(arguments.name, answer);
  }
  if (!print_results(render_grant_plan(*answer.plan))) {
    return exit_unknown;
  }
  return answer.plan->plan.impossible.empty() ? exit_answered : exit_in_part;
}

int init_command(const InitArguments& arguments) {
  if (arguments.from.empty()) {
    fmt::print(stderr,
               "conncheck: init takes --from URL, as in\n"
               "  conncheck init --from postgresql://app@db.example.com/orders\n");
    return exit_unknown;
  }
  const std::optional<std::vector<Connection>> connections =
      connections_to_check("init", {}, {}, arguments.from);
  if (!connections) {
    return exit_unknown;
  }
  Job job;
  job.connection = connections->front();
  job.use_extension = !arguments.no_extension;
  job.draft_policy = true;
  const Answer answer = answer_to(job);
  if (answer.report.error || !answer.draft) {
    return explain_failure("init", answer);
  }
  if (answer.draft->source == Source::information_schema) {
    fmt::print(stderr,
               "conncheck: the catalogs cannot be read here, and what information_schema shows is "
               "too little for a policy; nothing was written\n");
    return exit_failed;
  }
  return print_results(render_starter_configuration(connections->front(), *answer.draft))
             ? exit_answered
             : exit_unknown;
}

}  // namespace conncheck
