#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "agent/app/check_run.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/app/kept_texts.hpp"
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

/// Each report becomes text as it comes and is gone; the texts are printed in the order of the
/// connections once the totals, which some formats begin with, are known.
class Results {
 public:
  Results(std::size_t count, std::unique_ptr<ReportFormat> format)
      : format_(std::move(format)), places_(count) {}

  void add(std::size_t number, const CheckReport& report) {
    totals_.add(report);
    places_[number] = texts_.keep(format_->check(report));
  }

  [[nodiscard]] bool print() const {
    bool printed = print_text(format_->begin(totals_));
    for (std::size_t i = 0; i < places_.size() && printed; ++i) {
      printed = (i == 0 || print_text(format_->between())) && texts_.print(places_[i], stdout);
    }
    return confirm_results(printed && print_text(format_->end(totals_)));
  }

  [[nodiscard]] Status status() const { return totals_.status(); }

 private:
  static bool print_text(std::string_view text) {
    // fwrite() takes no null pointer, not even for nothing.
    return text.empty() || std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  }

  std::unique_ptr<ReportFormat> format_;
  RunTotals totals_;
  KeptTexts texts_;
  std::vector<KeptTexts::Place> places_;
};

void run_checks(const std::vector<Connection>& connections, const CheckOptions& options,
                Results& results) {
  boost::asio::io_context loop;
  CheckRun run(loop.get_executor(), options);
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
    run.submit(connections[i], [&, i](const CheckReport& report) {
      results.add(i, report);
      progress.advance();
      if (--missing == 0) {
        loop.stop();
      }
    });
  }
  loop.run();
}

std::unique_ptr<ReportFormat> format_of(const CheckArguments& arguments) {
  if (arguments.format == "json") {
    return std::make_unique<JsonFormat>();
  }
  if (arguments.format == "csv") {
    return std::make_unique<CsvFormat>();
  }
  if (arguments.format == "markdown") {
    return std::make_unique<MarkdownFormat>();
  }
  if (arguments.format == "junit") {
    return std::make_unique<JunitFormat>();
  }
  return std::make_unique<TableFormat>(table_options(arguments.color));
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
  Results results(connections->size(), format_of(arguments));
  run_checks(*connections, options, results);
  return results.print() ? exit_code(results.status()) : exit_unknown;
}

}  // namespace conncheck
