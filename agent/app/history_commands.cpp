#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/app/terminal.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/utc_time.hpp"
#include "agent/render/csv.hpp"
#include "agent/render/history.hpp"
#include "agent/render/json.hpp"
#include "agent/render/timestamp.hpp"
#include "agent/store/history.hpp"

namespace conncheck {
namespace {

constexpr int exit_answered = 0;
constexpr int exit_unknown = 3;

using Time = std::chrono::system_clock::time_point;

/// What is wrong with the question, or why it has no answer.
struct Complaint {
  std::string text;
};

HistoryFormat format_of(const std::string& name) {
  if (name == "json") {
    return HistoryFormat::json;
  }
  if (name == "csv") {
    return HistoryFormat::csv;
  }
  return name == "sql" ? HistoryFormat::sql : HistoryFormat::text;
}

Time time_of(const std::string& text) {
  const std::optional<Time> time = parse_utc_time(text);
  if (!time) {
    throw Complaint{fmt::format(
        "{} is no date: write 2026-01-31 (the end of that day) or 2026-01-31T14:30, in UTC",
        printable(text))};
  }
  return *time;
}

StateAt found(std::optional<StateAt> state, const std::string& name, const std::string& when) {
  if (!state) {
    throw Complaint{
        fmt::format("no answer of {} is kept from {}: `conncheck history {}` has what "
                    "there is",
                    name, when, name)};
  }
  return std::move(*state);
}

/// The state as a report, to be rendered as one.
CheckReport report_of(const std::string& connection, const StateAt& state) {
  CheckReport report;
  report.connection = connection;
  report.connected = true;
  report.started_at = state.run.last_at;
  for (const Source source : {Source::extension, Source::catalog, Source::information_schema}) {
    if (to_string(source) == state.run.source) {
      report.source = source;
    }
  }
  for (const RoleAt& role : state.roles) {
    RolePermissions permissions;
    permissions.role_name = role.name;
    if (auto known = state_of(role.name, role.is_login, role.items)) {
      permissions.schemas = std::move(known->schemas);
      permissions.tables = std::move(known->relations);
    }
    permissions.findings = findings_of(role.items);
    permissions.summary = summarize(permissions.tables, permissions.schemas);
    if (role.is_login) {
      report.login = std::move(permissions);
    } else {
      report.roles.push_back(std::move(permissions));
    }
  }
  report.status = status_of(report);
  report.notes.push_back(fmt::format("As of the check at {}", utc_timestamp(state.run.last_at)));
  return report;
}

std::string rendered_state(const std::string& connection, const StateAt& state,
                           const HistoryArguments& arguments) {
  const std::vector<CheckReport> reports = {report_of(connection, state)};
  switch (format_of(arguments.format)) {
    case HistoryFormat::json:
      return render(JsonFormat(), reports);
    case HistoryFormat::csv:
      return render(CsvFormat(), reports);
    default:
      return render(TableFormat(table_options("auto")), reports);
  }
}

std::string answer_history(History& history, const HistoryArguments& arguments) {
  if (!arguments.at.empty()) {
    return rendered_state(arguments.name,
                          found(history.state_at(arguments.name, time_of(arguments.at)),
                                arguments.name, arguments.at),
                          arguments);
  }
  return render_runs(arguments.name, history.runs(arguments.name, arguments.limit),
                     format_of(arguments.format));
}

std::string answer_diff(History& history, const HistoryArguments& arguments) {
  const std::string& name = arguments.name;
  const Time until = arguments.until.empty() ? Time::max() : time_of(arguments.until);
  const StateAt to = found(history.state_at(name, until), name,
                           arguments.until.empty() ? "any time" : arguments.until);
  const StateAt from = found(arguments.at.empty() ? history.state_before_last_change(name)
                                                  : history.state_at(name, time_of(arguments.at)),
                             name, arguments.at.empty() ? "before that" : arguments.at);
  if (from.run.id > to.run.id) {
    throw Complaint{"--until must be later than --at"};
  }
  return render_changes(name, from.run, to.run, history.changes(name, from.run, to.run),
                        format_of(arguments.format));
}

template <class Answer>
int answer_from_store(const HistoryArguments& arguments, Answer answer) {
  const std::optional<Configuration> configuration =
      load_or_explain(configuration_path(arguments.config), false);
  if (!configuration) {
    return exit_unknown;
  }
  if (!configuration->store) {
    fmt::print(stderr,
               "conncheck: the configuration keeps no history: write store: {{path: FILE}} into "
               "it, and run the agent\n");
    return exit_unknown;
  }
  try {
    History history(configuration->store->path);
    if (!history.has(arguments.name)) {
      throw Complaint{fmt::format("nothing is recorded of {}", printable(arguments.name))};
    }
    return print_results(answer(history, arguments)) ? exit_answered : exit_unknown;
  } catch (const Complaint& complaint) {
    fmt::print(stderr, "conncheck: {}\n", complaint.text);
  } catch (const StoreError& error) {
    fmt::print(stderr, "conncheck: the history in {} cannot be read ({}): {}; {}\n",
               printable(configuration->store->path), to_string(error.trouble()),
               printable(error.what()), remedy_of(error.trouble()));
  }
  return exit_unknown;
}

}  // namespace

int history_command(const HistoryArguments& arguments) {
  return answer_from_store(arguments, answer_history);
}

int diff_command(const HistoryArguments& arguments) {
  return answer_from_store(arguments, answer_diff);
}

}  // namespace conncheck
