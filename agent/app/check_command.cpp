#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "agent/app/check_run.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/app/process_setup.hpp"
#include "agent/app/terminal.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/privilege_words.hpp"
#include "agent/render/csv.hpp"
#include "agent/render/json.hpp"
#include "agent/render/junit.hpp"
#include "agent/render/markdown.hpp"
#include "agent/render/table.hpp"

namespace conncheck {
namespace {

constexpr int exit_unknown = 3;

/// The rule that --require stands for; nothing, and an explanation, for a word that is no
/// privilege.
std::optional<PolicyRule> rule_of(const std::vector<std::string>& words) {
  PolicyRule rule;
  rule.tables.push_back(std::get<RelationPattern>(RelationPattern::parse("*.*")));
  rule.only_applicable_kinds = true;
  rule.origin.file = "--require";
  for (const std::string& word : words) {
    const std::optional<PrivilegeSet> privileges = privileges_of_word(word);
    if (!privileges) {
      fmt::print(stderr,
                 "conncheck: --require {}: not a privilege: write read, write, truncate, or one by "
                 "its own name (SELECT, INSERT, …)\n",
                 printable(word));
      return std::nullopt;
    }
    rule.privileges = rule.privileges | *privileges;
  }
  return rule;
}

bool add_command_line(const CheckArguments& arguments, std::vector<Connection>& connections) {
  std::optional<PolicyRule> rule;
  if (!arguments.require.empty()) {
    rule = rule_of(arguments.require);
    if (!rule) {
      return false;
    }
  }
  for (Connection& connection : connections) {
    if (rule) {
      connection.require.push_back(*rule);
    }
    if (!arguments.roles.empty()) {
      connection.roles.clear();
    }
    for (const std::string& role : arguments.roles) {
      connection.roles.push_back(NamePattern::exactly(role));
    }
  }
  return true;
}

/// "3 of 10 checked" on a terminal, gone when the results are printed.
class Progress {
 public:
  explicit Progress(std::size_t total)
      : total_(total), shown_(total > 1 && isatty(STDERR_FILENO) != 0) {
    show();
  }
  ~Progress() {
    if (shown_) {
      fmt::print(stderr, "\r\033[K");
    }
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void advance() {
    ++done_;
    show();
  }

 private:
  void show() const {
    if (shown_) {
      fmt::print(stderr, "\r{} of {} checked", done_, total_);
      std::fflush(stderr);
    }
  }
  std::size_t total_;
  std::size_t done_ = 0;
  bool shown_;
};

/// Reports in the order of the connections, whichever ends first.
std::vector<CheckReport> run_checks(const std::vector<Connection>& connections,
                                    const CheckOptions& options) {
  boost::asio::io_context loop;
  CheckRun run(loop.get_executor(), options);
  std::vector<CheckReport> reports(connections.size());
  Progress progress(connections.size());
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&run](boost::system::error_code error, int signal) {
    if (!error) {
      run.end_workers();  // a password command is only theirs to end
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    }
  });
  std::size_t missing = connections.size();
  for (std::size_t i = 0; i < connections.size(); ++i) {
    run.submit(connections[i], [&, i](CheckReport report) {
      reports[i] = std::move(report);
      progress.advance();
      if (--missing == 0) {
        loop.stop();
      }
    });
  }
  loop.run();
  return reports;
}

std::string rendered(const std::vector<CheckReport>& reports, const CheckArguments& arguments) {
  if (arguments.format == "json") {
    return render_json(reports);
  }
  if (arguments.format == "csv") {
    return render_csv(reports);
  }
  if (arguments.format == "markdown") {
    return render_markdown(reports);
  }
  if (arguments.format == "junit") {
    return render_junit(reports);
  }
  return render_table(reports, table_options(arguments.color));
}

}  // namespace

int check_command(const CheckArguments& arguments) {
  std::optional<std::vector<Connection>> connections =
      connections_to_check("check", arguments.config, arguments.names, arguments.url);
  if (!connections || !add_command_line(arguments, *connections)) {
    return exit_unknown;
  }
  const CheckOptions options{.use_extension = !arguments.no_extension,
                             .prove = arguments.prove || arguments.prove_unsafe,
                             .prove_unsafe = arguments.prove_unsafe};
  const std::vector<CheckReport> reports = run_checks(*connections, options);
  const std::string output = rendered(reports, arguments);
  if (!print_results(output)) {
    return exit_unknown;
  }
  return exit_code(overall_status(reports));
}

}  // namespace conncheck
