#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string_view>
#include <vector>

#include "agent/app/commands.hpp"
#include "agent/app/process_setup.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/redact.hpp"
#include "agent/probe/tunnel_askpass.hpp"
#include "agent/workers/worker.hpp"

namespace {

constexpr int exit_usage = 3;

constexpr const char* description =
    "Does this Postgres connection work, and what can its role really see and do?";

constexpr const char* check_footer = R"(Examples:
  conncheck check                                  every connection of the configuration
  conncheck check orders billing                   two of them
  conncheck check --url postgresql://app@db/orders one that is in no file; $PGPASSWORD or ~/.pgpass
                                                   may hold its password
  conncheck check --require read,write             fail unless every table can be read and written
  conncheck check orders --role reporting          what another role can do, through this connection
  conncheck check orders --prove                   ask the server itself: where a verdict is wrong, a
                                                   finding `verdict_differs` names both answers
  conncheck check --format json | jq .status

A connection with `tunnel: {host: bastion, user: jump, identity_file: id_ed25519}` is made through that
SSH server, whose host key must be known (`known_hosts`); ~/.ssh/config is not read.

--prove tries SELECT, INSERT, UPDATE and DELETE on every visible relation by EXPLAIN, as the login's
own role, in one read-only transaction: nothing is executed or written, and no lock is waited for
longer than 0.1 s. But planning runs IMMUTABLE functions of views, policies, column defaults and
indexes with that role's rights, whoever wrote them. So it refuses (finding `not_proved`) for a
superuser and for a member of a predefined role (pg_read_all_data, …); --prove-unsafe tries all the
same: only where everyone is trusted who owns a view, a table or a function there. What EXPLAIN
cannot show (TRUNCATE, sequences, rows under row security, user mappings, foreign keys, partitions)
is counted in a note.

Exit code: 0 ok, 1 warning, 2 critical (a connection failed, or a requirement is not met),
3 unknown (bad usage or configuration).)";

constexpr const char* explain_footer = R"(Examples:
  conncheck explain orders public.orders SELECT    every way in which the connection's role holds it,
                                                   or what is missing, with the GRANT that gives it
  conncheck explain orders "schema sales" USAGE    an object of another type, as conncheck_objects
                                                   prints it; a bare name is a relation
  conncheck explain orders public.orders write --role etl
  conncheck explain --url postgresql://app@db/orders public.orders read --format json

Asks the extension conncheck, from version 0.2.0 on, in the database of the connection.
Exit code: 0 answered, 2 the connection failed, 3 no answer (bad usage or configuration, an unknown
object, or no such extension).)";

constexpr const char* history_footer = R"(Examples:
  conncheck history orders                      checks that came to the same are one line each day
  conncheck history orders --at 2026-01-31      what the role could do at the end of that day (UTC)
  conncheck history orders --format json

Reads what the agent has recorded in `store: {path: …}`; asks no server.)";

constexpr const char* diff_footer = R"(Examples:
  conncheck diff orders                         what the last change was
  conncheck diff orders --at 2026-01-31         what has changed since the end of that day (UTC)
  conncheck diff orders --at 2026-01-31T14:30 --until 2026-02-01
  conncheck diff orders --format sql            GRANT and REVOKE statements that would undo it

Reads what the agent has recorded in `store: {path: …}`; asks no server, and runs no statement.)";

constexpr const char* agent_footer = R"(Example:
  conncheck agent -c /etc/conncheck/conncheck.yml

Checks each connection as its `schedule: {every: …}` or `{cron: …, timezone: …}` says (every 15m
unless given), one line on standard output for each result; not in a window of `maintenance`.
SIGTERM or SIGINT: checks under way end, then the agent does.)";

void add_check(CLI::App& app, conncheck::CheckArguments& arguments) {
  CLI::App* check = app.add_subcommand("check", "Test connections now and print what they can see");
  check->add_option("NAME", arguments.names, "Connections to test; all of them if none is named");
  check->add_option("--url", arguments.url, "Test this connection instead of configured ones");
  check->add_option("--format", arguments.format, "Output")
      ->check(CLI::IsMember({"table", "json", "csv", "markdown", "junit"}))
      ->capture_default_str();
  check
      ->add_option("--require", arguments.require,
                   "Privileges that every table must grant: read, write, truncate, or by name")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  check
      ->add_option(
          "--role", arguments.roles,
          "Audit this role through the connection instead of the configured ones; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  check->add_flag("--no-extension", arguments.no_extension,
                  "Use the catalog queries even where the extension is installed");
  check->add_flag("--prove", arguments.prove,
                  "Hold the verdicts against the server's own permission check, by EXPLAIN");
  check->add_flag("--prove-unsafe", arguments.prove_unsafe,
                  "--prove as a superuser or member of a predefined role too");
  check->add_option("--color", arguments.color, "Colours in the table")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  check->footer(check_footer);
}

void add_explain(CLI::App& app, conncheck::ExplainArguments& arguments) {
  CLI::App* explain =
      app.add_subcommand("explain", "Explain why a role has, or lacks, a privilege on an object");
  explain->add_option("NAME OBJECT PRIVILEGE", arguments.words,
                      "The connection (none with --url), `[type] identity` of an object, and read, "
                      "write, or a privilege by its own name");
  explain->add_option("--url", arguments.url, "Ask through this connection, which is in no file");
  explain->add_option("--role", arguments.role,
                      "Explain this role instead of the connection's own");
  explain->add_option("--format", arguments.format, "Output")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  explain->add_option("--color", arguments.color, "Colours in the table")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  explain->footer(explain_footer);
}

void add_history(CLI::App& app, conncheck::HistoryArguments& arguments) {
  CLI::App* history =
      app.add_subcommand("history", "Show the past checks of a connection, or its state on a day");
  history->add_option("NAME", arguments.name, "The connection")->required();
  history->add_option("--at", arguments.at, "Show the state on this day, or at this time (UTC)");
  history->add_option("--limit", arguments.limit, "At most so many lines, the newest")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  history->add_option("--format", arguments.format, "Output")
      ->check(CLI::IsMember({"text", "json", "csv"}))
      ->capture_default_str();
  history->footer(history_footer);
}

void add_diff(CLI::App& app, conncheck::HistoryArguments& arguments) {
  CLI::App* diff = app.add_subcommand("diff", "Show what changed in a connection's permissions");
  diff->add_option("NAME", arguments.name, "The connection")->required();
  diff->add_option(
      "--at", arguments.at,
      "Since this day's end, or this time (UTC); default: since before the last change");
  diff->add_option("--until", arguments.until, "Until then; default: the last check");
  diff->add_option("--format", arguments.format, "Output")
      ->check(CLI::IsMember({"text", "json", "csv", "sql"}))
      ->capture_default_str();
  diff->footer(diff_footer);
}

/// Help that was asked for, or what is wrong with the arguments, which may hold a password.
int explain_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream help;
  std::ostringstream complaint;
  const int code = app.exit(error, help, complaint);
  std::cout << help.str();
  std::string text = complaint.str();
  const std::size_t end = text.find_last_not_of('\n');
  text.resize(end == std::string::npos ? 0 : end + 1);
  while (!text.empty()) {
    const std::size_t line = std::min(text.find('\n'), text.size());
    std::cerr << conncheck::printable(conncheck::redact(text.substr(0, line), {})) << '\n';
    text.erase(0, line + 1);
  }
  return code == 0 ? 0 : exit_usage;
}

/// What was printed is there, or the exit code must not say that all is well.
int flushed(int code) {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::cout.good()) {
    return code;
  }
  std::cerr << "conncheck: standard output could not be written\n";
  return exit_usage;
}

int run(int argc, char** argv) {
  CLI::App app(description, "conncheck");
  conncheck::CheckArguments check;
  conncheck::ExplainArguments explain;
  conncheck::HistoryArguments history;
  conncheck::HistoryArguments diff;
  std::string config;
  app.add_option("-c,--config", config,
                 "Configuration file, or a directory of *.yml files "
                 "[$CONNCHECK_CONFIG, /etc/conncheck/conncheck.yml]");
  add_check(app, check);
  add_explain(app, explain);
  add_history(app, history);
  add_diff(app, diff);
  app.add_subcommand("agent", "Check connections on their schedules, in the foreground")
      ->footer(agent_footer);
  app.add_subcommand("validate", "Check the configuration; name every mistake with its place");
  app.add_subcommand("list", "List the configured connections, without secrets");
  app.add_subcommand("version", "Print the versions of conncheck and of its libraries");
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.footer("`conncheck COMMAND --help` explains a command, with examples.");
  for (CLI::App* command : app.get_subcommands({})) {
    command->fallthrough();
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    conncheck::hide_urls(argc, argv);
    return explain_usage(app, error);
  }
  conncheck::hide_urls(argc, argv);
  if (app.get_subcommands().empty()) {
    std::cerr << app.help();
    return exit_usage;
  }
  if (app.got_subcommand("agent")) {
    return conncheck::agent_command(config);
  }
  if (app.got_subcommand("validate")) {
    return conncheck::validate_command(config);
  }
  if (app.got_subcommand("list")) {
    return conncheck::list_command(config);
  }
  if (app.got_subcommand("version")) {
    return conncheck::version_command();
  }
  if (app.got_subcommand("history")) {
    history.config = config;
    return conncheck::history_command(history);
  }
  if (app.got_subcommand("diff")) {
    diff.config = config;
    return conncheck::diff_command(diff);
  }
  if (app.got_subcommand("explain")) {
    explain.config = config;
    return conncheck::explain_command(explain);
  }
  check.config = config;
  return conncheck::check_command(check);
}

}  // namespace

int main(int argc, char** argv) {
  if (const std::optional<int> exit_code = conncheck::answer_as_askpass(argc, argv)) {
    return *exit_code;
  }
  conncheck::prepare_process();
  conncheck::ignore_libpq_environment();
  if (argc == 2 && std::string_view(argv[1]) == conncheck::worker_command) {
    return conncheck::run_worker();
  }
  try {
    return flushed(run(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "conncheck: ended unexpectedly: " << error.what() << '\n';
    return exit_usage;
  }
}
