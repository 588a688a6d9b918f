#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>

#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/app/terminal.hpp"
#include "agent/core/printable.hpp"
#include "agent/render/explanation.hpp"
#include "agent/workers/pool.hpp"

namespace conncheck {
namespace {

constexpr int exit_answered = 0;
constexpr int exit_failed = 2;
constexpr int exit_unknown = 3;

/// NAME OBJECT PRIVILEGE, or OBJECT PRIVILEGE with --url.
struct Words {
  std::vector<std::string> names;
  ExplanationQuestion question;
};

std::optional<Words> words_of(const ExplainArguments& arguments) {
  const std::size_t names = arguments.url.empty() ? 1 : 0;
  if (arguments.words.size() != names + 2) {
    fmt::print(stderr,
               "conncheck: explain takes NAME OBJECT PRIVILEGE, or OBJECT PRIVILEGE with --url; an "
               "object of several words is quoted for the shell: \"schema sales\"\n");
    return std::nullopt;
  }
  Words words;
  words.names.assign(arguments.words.begin(),
                     arguments.words.begin() + static_cast<std::ptrdiff_t>(names));
  words.question.object = arguments.words[names];
  words.question.privileges = explained_privileges(arguments.words[names + 1]);
  if (!arguments.role.empty()) {
    words.question.role = arguments.role;
  }
  return words;
}

Answer ask(const Connection& connection, ExplanationQuestion question) {
  boost::asio::io_context loop;
  WorkerPool pool(loop.get_executor(), 1);
  Answer answer;
  const Job job{.connection = connection, .question = std::move(question)};
  pool.run(encode(job), [&](Answer made) {
    answer = std::move(made);
    loop.stop();
  });
  loop.run();
  return answer;
}

std::string rendered(const Explanation& explanation, const ExplainArguments& arguments) {
  if (arguments.format == "json") {
    return render_explanation_json(explanation);
  }
  if (arguments.format == "csv") {
    return render_explanation_csv(explanation);
  }
  return render_explanation_table(explanation, table_options(arguments.color));
}

void complain(const std::string& connection, const std::string& message, const std::string& hint) {
  fmt::print(stderr, "conncheck: {}: {}\n", printable(connection), message);
  if (!hint.empty()) {
    fmt::print(stderr, "Hint: {}\n", hint);
  }
}

}  // namespace

int explain_command(const ExplainArguments& arguments) {
  std::optional<Words> words = words_of(arguments);
  if (!words) {
    return exit_unknown;
  }
  const std::optional<std::vector<Connection>> connections =
      connections_to_check("explain", arguments.config, words->names, arguments.url);
  if (!connections) {
    return exit_unknown;
  }
  const std::string& name = connections->front().name;
  Answer answer = ask(connections->front(), std::move(words->question));
  if (answer.report.error || !answer.explanation) {
    const Failure failure = answer.report.error.value_or(Failure{});
    complain(name, fmt::format("{} ({})", failure.message, to_string(failure.code)), failure.hint);
    return failure.code == FailureCode::config_error ? exit_unknown : exit_failed;
  }
  Explanation& explanation = *answer.explanation;
  if (explanation.refusal) {
    complain(name, explanation.refusal->message, explanation.refusal->hint);
    return exit_unknown;
  }
  explanation.connection = name;
  return print_results(rendered(explanation, arguments)) ? exit_answered : exit_unknown;
}

}  // namespace conncheck
